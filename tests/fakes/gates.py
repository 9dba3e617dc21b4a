"""A whole house with real walls: the real store, consent acts, producer, step runner, gate and door.

Only what speaks and draws is replaced, by a second of synthetic film. ``before_release`` runs when the second gate has
let the last step through and the door has not been reached yet; ``while_rendering`` runs when the door has let the take
in and draws its first frame, so that only its last look is left.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import delete, update

from consent.decide import GRANT_LIFETIME
from consent.envelope import Envelope, erase_salt
from consent.grant import Grant, RecordId
from consent.keys import SigningKey
from pipelines.disclosure.fonts import load_fonts
from pipelines.media import ByteArray, Progress, Scene
from pipelines.release.door import ReleaseDoor
from pipelines.release.examine import MediaExaminer
from pipelines.release.take import TakeProvenance
from pipelines.release.verdict import Verdict
from pipelines.release.verify import TrustedLedger, verify_file
from studio.campaigns.brief import read_brief
from studio.consents.acts import ConsentActs
from studio.jobs.outcome import StepOutcome
from studio.jobs.plan import TakePlan
from studio.jobs.steps import StepName, StepRunner, steps_of
from studio.settings import load_settings
from studio.store import schema
from studio.wiring.host import step_runner
from tests.fakes.doors import FontFolder
from tests.fakes.scenes import FakeSpeaker, MovingPicture, Spoiled, film
from tests.fakes.studio import Tick
from tests.fakes.studio_home import CONSENT, FakeWiring, StudioHome

CARD = "kokoro-82m"
TEXT = "Votre café, en dix secondes."


class GatesWiring(FakeWiring):
    """Says of the card whether it may be used commercially."""

    forbids_commercial_use = False

    def cards_for(self, plan: TakePlan) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return (CARD,), ((CARD,) if self.forbids_commercial_use else ())


def do_nothing() -> None:
    """The world as it was."""


@dataclass
class DoorEngines:
    """Implements ``studio.jobs.steps.TakeEngines``: three steps that write a line, and the real door."""

    door: ReleaseDoor
    before_release: Callable[[], object] = do_nothing
    while_rendering: Callable[[], object] = do_nothing
    ask: Mapping[str, object] = field(default_factory=dict)  # what the last step asks beyond the plan
    forges_grants: bool = False

    def speech(self, plan: TakePlan, grant: Grant, *, done: Path, out: Path, progress: Progress) -> None:
        (out / "speech.wav").write_bytes(b"speech")

    def animate(self, plan: TakePlan, grant: Grant, *, done: Path, out: Path, progress: Progress) -> None:
        (out / "motion.npz").write_bytes(b"motion")

    def compose(self, plan: TakePlan, grant: Grant, *, done: Path, out: Path, progress: Progress) -> None:
        (out / "scene.json").write_bytes(b"scene")

    def release(self, plan: TakePlan, grant: Grant, *, done: Path, progress: Progress) -> Path:
        self.before_release()
        plan = plan.model_copy(update=dict(self.ask))
        if self.forges_grants:  # an insider, or the door would stop at the grant already and never ask consent
            now = self.door.clock()
            grant = replace(grant, request=plan.request, granted_at=now, expires_at=now + GRANT_LIFETIME)
        provenance = TakeProvenance(request=plan.request, model_cards=(CARD,))
        return self.door.release(self._scene(plan.locale), grant=grant, provenance=provenance).path

    def finish_release(self, plan: TakePlan) -> Path | None:
        release = self.door.finish(plan.request)
        return None if release is None else release.path

    def _scene(self, locale: str) -> Scene:
        def spoil(index: int, frame: ByteArray) -> ByteArray:
            if index == 0:
                self.while_rendering()
            return frame

        frames = Spoiled(source=MovingPicture(frame_count=12), spoil=spoil)
        return replace(film(frame_count=12, locale=locale), frames=frames)


class Gates:
    """One house, one standing consent for one take, and everything that an attacker inside may reach."""

    def __init__(self, folder: Path, weights: Path, *, template: Path | None = None) -> None:
        if template is not None:
            shutil.copytree(template, folder, dirs_exist_ok=True)
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.out = folder / "out"
        self.clock = Tick()
        self.home = StudioHome(folder)
        self.weights = weights
        self.wiring = self.reopen()
        self._engines: DoorEngines | None = None
        found = self.wiring.records.all_ids()
        self.record_id = found[0] if found else self.consent({"max_takes = 20": "max_takes = 1"})

    def reopen(self) -> GatesWiring:
        """Another process in the same home."""
        settings = load_settings(None, environ=self.home.environ)
        return GatesWiring(settings, environ=self.home.environ, clock=self.clock)

    # What people do.

    @property
    def acts(self) -> ConsentActs:
        """The acts, in a house whose running takes hear of no withdrawal: only the gates can stop them."""
        return replace(self.wiring.acts, withdrawn=lambda _: None)

    def consent(self, changes: Mapping[str, str], *, file: str = "consent.toml") -> RecordId:
        """File, sign and approve a consent, twice and with a contract; the bodies of each stage stay in ``stages``."""
        text = CONSENT
        for old, new in changes.items():
            if old not in text:
                raise ValueError(f"{old!r} is not in the consent")
            text = text.replace(old, new)
        (self.folder / file).write_text(text)
        record_id = self.wiring.acts.new(self.folder / file).record_id
        stages = self.folder / "stages"
        stages.mkdir(exist_ok=True)
        self._keep(record_id, "draft")
        self.wiring.acts.sign(record_id, key=SigningKey.generate())
        self._keep(record_id, "signed")
        for stage, approver in (("approved_once", "legal@example.com"), ("approved", "head.of.legal@example.com")):
            self.wiring.acts.approve(record_id, approver=approver, evidence=self.folder / "contract.pdf")
            self._keep(record_id, stage)
        return record_id

    def _keep(self, record_id: RecordId, stage: str) -> None:
        envelope = self.wiring.records.find(record_id)
        if envelope is None:
            raise LookupError(record_id)
        (self.folder / "stages" / f"{record_id}.{stage}").write_text(envelope.to_json())

    # What an attacker with the database does.

    def put_back(self, stage: str) -> None:
        """Swap the stored row for the one of an earlier stage."""
        self.store(Envelope.from_json((self.folder / "stages" / f"{self.record_id}.{stage}").read_text()))

    def store(self, envelope: Envelope) -> None:
        """Swap the stored row for this one."""
        self.store_body(erase_salt(envelope).to_json())

    def store_body(self, body: str) -> None:
        """Swap the stored row for any text."""
        row = update(schema.envelopes).where(schema.envelopes.c.record_id == self.record_id)
        with self.wiring.engine.begin() as connection:
            connection.execute(row.values(body=body))

    def forget(self, *, everything: bool) -> None:
        """Remove the record's salt, or the record with it."""
        with self.wiring.engine.begin() as connection:
            connection.execute(delete(schema.salts).where(schema.salts.c.record_id == self.record_id))
            if everything:
                connection.execute(delete(schema.envelopes).where(schema.envelopes.c.record_id == self.record_id))

    def change_plan(self, take_id: str, ask: Mapping[str, object]) -> None:
        """Swap a stored plan for one that asks for more."""
        plan = TakePlan.model_validate_json(self.wiring.campaigns.take(take_id).plan).model_copy(update=dict(ask))
        with self.wiring.engine.begin() as connection:
            row = update(schema.takes).where(schema.takes.c.id == take_id)
            connection.execute(row.values(plan=plan.model_dump_json()))

    def copy_database(self) -> Path:
        """Keep the database as it is now; SQLite's own backup, so that nothing in the log is missed."""
        copy = self.folder / "old.sqlite"
        with sqlite3.connect(self._database) as now, sqlite3.connect(copy) as then:
            now.backup(then)
        now.close()
        then.close()
        return copy

    def put_back_database(self, copy: Path) -> None:
        """Roll the whole database back, behind the back of whoever has it open."""
        with sqlite3.connect(copy) as then, sqlite3.connect(self._database) as now:
            then.backup(now)
        now.close()
        then.close()

    @property
    def _database(self) -> Path:
        return self.wiring.settings.home / "sayso.sqlite"

    # The three gates.

    def enqueue(self, ask: Mapping[str, object] | None = None) -> str:
        """Gate 1: a brief that asks for what the plan's fields would say; returns the take's id."""
        asked = dict(ask or {})
        self.wiring.forbids_commercial_use = bool(asked.pop("weights_not_commercial", ()))
        portrait = "portrait.png"
        if asked.pop("portrait_sha256", None):
            portrait = "stranger.png"
            (self.folder / portrait).write_bytes((self.folder / "portrait.png").read_bytes() + b"\n")
        said = {"record_id": self.record_id, "brand": "Example", "product": "Coffee One", "locale": "fr-FR"}
        said |= {"market": "FR", "channel": "web", "text": TEXT, **{name: str(value) for name, value in asked.items()}}
        path = self.folder / "brief.toml"
        path.write_text(
            f'consent = "{said["record_id"]}"\nbrand = "{said["brand"]}"\nproduct = "{said["product"]}"\n'
            f'commercial = true\nportrait = "{portrait}"\n[[takes]]\nlocale = "{said["locale"]}"\n'
            f'market = "{said["market"]}"\nchannel = "{said["channel"]}"\nformat = "960x540"\ntext = "{said["text"]}"\n'
        )
        campaign = self.wiring.producer.open(read_brief(path))
        return self.wiring.campaigns.takes_of(campaign.id)[0].id

    @property
    def engines(self) -> DoorEngines:
        """What the steps are done by, made once."""
        if self._engines is None:
            door = ReleaseDoor(
                gate=self.wiring.gate,
                identity=self.wiring.identity,
                fonts=load_fonts(FontFolder(root=self.weights)),
                notice_speaker=FakeSpeaker(),
                clock=self.clock,
                library=self.wiring.settings.library_dir,
                quarantine=self.wiring.settings.work_dir,
            )
            self._engines = DoorEngines(door)
        return self._engines

    def runner(self) -> StepRunner:
        """Gate 2 stands before each of its steps."""
        return step_runner(self.wiring, self.engines)

    def run_until(self, take_id: str, last: StepName) -> StepOutcome:
        """Run the steps in their order up to this one; all but the last must succeed."""
        runner = self.runner()
        plan = TakePlan.model_validate_json(self.wiring.campaigns.take(take_id).plan)
        for step in steps_of(plan):
            outcome = runner.run(take_id, step)
            if step == last:
                return outcome
            if outcome.status != "done":
                raise RuntimeError(f"{step}: {outcome}")
        raise ValueError(last)

    # What came of it.

    def verify(self, path: Path) -> Verdict:
        """What anyone would learn about a file."""
        ledger = self.wiring.ledger
        return verify_file(
            path,
            trust_anchors_pem=self.wiring.identity.trust_anchors_pem,
            ledger=TrustedLedger(origin=ledger.origin, public_key=ledger.public_key),
            records=self.wiring.public_records,
            at=self.clock(),
            examiner=MediaExaminer(fonts=load_fonts(FontFolder(root=self.weights))),
        )

    def files_outside(self, take_id: str) -> list[Path]:
        """Every file that a person could take away, after the results were handed over as ``sayso produce`` does."""
        campaign = self.wiring.campaigns.take(take_id).campaign_id
        self.wiring.producer.results(campaign, out=self.out)
        return [p for folder in (self.wiring.settings.library_dir, self.out) for p in folder.rglob("*") if p.is_file()]

    def media_in_quarantine(self, take_id: str) -> list[Path]:
        """Every rendered file that was left in the take's quarantine."""
        folder = self.wiring.settings.work_dir / take_id
        return [p for p in folder.rglob("*") if p.suffix in {".mp4", ".png", ".srt", ".vtt"}]

    def release_entries(self, take_id: str) -> list[bytes]:
        """The ledger's entries about this take, read past every check."""
        leaves, _ = self.wiring.ledger.everything()
        return [leaf for leaf in leaves if take_id.encode() in leaf]
