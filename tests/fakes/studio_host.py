"""A host whose engines write a few bytes instead of rendering. Real store, real consent, real gate, real pipe.

Run as a program it is what ``HostPool`` starts; ``SAYSO_FAKE_LOG`` gets one line for each thing that an engine does,
``SAYSO_FAKE_STEP_S`` is how long a step takes, ``SAYSO_FAKE_FAULT`` names a step that fails, ``SAYSO_FAKE_DEATH`` one
that kills its host.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from consent.grant import Grant, Sha256Hex
from pipelines.errors import InputInvalidError
from pipelines.media import Progress
from pipelines.provenance.fingerprint import Fingerprint
from pipelines.release.gate import ReleaseEntry
from studio.jobs.host import claim_stdout, serve
from studio.jobs.plan import TakePlan
from studio.jobs.steps import StepRunner
from studio.settings import load_settings
from studio.wiring.host import step_runner
from studio.wiring.root import Wiring


@dataclass(frozen=True)
class FakeEngines:
    """Implements ``studio.jobs.steps.TakeEngines``."""

    wiring: Wiring
    log: Path
    step_s: float

    def speech(self, plan: TakePlan, grant: Grant, *, done: Path, out: Path, progress: Progress) -> None:
        self._work(plan, "speech", progress)
        (out / "speech.wav").write_bytes(b"speech of " + plan.take_id.encode())

    def animate(self, plan: TakePlan, grant: Grant, *, done: Path, out: Path, progress: Progress) -> None:
        assert (done / "speech" / "speech.wav").read_bytes().endswith(plan.take_id.encode())
        self._work(plan, "animate", progress)
        (out / "motion.npz").write_bytes(b"motion")

    def compose(self, plan: TakePlan, grant: Grant, *, done: Path, out: Path, progress: Progress) -> None:
        assert (done / "animate" / "motion.npz").is_file()
        self._work(plan, "compose", progress)
        (out / "scene.json").write_text("{}")

    def release(self, plan: TakePlan, grant: Grant, *, done: Path, progress: Progress) -> Path:
        assert (done / "compose" / "scene.json").is_file()
        out = done / "out"
        out.mkdir(exist_ok=True)
        content = b"film of " + plan.take_id.encode()
        self._work(plan, "release", progress)
        (out / f"{plan.take_id}.mp4").write_bytes(content)
        at = datetime.now(UTC)
        with self.wiring.gate.transaction() as transaction:
            decided = transaction.authorize(plan.request, at=at)
            transaction.append_release(release_entry(plan, decided, content, at), at=at)
        self._say("recorded", plan)
        time.sleep(self.step_s / 2)  # a place to be killed between the record and the move
        return self._let_out(plan)

    def finish_release(self, plan: TakePlan) -> Path | None:
        if self.wiring.gate.released(plan.request.take_id) is None:
            return None
        return self._let_out(plan)

    def _let_out(self, plan: TakePlan) -> Path:
        shelf = self.wiring.settings.library_dir / plan.take_id
        if not shelf.is_dir():
            (self.wiring.settings.work_dir / plan.take_id / "out").rename(shelf)
        return shelf / f"{plan.take_id}.mp4"

    def _work(self, plan: TakePlan, step: str, progress: Progress) -> None:
        self._say(f"{step}-start", plan)
        if os.environ.get("SAYSO_FAKE_FAULT") == step:
            raise InputInvalidError("this scene does not fit; give a shorter title")
        if os.environ.get("SAYSO_FAKE_DEATH") == step:
            os._exit(9)
        progress(0.5)
        time.sleep(self.step_s)
        self._say(f"{step}-end", plan)

    def _say(self, what: str, plan: TakePlan) -> None:
        with self.log.open("a") as file:
            file.write(f"{what} {plan.take_id} {os.getpid()}\n")


def release_entry(plan: TakePlan, grant: Grant, content: bytes, at: datetime) -> ReleaseEntry:
    return ReleaseEntry(
        take_id=plan.request.take_id,
        record_id=plan.request.record_id,
        public_hash=grant.public_hash,
        file_sha256=Sha256Hex(hashlib.sha256(content).hexdigest()),
        file_name=f"{plan.take_id}.mp4",
        media_type="video/mp4",
        fingerprint=Fingerprint(kind="video", algorithm="io.iscc.v0", value="00" * 32),
        locale=plan.locale,
        market=plan.market,
        channel=plan.channel,
        format=plan.format,
        script_sha256=plan.request.script_sha256,
        subject_class=grant.subject_class,
        assurance=grant.assurance,
        label_text="AI",
        label_box=(0, 0, 10, 10),
        notice_text=None,
        sound=None,
        released_at=at,
    )


def open_runner() -> StepRunner:
    wiring = Wiring(load_settings(None, environ=os.environ), environ=os.environ)
    engines = FakeEngines(
        wiring, Path(os.environ["SAYSO_FAKE_LOG"]), float(os.environ.get("SAYSO_FAKE_STEP_S", "0.05"))
    )
    return step_runner(wiring, engines)


if __name__ == "__main__":
    serve(open_runner, requests=sys.stdin, answers=claim_stdout())
