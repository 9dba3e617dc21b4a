"""Fetches one file by HTTPS, going on where an earlier try stopped (RFC 9110 section 14, range requests)."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from typing_extensions import override

from pipelines.weights.cards import CardFile
from pipelines.weights.faults import SourceError, megabytes
from pipelines.weights.receiving import CHUNK_BYTES, Receiving

# A host that says nothing for this long is taken for dead; slow but living connections are not cut.
SILENCE_S = 20.0
# A cut connection is taken up again this often before the next source is asked.
TRIES = 3

_RANGE_NOT_SATISFIABLE = 416
_PARTIAL_CONTENT = 206


class UnreachableError(SourceError):
    """The host cannot be reached at all: asking it for another file would not help."""


class _CutError(Exception):
    """The connection ended before the file did."""


class _NoDowngrade(urllib.request.HTTPRedirectHandler):
    """Hubs redirect to their content network; never let that leave TLS."""

    @override
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> urllib.request.Request | None:
        if urlsplit(req.full_url).scheme == "https" and urlsplit(newurl).scheme != "https":
            raise urllib.error.URLError(f"it redirects to {newurl}, which is not HTTPS")
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]  # typeshed wants HTTPMessage


def fetch(url: str, file: CardFile, *, part: Path, target: Path, on_bytes: Callable[[int], None]) -> None:
    """Bring ``file`` from ``url`` to ``target``; ``on_bytes`` hears how many bytes are there.

    What a cut connection left stays in ``part``, so that the next call asks only for the rest.

    Raises:
        SourceError: the host is not reachable, has no such file, sends other bytes or cuts the connection each time.
        DiskFullError: there is no room.
    """
    host = urlsplit(url).netloc
    subject = f"{file.name} from {host}"
    with Receiving(part, sha256=file.sha256, bytes_expected=file.bytes, subject=subject) as receiving:
        is_resumed = receiving.bytes_done > 0
        _receive(url, receiving, file=file, host=host, on_bytes=on_bytes)
        try:
            receiving.keep(target)
        except SourceError:
            if not is_resumed:
                raise
            # The part may be what is wrong (an older file, a disk fault): once more from the start.
            _receive(url, receiving, file=file, host=host, on_bytes=on_bytes)
            receiving.keep(target)


def _receive(url: str, receiving: Receiving, *, file: CardFile, host: str, on_bytes: Callable[[int], None]) -> None:
    for _ in range(TRIES):
        try:
            _receive_once(url, receiving, file=file, host=host, on_bytes=on_bytes)
        except _CutError:
            continue
        return
    raise SourceError(
        f"the connection to {host} was cut after {megabytes(receiving.bytes_done)} of {megabytes(file.bytes)} "
        f"of {file.name}; what is there is kept and the next pull goes on from it"
    )


def _receive_once(
    url: str, receiving: Receiving, *, file: CardFile, host: str, on_bytes: Callable[[int], None]
) -> None:
    if receiving.bytes_done == file.bytes:
        return
    headers = {"User-Agent": "sayso", "Accept-Encoding": "identity"}
    if receiving.bytes_done:
        headers["Range"] = f"bytes={receiving.bytes_done}-"
    request = urllib.request.Request(url, headers=headers)  # noqa: S310  # the catalogue admits https only
    opener = urllib.request.build_opener(_NoDowngrade())
    try:
        with opener.open(request, timeout=SILENCE_S) as response:
            if receiving.bytes_done and not _goes_on(response, receiving.bytes_done):
                receiving.forget()
            while chunk := response.read(CHUNK_BYTES):
                receiving.feed(chunk)
                on_bytes(receiving.bytes_done)
    except urllib.error.HTTPError as e:
        with e:  # it holds the connection open
            if e.code == _RANGE_NOT_SATISFIABLE and receiving.bytes_done:
                receiving.forget()
                raise _CutError from e
            raise SourceError(f"{host} answers {e.code} {e.reason} for {file.name}") from e
    except urllib.error.URLError as e:
        raise UnreachableError(f"{host} cannot be reached ({_reason(e)})") from e
    except (http.client.HTTPException, TimeoutError, ConnectionError) as e:
        raise _CutError from e
    if receiving.bytes_done < file.bytes:
        raise _CutError


def _goes_on(response: http.client.HTTPResponse, bytes_done: int) -> bool:
    """Whether the answer is the rest of the file; a server may ignore the range and send it all."""
    start = f"bytes {bytes_done}-"
    return response.status == _PARTIAL_CONTENT and response.headers.get("Content-Range", "").startswith(start)


def _reason(error: urllib.error.URLError) -> str:
    reason = error.reason
    return reason if isinstance(reason, str) else (getattr(reason, "strerror", None) or str(reason))
