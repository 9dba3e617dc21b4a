"""A real door on a studio in memory, and one way through it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from consent.grant import Grant, TakeRequest
from pipelines.disclosure.fonts import FontSet, load_fonts
from pipelines.media import Scene
from pipelines.provenance.identity import SigningIdentity
from pipelines.release.door import ReleaseDoor
from pipelines.release.examine import MediaExaminer
from pipelines.release.take import Release, TakeProvenance
from pipelines.release.verdict import Verdict
from pipelines.release.verify import verify_file
from tests.fakes.scenes import FakeSpeaker, film, sound, still
from tests.fakes.studio import FakeStudio, Tick


@dataclass(frozen=True, slots=True, kw_only=True)
class FontFolder:
    """Fonts of a weights folder."""

    root: Path

    def path(self, card_id: str, file: str) -> Path:
        return self.root / card_id / file


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything around one door."""

    studio: FakeStudio
    door: ReleaseDoor
    fonts: FontSet

    @classmethod
    def open(cls, root: Path, weights: Path, *, max_takes: int = 20) -> House:
        clock = Tick()
        studio = FakeStudio.open(clock, max_takes=max_takes)
        fonts = load_fonts(FontFolder(root=weights))
        door = ReleaseDoor(
            gate=studio,
            identity=SigningIdentity.open_or_create(root / "keys" / "signer", clock=clock),
            fonts=fonts,
            notice_speaker=FakeSpeaker(),
            clock=clock,
            library=root / "library",
            quarantine=root / "work",
            threads=1,
        )
        return cls(studio=studio, door=door, fonts=fonts)

    def release(
        self,
        scene: Scene | None = None,
        *,
        request: TakeRequest | None = None,
        grant: Grant | None = None,
        **provenance: object,
    ) -> Release:
        """Go through the door with a fitting scene and a fresh grant, where the test gives none."""
        asked = request or self.studio.request()
        return self.door.release(
            scene or scene_for(asked.format),
            grant=grant or self.studio.grant(asked),
            provenance=TakeProvenance(request=asked, model_cards=("kokoro-82m",), **provenance),  # type: ignore[arg-type] # a test's keywords
        )

    def verify(self, path: Path, *, with_engines: bool = True) -> Verdict:
        return verify_file(
            path,
            trust_anchors_pem=self.door.identity.trust_anchors_pem,
            ledger=self.studio.trusted_ledger,
            records=self.studio,
            at=self.studio.clock(),
            examiner=MediaExaminer(fonts=self.fonts) if with_engines else None,
        )

    def left_behind(self) -> list[Path]:
        """Return every file in library and quarantine."""
        return [p for folder in (self.door.library, self.door.quarantine) for p in folder.rglob("*") if p.is_file()]


def scene_for(take_format: str, *, seed: int = 0) -> Scene:
    if take_format in {"wav", "mp3"}:
        return sound(seed=seed)
    if take_format.endswith((".png", ".jpg")):
        return still(seed=seed)
    return film(seed=seed)
