"""Notices for machines: JSON by POST to one address of the company, signed so that the other side knows who speaks.

Headers: ``Sayso-Notice`` (the notice's number; the same at each try), ``Sayso-Timestamp`` (seconds since 1970) and
``Sayso-Signature: sha256=<hex>``, the HMAC-SHA256 with the shared secret over timestamp, a dot, and the body's bytes.
Check it in constant time and refuse old timestamps. The address is the administrator's word, so it may be a private
one; redirects are not followed, because they would be somebody else's.
"""

from __future__ import annotations

import hashlib
import hmac
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPException, HTTPMessage
from typing import IO
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPHandler, HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from typing_extensions import override

from studio.errors import NoticeError, UsageError
from studio.store.outbox import Queued

TIMEOUT_S = 10.0
SECRET_CHARS_MIN = 16
_SENT = range(200, 300)


class _StayHere(HTTPRedirectHandler):
    @override
    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Posts one message after another."""

    url: str = field(repr=False)  # may hold a token
    secret: str = field(repr=False)
    tls: ssl.SSLContext
    clock: Callable[[], datetime]
    timeout_s: float = TIMEOUT_S

    def send(self, queued: Queued) -> None:
        """Post a message.

        Raises:
            NoticeError: the other side did not answer with 2xx.
        """
        body = queued.message.body.encode()
        timestamp = str(int(self.clock().timestamp()))
        request = Request(  # noqa: S310 - read_webhook lets only http and https through
            self.url,
            data=body,
            method="POST",
            headers={
                "Content-Type": "application/json",
                "User-Agent": "sayso",
                "Sayso-Notice": str(queued.id),
                "Sayso-Timestamp": timestamp,
                "Sayso-Signature": signature(body, timestamp=timestamp, secret=self.secret),
            },
        )
        # No proxy of the environment: what goes out says whose consent ended.
        opener = build_opener(ProxyHandler({}), HTTPHandler(), HTTPSHandler(context=self.tls), _StayHere())
        host = urlsplit(self.url).hostname
        try:
            with opener.open(request, timeout=self.timeout_s) as answer:
                status = answer.status
        except HTTPError as e:
            e.close()
            raise NoticeError(f"the webhook at {host} answered {e.code}; it must answer 2xx, without redirect") from e
        except (OSError, HTTPException) as e:
            raise NoticeError(f"the webhook at {host} cannot be reached: {type(e).__name__}: {str(e)[:200]}") from e
        if status not in _SENT:
            raise NoticeError(f"the webhook at {host} answered {status}; it must answer 2xx")


def signature(body: bytes, *, timestamp: str, secret: str) -> str:
    """The value of ``Sayso-Signature``."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={digest.hexdigest()}"


def read_webhook(url: str, secret: str | None, *, tls: ssl.SSLContext, clock: Callable[[], datetime]) -> Webhook:
    """Read SAYSO_WEBHOOK_URL and SAYSO_WEBHOOK_SECRET.

    Raises:
        UsageError: it is no address, or the secret is missing or short.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageError("SAYSO_WEBHOOK_URL is no address; needed is https://your.company/path")
    if secret is None or len(secret) < SECRET_CHARS_MIN:
        raise UsageError(
            f"SAYSO_WEBHOOK_SECRET is missing or short; give {SECRET_CHARS_MIN} random letters or more to both sides"
        )
    return Webhook(url=url, secret=secret, tls=tls, clock=clock)
