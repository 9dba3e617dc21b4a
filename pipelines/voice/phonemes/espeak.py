"""IPA from espeak-ng, run as a separate program over pipes (it is GPL-3 and never enters this process).

An ``espeak-ng`` on PATH is used when it is 1.52 or newer; else our child process loads the library of the
espeakng-loader wheel. Both give one answer per line asked.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from pipelines.errors import PipelineError

_CHILD = Path(__file__).with_name("espeak_child.py")
_VERSION_MIN = (1, 52)  # 1.51 answers "??" for a German vowel (wurde, kurz)
_TIMEOUT_S = 30.0
_LANGUAGE_FLAG = re.compile(r"\(\^?[a-z^-]+\)")  # "(en)" before a foreign word; "(^e^n)" when ties are on


class Espeak(Protocol):
    """Anything that turns lines of text into lines of IPA with ``^`` ties."""

    def ipa(self, lines: Sequence[str], *, voice: str) -> tuple[str, ...]:
        """Return one line of IPA per line of text; ``voice`` is an espeak-ng code such as "fr-fr"."""
        ...


class EspeakProgram:
    """The ``espeak-ng`` command: one short run (about 12 ms) per request, so nothing lives on and nothing can die."""

    def __init__(self, path: str) -> None:
        self._path = path

    def ipa(self, lines: Sequence[str], *, voice: str) -> tuple[str, ...]:
        """See ``Espeak.ipa``."""
        answers = self._run(lines, voice=voice)
        if len(answers) == len(lines):
            return answers
        # A very long line comes back in several; then each line gets a run of its own.
        return tuple(" ".join(self._run([line], voice=voice)) for line in lines)

    def _run(self, lines: Sequence[str], *, voice: str) -> tuple[str, ...]:
        done = subprocess.run(  # noqa: S603 -- a fixed program, the text goes in through stdin
            [self._path, "-q", "--ipa", "--tie=^", "-b", "1", "-v", voice],
            input="".join(f"{line}\n" for line in lines).encode(),
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
        if done.returncode != 0 or done.stderr:
            raise PipelineError(f"espeak-ng failed for voice {voice!r}: {done.stderr.decode(errors='replace').strip()}")
        return tuple(_clean(line) for line in done.stdout.decode().splitlines())


class EspeakChild:
    """Our own child process around the espeakng-loader wheel; started at first use and again when it has died."""

    def __init__(self, python: str = sys.executable) -> None:
        self._python = python
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()  # one question at a time on the pipe

    def ipa(self, lines: Sequence[str], *, voice: str) -> tuple[str, ...]:
        """See ``Espeak.ipa``."""
        request = json.dumps({"voice": voice, "lines": list(lines)}).encode() + b"\n"
        with self._lock:
            answer = self._ask(request) or self._ask(request)  # once more: the child may have died since last time
        if answer is None:
            raise PipelineError("the espeak-ng child process does not answer; reinstall espeakng-loader or espeak-ng")
        if "error" in answer:
            raise PipelineError(str(answer["error"]))
        return tuple(_clean(line) for line in answer["ipa"])

    def close(self) -> None:
        """End the child."""
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.terminate()
        process.wait(timeout=_TIMEOUT_S)

    @property
    def pid(self) -> int | None:
        """The child's process id, None before first use."""
        return None if self._process is None else self._process.pid

    def _ask(self, request: bytes) -> dict[str, list[str]] | None:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(request)
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:
            line = b""
        if not line:
            self.close()
            return None
        answer: dict[str, list[str]] = json.loads(line)
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(  # noqa: S603 -- our own script in our own interpreter
                [self._python, "-I", str(_CHILD)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        return self._process

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self.close()


def open_espeak() -> Espeak:
    """Return the espeak-ng of this machine: the command if it is new enough, else the wheel's in a child."""
    path = shutil.which("espeak-ng")
    if path is not None and _version(path) >= _VERSION_MIN:
        return EspeakProgram(path)
    return EspeakChild()


def _version(path: str) -> tuple[int, ...]:
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=_TIMEOUT_S, check=False)  # noqa: S603 -- a fixed program
    except OSError:
        return ()
    found = re.search(rb"(\d+)\.(\d+)", done.stdout)
    return tuple(int(part) for part in found.groups()) if found else ()


def _clean(line: str) -> str:
    if "?" in line:  # no mark goes in, so this is a phoneme that espeak-ng could not write
        raise PipelineError(
            f"espeak-ng answered {line!r}, which is no IPA; install espeak-ng 1.52 or remove it from PATH"
        )
    return re.sub(r"\s+", " ", _LANGUAGE_FLAG.sub("", line)).strip()
