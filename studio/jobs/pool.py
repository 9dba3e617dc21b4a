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
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from studio.jobs.outcome import StepOutcome
from studio.jobs.steps import StepName

_ANSWER_BYTES_MAX = 1 << 20


class HostPool:
    """At most ``size`` host processes, started when first needed. All methods run on one event loop."""

    def __init__(self, command: Sequence[str], *, size: int, environ: dict[str, str], logs_dir: Path) -> None:
        self._command = tuple(command)
        self._size = size
        self._environ = environ
        self._logs_dir = logs_dir
        self._idle: list[asyncio.subprocess.Process] = []
        self._all: set[asyncio.subprocess.Process] = set()
        self._slots: asyncio.Semaphore | None = None
        self._is_closing = False

    async def run(self, take_id: str, step: StepName) -> StepOutcome:
        """Run one step in a host. A host that dies is replaced once; a second death is the take's failure."""
        for _ in range(2):
            async with self._lend() as host:
                answer = await self._ask(host, {"take": take_id, "step": step})
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
            _kill(host)

    @contextlib.asynccontextmanager
    async def _lend(self) -> AsyncIterator[asyncio.subprocess.Process]:
        if self._slots is None:
            self._slots = asyncio.Semaphore(self._size)
        async with self._slots:
            host = self._idle.pop() if self._idle else await self._start()
            try:
                yield host
            except BaseException:
                _kill(host)
                raise
            finally:
                if host.returncode is None and not self._is_killed(host):
                    self._idle.append(host)
                else:
                    self._all.discard(host)

    @staticmethod
    async def _ask(host: asyncio.subprocess.Process, request: dict[str, str]) -> bytes | None:
        assert host.stdin is not None, "started with a pipe"
        assert host.stdout is not None, "started with a pipe"
        try:
            host.stdin.write(json.dumps(request).encode() + b"\n")
            await host.stdin.drain()
            answer = await host.stdout.readline()
        except (BrokenPipeError, ConnectionResetError):
            answer = b""
        except asyncio.CancelledError:
            _kill(host)
            await host.wait()
            raise
        if answer.endswith(b"\n"):
            return answer
        await host.wait()
        return None

    async def _start(self) -> asyncio.subprocess.Process:
        with (self._logs_dir / "hosts.log").open("ab") as log:
            host = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=self._environ,
                limit=_ANSWER_BYTES_MAX,
                start_new_session=True,  # a Ctrl-C at the terminal reaches us alone; we decide what it means
            )
        self._all.add(host)
        return host

    @staticmethod
    def _is_killed(host: asyncio.subprocess.Process) -> bool:
        return host.stdin is None or host.stdin.is_closing()


def _kill(host: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(host.pid, signal.SIGKILL)  # its session: ffmpeg goes too
    if host.stdin is not None:
        host.stdin.close()


def one_thread_each(environ: dict[str, str]) -> dict[str, str]:
    """The hosts' environment: each library keeps to one thread, because there is one host per core."""
    limits = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    return {**environ, **dict.fromkeys(limits, "1"), "PYTHONUNBUFFERED": "1"}
