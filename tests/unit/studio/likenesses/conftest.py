"""A studio that keeps likenesses: real store, vault, ledger and consent; only ears and hands are fakes."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import pytest

from consent.grant import RecordId
from studio.campaigns.brief import read_brief
from studio.settings import load_settings
from studio.store.campaigns import TakeRow
from studio.store.likenesses import LikenessRow
from studio.wiring.likenesses import LikenessRoom, open_likenesses
from tests.fakes.ears import FakeFitter, FakeListener
from tests.fakes.eyes import FakeTwinMaker
from tests.fakes.keeping import KeepingStudio
from tests.fakes.studio_home import FakeWiring

RECORDINGS = {"a.wav": b"RIFF....WAVEfmt the first sentence", "b.wav": b"RIFF....WAVEfmt the second sentence"}
FILM = b"....ftypmp42 a minute of somebody who speaks"
BOUND_FILM = ('assets = ["portrait.png"]', 'assets = ["portrait.png", "film.mp4"]')
BOUND = ('assets = ["portrait.png"]', 'assets = ["portrait.png", "voice/a.wav", "voice/b.wav"]')
SOUND_BRIEF = """
consent = "{record}"
brand = "Example"
product = "Coffee One"
commercial = true
likeness = "{likeness}"
[[takes]]
locale = "en-US"
market = "US"
channel = "web"
format = "wav"
text = "Coffee in ten seconds."
"""


class LikenessStudio(KeepingStudio):
    """The parts, and a person's recordings in ``voice/``."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        settings = load_settings(None, environ=self.home.environ)
        self.wiring = FakeWiring(settings, environ=self.home.environ, clock=lambda: self.now)
        self.ears, self.hands, self.maker = FakeListener(), FakeFitter(), FakeTwinMaker()
        self.voice = folder / "voice"
        self.voice.mkdir()
        for name, content in RECORDINGS.items():
            (self.voice / name).write_bytes(content)
        self.film = folder / "film.mp4"
        self.film.write_bytes(FILM)

    @cached_property
    def room(self) -> LikenessRoom:
        return open_likenesses(self.wiring, listener=self.ears, fitter=self.hands, maker=self.maker)

    def bound_consent(self, *changes: tuple[str, str], more: str = "") -> RecordId:
        return self.consent(BOUND, *changes, more=more)

    def enrolled(self, record_id: RecordId | None = None, *, release: bool = True) -> LikenessRow:
        row = self.room.enrolling.enrol(record_id or self.bound_consent(), voice=self.voice, by="legal@example.com")
        return self.room.desk.release(row.id, by="legal@example.com") if release else row

    def filmed_consent(self, *changes: tuple[str, str]) -> RecordId:
        return self.consent(BOUND_FILM, *changes)

    def filmed(self, record_id: RecordId | None = None, *, release: bool = True) -> LikenessRow:
        row = self.room.filming.enrol(record_id or self.filmed_consent(), footage=self.film, by="legal@example.com")
        return self.room.desk.release(row.id, by="legal@example.com") if release else row

    def film_brief(self, record_id: str, twin: str, *, format_: str = "1080x1920") -> Path:
        path = self.home.folder / "film.toml"
        text = SOUND_BRIEF.format(record=record_id, likeness=twin).replace("likeness =", "twin =")
        path.write_text(text.replace('"wav"', f'"{format_}"'))
        return path

    def film_take(self, record_id: str, twin: str, *, format_: str = "1080x1920") -> TakeRow:
        opened = self.wiring.producer.open(read_brief(self.film_brief(record_id, twin, format_=format_)))
        (row,) = self.wiring.campaigns.takes_of(opened.id)
        return row

    def sound_brief(self, record_id: str, likeness: str) -> Path:
        path = self.home.folder / "sound.toml"
        path.write_text(SOUND_BRIEF.format(record=record_id, likeness=likeness))
        return path

    def take(self, record_id: str, likeness: str) -> TakeRow:
        opened = self.wiring.producer.open(read_brief(self.sound_brief(record_id, likeness)))
        (row,) = self.wiring.campaigns.takes_of(opened.id)
        return row

    def voice_items(self, record_id: RecordId) -> list[str]:
        return sorted(item.name for item in self.vault.items(record_id) if item.kind in ("voice", "template"))


@pytest.fixture
def studio(tmp_path: Path) -> LikenessStudio:
    return LikenessStudio(tmp_path)
