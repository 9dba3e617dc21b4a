"""The steps of a take and the rules that make each of them safe to run again.

1. Ask consent first, every time, and whether the likeness still stands: the plan may be hours old (gate 2; ``release``
   asks once more, inside the door).
2. A finished step is a folder ``work/<take>/<step>`` that appeared by one rename; it is never done again.
3. An unfinished one leaves a folder ``<step>.part-*``, which the next try removes.
4. One process works on a take at a time (a file lock that dies with its holder).
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol, get_args

from consent.errors import ConsentError, ConsentRefusedError
from consent.grant import Grant, TakeRequest
from pipelines.errors import CancelledError, PipelineError
from pipelines.media import Progress
from studio.errors import StudioError
from studio.jobs.likeness import Likenesses, NoLikenesses
from studio.jobs.outcome import FaultJson, StepOutcome
from studio.jobs.plan import TakePlan
from studio.store.campaigns import CampaignStore
from studio.store.filelock import locked

StepName = Literal["speech", "animate", "compose", "release"]
STEPS: tuple[StepName, ...] = get_args(StepName)

PROGRESS_INTERVAL_S = 0.5  # often enough for a person to watch, seldom enough for SQLite


class TakeEngines(Protocol):
    """What does the work of a step. ``done`` holds the folders of the steps before; ``out`` is empty and private."""

    def speech(self, plan: TakePlan, grant: Grant, *, done: Path, out: Path, progress: Progress) -> None:
        """Write ``speech.wav`` and ``speech.json``."""
        ...

    def animate(self, plan: TakePlan, grant: Grant, *, done: Path, out: Path, progress: Progress) -> None:
        """Write ``motion.npz``."""
        ...

    def compose(self, plan: TakePlan, grant: Grant, *, done: Path, out: Path, progress: Progress) -> None:
        """Check and lay out the scene; write ``scene.json``."""
        ...

    def release(self, plan: TakePlan, grant: Grant, *, done: Path, progress: Progress) -> Path:
        """Render through the one door; return the released file."""
        ...

    def finish_release(self, plan: TakePlan) -> Path | None:
        """End a release that is on record but was interrupted; None if the take is not on record."""
        ...


def step_named(name: str) -> StepName:
    """The step of this name, as it comes out of a pipe or a database.

    Raises:
        ValueError: there is no such step.
    """
    for known in STEPS:
        if known == name:
            return known
    raise ValueError(f"{name!r} is no step of a take")


def steps_of(plan: TakePlan) -> tuple[StepName, ...]:
    """The steps that this kind of take has."""
    if plan.kind == "audio":
        return ("speech", "compose", "release")
    return ("compose", "release") if plan.kind == "still" else STEPS


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRunner:
    """Runs single steps inside a host process."""

    engines: TakeEngines
    authorize: Callable[[TakeRequest], Grant]
    campaigns: CampaignStore
    work_dir: Path
    home: Path
    clock: Callable[[], datetime]
    likenesses: Likenesses = field(default_factory=NoLikenesses)

    def run(self, take_id: str, step: StepName) -> StepOutcome:
        """Do one step, or find it done. Every fault that a person can do something about becomes an outcome."""
        try:
            return self._run(take_id, step)
        except ConsentRefusedError as e:
            faults = tuple(FaultJson(code=r.code.value, message=r.message) for r in e.reasons)
            return StepOutcome(status="refused", faults=faults)
        except CancelledError:
            raise
        except (PipelineError, ConsentError, StudioError) as e:
            return StepOutcome.failed(_code_of(e), str(e))

    def _run(self, take_id: str, step: StepName) -> StepOutcome:
        plan = TakePlan.model_validate_json(self.campaigns.take(take_id).plan)
        folder = self.work_dir / take_id
        folder.mkdir(mode=0o700, exist_ok=True)
        with locked(folder / ".lock"):
            if step == "release":
                return self._release(plan, folder)
            if not (folder / step).is_dir():
                self._make(plan, step, folder)
            cost = json.loads((folder / step / "step.json").read_text(encoding="utf-8"))
            self.campaigns.note_seconds(take_id, step=step, seconds=cost["seconds"])
        return StepOutcome(status="done")

    def _make(self, plan: TakePlan, step: StepName, folder: Path) -> None:
        for left_over in folder.glob(f"{step}.part-*"):
            shutil.rmtree(left_over)
        part = folder / f"{step}.part-{os.getpid()}"
        grant = self._ask(plan)
        part.mkdir(mode=0o700)
        started = time.monotonic()
        work = {"speech": self.engines.speech, "animate": self.engines.animate, "compose": self.engines.compose}[step]
        progress = self._reporter(plan.take_id, step)
        progress(0.0)
        work(plan, grant, done=folder, out=part, progress=progress)
        cost = {"spec_version": 1, "step": step, "seconds": round(time.monotonic() - started, 3)}
        (part / "step.json").write_text(json.dumps(cost), encoding="utf-8")
        part.rename(folder / step)

    def _release(self, plan: TakePlan, folder: Path) -> StepOutcome:
        path = self.engines.finish_release(plan)
        if path is None:
            grant = self._ask(plan)
            started = time.monotonic()
            progress = self._reporter(plan.take_id, "release")
            progress(0.0)
            path = self.engines.release(plan, grant, done=folder, progress=progress)
            self.campaigns.note_seconds(plan.take_id, step="release", seconds=time.monotonic() - started)
        return StepOutcome(status="done", path=str(path.relative_to(self.home)))

    def _ask(self, plan: TakePlan) -> Grant:
        against = self.likenesses.reasons_against(plan)
        if against:
            raise ConsentRefusedError(against)
        return self.authorize(plan.request)

    def _reporter(self, take_id: str, step: StepName) -> Progress:
        last = -PROGRESS_INTERVAL_S

        def report(share: float) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= PROGRESS_INTERVAL_S:
                last = now
                self.campaigns.note_progress(take_id, step=step, share=share, at=self.clock())

        return report


def _code_of(error: Exception) -> str:
    """``PortraitRefusedError`` -> ``portrait_refused``."""
    name = type(error).__name__.removesuffix("Error")
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
