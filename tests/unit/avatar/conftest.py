"""One public-domain portrait, spoken test sounds, and grants for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from consent.grant import Grant, Modality, RecordId, Sha256Hex, TakeId, TakeRequest
from pipelines.avatar.engine import PhotoAvatar
from pipelines.avatar.portrait import load_portrait
from pipelines.errors import WeightsError
from pipelines.faces.landmarks import FaceFinder
from pipelines.media import AudioClip, Portrait, Speech, Stage, Timed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TEXT = "Mamma, papa, a baby boom: a map of a pub."


@dataclass(frozen=True)
class WeightsOnDisk:
    """The weights folder as it lies; ``without`` names cards that are not installed."""

    root: Path
    without: frozenset[str] = frozenset()

    def path(self, card_id: str, file: str) -> Path:
        path = self.root / card_id / file
        if card_id in self.without or not path.is_file():
            raise WeightsError(f"{card_id} is not installed")
        return path


@pytest.fixture(scope="session")
def weights(weights_home: Path) -> WeightsOnDisk:
    return WeightsOnDisk(weights_home)


@pytest.fixture(scope="session")
def finder(weights: WeightsOnDisk) -> FaceFinder:
    return FaceFinder(weights)


@pytest.fixture(scope="session")
def avatar(weights: WeightsOnDisk) -> PhotoAvatar:
    return PhotoAvatar(weights, lambda: NOW)


@pytest.fixture(scope="session")
def astronaut_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("portraits") / "astronaut.png"
    Image.fromarray(data.astronaut()).save(path)
    return path


@pytest.fixture(scope="session")
def astronaut(astronaut_path: Path) -> Portrait:
    return load_portrait(astronaut_path)


@pytest.fixture(scope="session")
def speech() -> Speech:
    """Syllables with exact times: open vowels between p, b and m, pauses in between, as a buzz through formants."""
    rate, rng = 24_000, np.random.default_rng(7)
    phonemes, level = [], []
    clock = 0.2
    for consonant, vowel in [("m", "a"), ("p", "ɑ"), ("b", "A"), ("b", "u"), ("m", "æ"), ("p", "ʌ")] * 4:
        for sound, length_s, loud in ((consonant, 0.09, 0.06), (vowel, 0.22, 0.5)):
            phonemes.append(Timed(text=sound, start_s=clock, end_s=clock + length_s))
            level.append((clock, clock + length_s, loud))
            clock += length_s
        if len(phonemes) % 16 == 0:
            clock += 0.5
    wave = np.zeros(int((clock + 0.4) * rate))
    time_s = np.arange(wave.size) / rate
    buzz = sum(np.sin(2 * np.pi * 120 * k * time_s) / k for k in range(1, 20))
    for start_s, end_s, loud in level:
        span = slice(int(start_s * rate), int(end_s * rate))
        wave[span] = buzz[span] * loud
    wave += rng.standard_normal(wave.size) * 1e-5
    audio = AudioClip(waveform=(wave / 3).astype(np.float32), sample_rate=rate)
    return Speech(
        audio=audio, text=TEXT, locale="en-US", voice="test:buzz", words=(), phonemes=tuple(phonemes), cards=()
    )


@pytest.fixture(scope="session")
def stage() -> Stage:
    background = np.full((540, 960, 3), (96, 130, 160), np.uint8)
    return Stage(background=background, eye_line=0.38, eye_distance=0.16, centre_x=0.5)


@pytest.fixture(scope="session")
def grant_for() -> Callable[..., Grant]:
    def grant(portrait: Portrait, **changes: object) -> Grant:
        asked: dict[str, object] = {
            "take_id": TakeId("take"),
            "record_id": RecordId("0" * 64),
            "brand": "Example",
            "product": "Coffee One",
            "commercial": True,
            "modalities": frozenset({Modality.FACE, Modality.VOICE}),
            "locale": "en-US",
            "market": "US",
            "channel": "web",
            "format": "1920x1080",
            "script": TEXT,
            "assets": frozenset({Sha256Hex(portrait.sha256)}),
        }
        return Grant(
            request=TakeRequest(**{**asked, **changes}),  # type: ignore[arg-type]  # a table of changes
            subject_class="synthetic_performer",
            assurance="key_only",
            public_hash=Sha256Hex("0" * 64),
            checkpoint="note",
            granted_at=NOW,
            expires_at=NOW + timedelta(hours=2),
        )

    return grant
