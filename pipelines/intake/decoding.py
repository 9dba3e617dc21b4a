"""Asks a child process to decode one file that nobody trusts; what comes back is a whole answer or a refusal.

Both kinds of recording use it: spoken statements (``recording``) and footage (``pipelines.avatar.footage.reading``).
The time limit counts only while the parent waits for the child, so a caller may take its time over each picture.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from pipelines.errors import EvidenceRefusedError

_KINDS: Final = frozenset((b"i", b"d", b"f", b"a", b"r"))
_HEAD: Final = 5  # one byte for the kind, four for the length
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLimits:
    """What one answer may cost: seconds of waiting, bytes of one message, bytes of all messages."""

    wall_s: float
    message_max: int
    content_max: int


def check_plain_file(path: Path, *, bytes_max: int, answer: str) -> None:
    """Refuse what is no plain file, empty, or too big, before a byte of it is read.

    Raises:
        EvidenceRefusedError: says what it is; ``answer`` is what to do instead.
    """
    try:
        size = path.stat().st_size
    except OSError as e:
        raise EvidenceRefusedError(f"the recording cannot be opened ({e.strerror}); {answer}") from e
    if not path.is_file() or path.is_symlink():
        raise EvidenceRefusedError(f"this is not a plain file; {answer}")
    if size == 0:
        raise EvidenceRefusedError(f"this is an empty file, and a video with sound is needed; {answer}")
    if size > bytes_max:
        raise EvidenceRefusedError(
            f"the recording has {size / 1e6:.0f} MB, and {bytes_max / 1e6:.0f} are taken; record a shorter one"
        )


def ask_child(
    script: Path, path: Path, wish: dict[str, Any], *, limits: AnswerLimits, answer: str
) -> Iterator[tuple[bytes, bytes]]:
    """Run ``script`` on ``path`` and yield its messages (kind, content) up to the end.

    Raises:
        EvidenceRefusedError: the child refused the file, died, or passed a limit; ``answer`` is what to do instead.
    """
    environ = {"PATH": os.defpath, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-I", "-B", str(script), str(path.absolute()), json.dumps(wish)]
    with subprocess.Popen(  # noqa: S603 -- our own script in our own interpreter
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environ, bufsize=0
    ) as process:
        try:
            assert process.stdout is not None
            with contextlib.suppress(OSError, AttributeError):  # only Linux can; without it pictures come more slowly
                fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, _PIECE)
            yield from _messages(_PatientPipe(process.stdout, limits.wall_s), limits, answer)
        finally:
            process.kill()


class _PatientPipe:
    """Reads whole pieces from a pipe; all waiting together may last ``wall_s``."""

    def __init__(self, pipe: IO[bytes], wall_s: float) -> None:
        self._pipe = pipe
        self._left_s = wall_s

    def read(self, length: int) -> bytes:
        """``length`` bytes, or less when the child has ended or the time is up."""
        content = bytearray()
        while len(content) < length:
            began = time.monotonic()
            ready, _, _ = select.select([self._pipe], [], [], max(0.0, self._left_s))
            self._left_s -= time.monotonic() - began
            piece = os.read(self._pipe.fileno(), min(_PIECE, length - len(content))) if ready else b""
            if not piece:
                break
            content += piece
        return bytes(content)


def _messages(pipe: _PatientPipe, limits: AnswerLimits, answer: str) -> Iterator[tuple[bytes, bytes]]:
    total = 0
    while True:
        head = pipe.read(_HEAD)
        kind, length = head[:1], int.from_bytes(head[1:], "big")
        total += length
        content = pipe.read(length) if length <= limits.message_max and total <= limits.content_max else b""
        if len(head) < _HEAD or len(content) < length or kind not in _KINDS:
            # The child was stopped by a limit, or a decoder brought it down.
            raise EvidenceRefusedError(f"this file cannot be decoded within the limits; {answer}")
        if kind == b"r":
            raise EvidenceRefusedError(f"{content.decode()}; {answer}")
        yield kind, content
        if kind == b"d":
            return
