"""The child side of a host: reads one request per line, answers one line each, ends when its parent does.

``{"take": ID, "step": NAME}`` -> the JSON of a ``StepOutcome``. Whatever else the libraries print goes to the log.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from typing import TextIO

from studio.jobs.outcome import StepOutcome
from studio.jobs.steps import StepRunner, step_named

PARENT_GONE = 70  # exit status; EX_SOFTWARE


def claim_stdout() -> TextIO:
    """Keep the answers' channel for ourselves and send every print of a library to the log (standard error)."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    return answers


def serve(open_runner: Callable[[], StepRunner], *, requests: TextIO, answers: TextIO) -> None:
    """Answer requests until the parent closes the pipe.

    A thread does the reading, so that the death of the parent ends this process in the middle of a step too: two
    processes must never work on one take.
    """
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(requests, lines), daemon=True).start()
    runner = open_runner()
    while True:
        request = json.loads(lines.get())
        answers.write(_answer(runner, request).model_dump_json() + "\n")
        answers.flush()


def _answer(runner: StepRunner, request: dict[str, str]) -> StepOutcome:
    try:
        return runner.run(request["take"], step_named(request["step"]))
    except Exception as e:  # noqa: BLE001 - the host lives on; the log holds the traceback, the person a sentence
        sys.excepthook(type(e), e, e.__traceback__)
        return StepOutcome.failed("internal_error", f"{type(e).__name__}: {e} (see the home's logs folder)")


def _read(requests: TextIO, lines: queue.SimpleQueue[str]) -> None:
    for line in requests:
        lines.put(line)
    if os.getsid(0) == os.getpid():  # our own session: what we started (ffmpeg) ends with us
        os.killpg(0, signal.SIGKILL)
    os._exit(PARENT_GONE)
