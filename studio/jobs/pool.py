"""The parent side of the hosts: a few child processes that keep weights in memory between takes.

A host is lent to one take for one step. When the step is cancelled its host is killed, with everything that it
started, and a fresh one takes its place: stopping really stops.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from studio.jobs.outcome import StepOutcome
from studio.jobs.steps import StepName

TRIES = 2  # a host that dies once may have been unlucky (memory); one that dies twice dies of this take


@dataclass(slots=True, eq=False)
class _Host:
    process: subprocess.Popen[bytes]
    is_killed: bool = field(default=False)

    def ask(self, request: bytes) -> bytes | None:
        """Return the answer's line; None if the host is gone."""
        assert self.process.stdin is not None, "started with a pipe"
        assert self.process.stdout is not None, "started with a pipe"
        try:
            self.process.stdin.write(request)
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except OSError:
            answer = b""
        return answer if answer.endswith(b"\n") else None

    def kill(self) -> None:
        """End the host with its whole session: ffmpeg goes too."""
        self.is_killed = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class HostPool:
    """At most ``size`` host processes, started when first needed. ``run`` is for one event loop."""

    def __init__(self, command: Sequence[str], *, size: int, environ: Mapping[str, str], logs_dir: Path) -> None:
        self._command = tuple(command)
        self._environ = dict(environ)
        self._logs_dir = logs_dir
        self._threads = ThreadPoolExecutor(max_workers=size, thread_name_prefix="host")
        self._slots = asyncio.Semaphore(size)
        self._idle: list[_Host] = []
        self._all: set[_Host] = set()
        self._is_closing = False

    async def run(self, take_id: str, step: StepName) -> StepOutcome:
        """Run one step in a host."""
        request = json.dumps({"take": take_id, "step": step}).encode() + b"\n"
        for _ in range(TRIES):
            answer = await self._ask(request)
            if self._is_closing:
                await asyncio.Event().wait()  # the process is about to end; the step stays unfinished and is resumed
            if answer is not None:
                return StepOutcome.model_validate_json(answer)
        return StepOutcome.failed(
            "host_died", f"the process that ran step {step} ended twice; look into {self._logs_dir}, then produce again"
        )

    def close(self) -> None:
        """Kill every host. Steps that were running stay unfinished, for the next start to resume."""
        self._is_closing = True
        for host in tuple(self._all):
            host.kill()
        self._threads.shutdown(wait=False)

    async def _ask(self, request: bytes) -> bytes | None:
        async with self._slots:
            host = self._idle.pop() if self._idle else self._start()
            try:
                answer = await asyncio.get_running_loop().run_in_executor(self._threads, host.ask, request)
            except asyncio.CancelledError:
                host.kill()  # which also ends the thread that reads from it
                raise
            finally:
                if host.is_killed or self._is_closing:
                    self._all.discard(host)
            if answer is None:
                host.kill()
                self._all.discard(host)
            else:
                self._idle.append(host)
            return answer

    def _start(self) -> _Host:
        with (self._logs_dir / "hosts.log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own command, from the composition root
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=self._environ,
                start_new_session=True,  # a Ctrl-C at the terminal reaches us alone; we decide what it means
            )
        host = _Host(process)
        self._all.add(host)
        return host


def one_thread_each(environ: Mapping[str, str]) -> dict[str, str]:
    """The hosts' environment: each library keeps to one thread, because there is one host for each core."""
    limits = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    return {**environ, **dict.fromkeys(limits, "1"), "PYTHONUNBUFFERED": "1"}
