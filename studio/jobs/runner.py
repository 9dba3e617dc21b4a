"""The durable part: one DBOS workflow per take, started once, resumed at the step it stopped at.

Rules that came from trying (docs/adr/0008): the application version is pinned, or new code would orphan old jobs; the
serializer is JSON, never pickle; each process has its own executor id; SQLite is tuned by ``studio.store.engine``.
Step results hold only how a step ended. What it made lies in the take's work folder (``studio.jobs.steps``).
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer, StepOptions
from sqlalchemy import inspect

from studio.errors import JobError
from studio.jobs.outcome import StepOutcome
from studio.jobs.plan import TakePlan
from studio.jobs.pool import HostPool
from studio.jobs.slots import Slot, dead_slots
from studio.jobs.steps import step_named, steps_of
from studio.store.campaigns import CampaignStore, Fault, TakeStatus
from studio.store.engine import open_jobs_engine

APPLICATION_VERSION = "sayso-takes-1"  # changes only with the meaning of a stored step
QUEUE = "takes"
WORKFLOW = "render_take"
POLL_S = 0.2
WORKER_START_S = 30.0

_BROKEN = ("ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
_END = {"done": TakeStatus.RELEASED, "refused": TakeStatus.REFUSED, "failed": TakeStatus.FAILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRunner:
    """Runs takes in this process until ``close``. There is one per process, because DBOS is one per process."""

    database_url: str
    slot: Slot
    pool: HostPool
    campaigns: CampaignStore
    work_dir: Path
    locks_dir: Path
    clock: Callable[[], datetime]
    is_on_record: Callable[[str], bool]  # whether the ledger holds a take's release
    concurrency: int
    schedule: Callable[[], Callable[[], None]] | None = None  # registers what runs daily; gives what begins it

    def start(self) -> None:
        """Connect, take over what dead processes left, and begin to run."""
        DBOS(
            config=DBOSConfig(
                name="sayso",
                system_database_url=self.database_url,
                system_database_engine=open_jobs_engine(self.database_url),
                application_version=APPLICATION_VERSION,
                executor_id=self.slot.name,
                serializer=DBOSPortableJSONSerializer(),
                log_level="CRITICAL",
            )
        )
        self._register()
        begin = self.schedule() if self.schedule is not None else None
        DBOS.launch()
        if begin is not None:
            begin()
        DBOS.register_queue(
            QUEUE, worker_concurrency=self.concurrency, polling_interval_sec=POLL_S, on_conflict="always_update"
        )
        self.take_over()

    def enqueue(self, take_ids: Iterable[str]) -> None:
        """Hand takes over to whichever process is free first; a take that is enqueued already stays as it is."""
        client = _client(self.database_url)
        try:
            _enqueue(client, take_ids)
        finally:
            client.destroy()

    def take_over(self) -> int:
        """Resume what processes left behind that are gone, and end what cannot go on; returns how many resumed."""
        self._end_broken()
        count = 0
        with dead_slots(self.locks_dir) as names:
            for name in names:
                for workflow in DBOS.list_workflows(
                    status="PENDING", executor_id=name, load_input=False, load_output=False
                ):
                    DBOS.resume_workflow(workflow.workflow_id, queue_name=QUEUE)
                    count += 1
        return count

    def close(self) -> None:
        """Stop at once. Unfinished takes go on with the next start."""
        self.pool.close()
        DBOS.destroy(destroy_registry=True)
        self.slot.close()

    def _end_broken(self) -> None:
        """A workflow that ended with an error of ours leaves its take open; nobody would ever end it."""
        waiting = list(self.campaigns.open_ids())
        if not waiting:
            return
        for workflow in DBOS.list_workflows(
            workflow_ids=waiting, status=list(_BROKEN), load_input=False, load_output=False
        ):
            fault = Fault(code="job_error", message="the job ended with an internal error; produce the brief again")
            self.campaigns.finish(workflow.workflow_id, status=TakeStatus.FAILED, at=self.clock(), faults=(fault,))

    def _register(self) -> None:
        @DBOS.workflow(name=WORKFLOW)
        async def render_take(take_id: str) -> str:
            steps = await DBOS.run_step_async(StepOptions(name="plan"), self._steps, take_id)
            outcome = StepOutcome(status="done")
            for step in steps:
                raw = await DBOS.run_step_async(StepOptions(name=step, preemptible=True), self._step, take_id, step)
                outcome = StepOutcome.model_validate(raw)
                if outcome.status != "done":
                    break
            await DBOS.run_step_async(
                StepOptions(name="finish"), self._finish, take_id, outcome.model_dump(mode="json")
            )
            return outcome.status

    async def _steps(self, take_id: str) -> list[str]:
        row = await asyncio.to_thread(self.campaigns.take, take_id)
        return list(steps_of(TakePlan.model_validate_json(row.plan)))

    async def _step(self, take_id: str, step: str) -> dict[str, object]:
        outcome = await self.pool.run(take_id, step_named(step))
        return outcome.model_dump(mode="json")

    async def _finish(self, take_id: str, raw: dict[str, object]) -> None:
        await asyncio.to_thread(self._finish_now, take_id, StepOutcome.model_validate(raw))

    def _finish_now(self, take_id: str, outcome: StepOutcome) -> None:
        self.campaigns.finish(
            take_id, status=_END[outcome.status], at=self.clock(), faults=outcome.store_faults, path=outcome.path
        )
        if outcome.status != "done" and self.is_on_record(take_id):
            return  # only the move is left to do; the file must stay for it
        # Unlabelled speech and motion of a person are kept no longer than they are needed.
        shutil.rmtree(self.work_dir / take_id, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class RemoteJobs:
    """Enqueues takes for a worker in another process, which also looks after what dead processes leave."""

    database_url: str

    def enqueue(self, take_ids: Iterable[str]) -> None:
        """Hand takes over; one that is enqueued already stays as it is.

        Raises:
            JobError: the worker has not made its tables; it must have died at its start.
        """
        deadline = time.monotonic() + WORKER_START_S
        while not _has_tables(self.database_url):
            if time.monotonic() > deadline:
                raise JobError("the worker of this home did not start; stop it, and run the command again")
            time.sleep(POLL_S)
        client = _client(self.database_url)
        try:
            _enqueue(client, take_ids)
        finally:
            client.destroy()

    def take_over(self) -> int:
        """Leave it to the worker."""
        return 0


def cancel_takes(database_url: str, take_ids: Iterable[str]) -> None:
    """Stop takes wherever they run; the process that runs one kills its host within a second."""
    if not _has_tables(database_url):
        return  # nothing was ever enqueued here
    client = _client(database_url)
    try:
        for take_id in take_ids:
            client.cancel_workflow(take_id)
    finally:
        client.destroy()


def _has_tables(database_url: str) -> bool:
    engine = open_jobs_engine(database_url)
    try:
        schema = None if engine.dialect.name == "sqlite" else "dbos"
        return inspect(engine).has_table("workflow_status", schema=schema)
    finally:
        engine.dispose()


def _client(database_url: str) -> DBOSClient:
    return DBOSClient(
        system_database_url=database_url,
        system_database_engine=open_jobs_engine(database_url),
        serializer=DBOSPortableJSONSerializer(),
    )


def _enqueue(client: DBOSClient, take_ids: Iterable[str]) -> None:
    for take_id in take_ids:
        client.enqueue(
            {
                "workflow_name": WORKFLOW,
                "queue_name": QUEUE,
                "workflow_id": take_id,
                "app_version": APPLICATION_VERSION,
            },
            take_id,
        )
