"""A studio with one take that went through the real door, on the real store; only its frames are drawn by a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.disclosure.fonts import load_fonts
from pipelines.media import Scene
from pipelines.release.door import ReleaseDoor
from pipelines.release.take import TakeProvenance
from studio.campaigns.brief import read_brief
from studio.exports.asked import Exported, Wanted
from studio.jobs.plan import TakePlan
from studio.store.campaigns import TakeStatus
from studio.wiring.root import Wiring
from tests.fakes.doors import scene_for
from tests.fakes.scenes import FakeSpeaker
from tests.fakes.studio_home import StudioHome


@dataclass
class ExportingHome:
    """A home, wired, with a standing consent."""

    home: StudioHome
    wiring: Wiring
    record_id: str

    @classmethod
    def open(cls, folder: Path, weights: Path, *, consent: Mapping[str, str] | None = None) -> ExportingHome:
        home = StudioHome(folder, environ={"SAYSO_WEIGHTS": str(weights)})
        text = (folder / "consent.toml").read_text()
        for old, new in (consent or {}).items():
            assert old in text
            text = text.replace(old, new)
        (folder / "consent.toml").write_text(text)
        wiring = home.wiring()
        return cls(home=home, wiring=wiring, record_id=home.standing_consent(wiring))

    def plan(self, take_format: str = "960x540", *, channel: str = "youtube", extra: str = "") -> TakePlan:
        path = self.home.brief(self.record_id)
        text = path.read_text().replace("1080x1920", take_format).replace('"youtube"', f'"{channel}"')
        path.write_text(text.replace("[[takes]]", f"{extra}\n[[takes]]"))
        campaign = self.wiring.producer.open(read_brief(path))
        (row,) = self.wiring.campaigns.takes_of(campaign.id)
        assert row.status is TakeStatus.QUEUED, row.reasons
        return TakePlan.model_validate_json(row.plan)

    def release(self, plan: TakePlan, scene: Scene | None = None) -> Path:
        wiring, settings = self.wiring, self.wiring.settings
        door = ReleaseDoor(
            gate=wiring.gate,
            identity=wiring.identity,
            fonts=load_fonts(wiring.weights),
            notice_speaker=FakeSpeaker(),
            clock=wiring.clock,
            library=settings.library_dir,
            quarantine=settings.work_dir,
        )
        with wiring.gate.transaction() as transaction:
            grant = transaction.authorize(plan.request, at=wiring.clock())
        provenance = TakeProvenance(request=plan.request, model_cards=plan.weights, producer=plan.producer)
        released = door.release(scene or scene_for(plan.format), grant=grant, provenance=provenance)
        wiring.campaigns.finish(
            plan.take_id,
            status=TakeStatus.RELEASED,
            at=wiring.clock(),
            path=str(released.path.relative_to(settings.home)),
        )
        return released.path

    def export(self, take_id: str, **wanted: object) -> Exported:
        out = self.home.folder / "packages"
        return self.wiring.exporter.export(Wanted(take_id=take_id, out=out, **wanted))  # type: ignore[arg-type] # a test's keywords
