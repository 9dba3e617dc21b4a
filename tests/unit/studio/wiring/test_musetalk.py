"""A mouth that MuseTalk paints, on its way through the real engines, with nets of random numbers."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from bench.consenting import grant_for
from bench.pin_musetalk import card_text
from consent.grant import Sha256Hex
from pipelines.assets import ASSETS
from pipelines.avatar.motion_file import write_motion
from pipelines.avatar.musetalk.folder import CARD_ID
from pipelines.compose.timeline import pad_speech
from pipelines.errors import WeightsError
from pipelines.media import AudioClip, MotionTrack, Speech, Timed, no_progress
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore
from studio.jobs.speech_file import write_speech
from studio.settings import load_settings
from studio.wiring.cards import MUSETALK_CARDS
from studio.wiring.engines import FPS, RealEngines
from studio.wiring.root import Wiring
from tests.unit.avatar.musetalk.conftest import made
from tests.unit.studio.wiring.test_painted import PORTRAIT, plan_of

pytestmark = pytest.mark.weights
__all__ = ["made"]  # a fixture of the room next door

PLAN = {"painted": None, "painter": None, "lip_sync": "musetalk", "format": "640x360", "subtitles": False}


@pytest.fixture
def engines(made: Path, weights_home: Path, tmp_path: Path) -> RealEngines:
    root = tmp_path / "weights"
    root.mkdir()
    for card in weights_home.iterdir():
        if not card.name.startswith("."):
            (root / card.name).symlink_to(card)
    shutil.copytree(made, root / CARD_ID)
    catalogue = tmp_path / "weights.toml"
    catalogue.write_text("version = 1\n\n" + card_text(root / CARD_ID))
    store = WeightsStore(root, load_cards(ASSETS / "weights.toml") | load_cards(catalogue))
    inputs = tmp_path / "campaigns" / "c1"
    inputs.mkdir(parents=True)
    shutil.copyfile(PORTRAIT, inputs / "portrait.png")
    wiring = SimpleNamespace(
        weights=store, clock=lambda: datetime.now(UTC), settings=SimpleNamespace(campaigns_dir=tmp_path / "campaigns")
    )
    return RealEngines(wiring)  # type: ignore[arg-type]  # what these steps ask of a wiring


def test_painted_mouth_is_in_the_scene_and_the_rest_is_the_photo_engines(engines: RealEngines, tmp_path: Path) -> None:
    plan = plan_of(**PLAN)
    grant = grant_for(plan.text, plan.locale, portrait=Sha256Hex(str(plan.portrait_sha256)))
    tone = (0.2 * np.sin(np.arange(12_000) * 0.2)).astype(np.float32)
    speech = pad_speech(
        Speech(
            audio=AudioClip(waveform=tone, sample_rate=24_000),
            text=plan.text,
            locale=plan.locale,
            voice="test:tone",
            words=(Timed(text=plan.text, start_s=0.0, end_s=0.5),),
            phonemes=(),
            cards=(),
        ),
        fps=FPS,
    )
    done, out = tmp_path / "done", tmp_path / "out"
    for step in ("speech", "animate"):
        (done / step).mkdir(parents=True)
    write_speech(speech, done / "speech")
    still = np.zeros(round(speech.audio.duration_s * FPS), np.float32)
    names = [name for name in MotionTrack.__dataclass_fields__ if name != "fps"]
    write_motion(MotionTrack(fps=FPS, **dict.fromkeys(names, still)), done / "animate" / "motion.npz")
    out.mkdir()
    engines.compose(plan, grant, done=done, out=out, progress=no_progress)
    out.rename(done / "compose")

    scene, cards = engines._scene(plan, grant, done)
    plain, _ = engines._scene(plan.model_copy(update={"lip_sync": "own"}), grant, done)

    assert set(MUSETALK_CARDS) <= set(cards)
    assert scene.frames is not None
    assert plain.frames is not None
    assert scene.frames.frame_count == plain.frames.frame_count
    painted, drawn = next(iter(scene.frames.frames())), next(iter(plain.frames.frames()))
    rows, columns = np.nonzero(np.any(painted != drawn, axis=2))
    assert 0 < len(rows) < 0.05 * painted.shape[0] * painted.shape[1]  # the jaw, and nothing else
    assert rows.min() > 0.4 * painted.shape[0]
    assert columns.min() > 0.5 * painted.shape[1]  # beside the title


def test_musetalk_without_a_card_is_refused_before_anything_runs(tmp_path: Path) -> None:
    wiring = Wiring(load_settings(tmp_path, environ={"SAYSO_HOME": str(tmp_path)}), environ={})
    with pytest.raises(WeightsError, match=r"bench\.pin_musetalk FOLDER"):
        wiring.cards_for(plan_of(**PLAN))
    cards, _ = wiring.cards_for(plan_of(**{**PLAN, "format": "640x360.png"}))
    assert CARD_ID not in cards  # a still says nothing
