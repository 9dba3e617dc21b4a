"""Films of the fictional presenters, swayed a little before the camera, with whatever spoils them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.assets import ASSETS
from pipelines.avatar.footage.reading import open_footage
from pipelines.avatar.footage.report import FootageReport, inspect_footage
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore
from tests.unit.avatar.footage.films import ffmpeg

PRESENTERS = ASSETS / "demo" / "presenters"
SWAY = "scale=740:740,crop=720:720:x='10+4*sin(3*t)':y='10+3*sin(2*t)'"


@pytest.fixture(scope="session")
def store(weights_home: Path) -> WeightsStore:
    return WeightsStore(weights_home, load_cards(ASSETS / "weights.toml"))


@pytest.fixture(scope="session")
def presenter_film(tmp_path_factory: pytest.TempPathFactory, astronaut_path: Path) -> Callable[..., Path]:
    """Films by presenter, filters after the sway, and a sound source."""

    def made(who: str = "leo", changes: str = "null", sound: str = "sine=440", seconds: float = 6.0) -> Path:
        picture = astronaut_path if who == "astronaut" else PRESENTERS / f"{who}.png"
        path = tmp_path_factory.mktemp("films") / f"{who}.mp4"
        backdrop = f"color=0x8090a0:s=740x740:r=25:d={seconds}"
        given = ["-f", "lavfi", "-i", backdrop, "-loop", "1", "-i", str(picture)]
        stand = f"[1:v]scale=740:740[p];[0:v][p]overlay=shortest=1,{SWAY},{changes}[v]"
        sound_in = ["-f", "lavfi", "-i", sound]
        coded = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-pix_fmt", "yuv420p", "-c:a", "aac"]
        maps = ["-filter_complex", stand, "-map", "[v]", "-map", "2:a", "-t", str(seconds)]
        ffmpeg(*given, *sound_in, *maps, *coded, str(path))
        return path

    return made


@pytest.fixture(scope="session")
def report_on(store: WeightsStore) -> Callable[[Path], FootageReport]:
    return lambda path: inspect_footage(open_footage(path), weights=store)
