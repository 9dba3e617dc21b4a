"""A painted background on its way through the real engines, with a painter of random numbers."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from bench.consenting import grant_for
from bench.pin_diffusers import card_text
from consent.grant import Sha256Hex
from pipelines.assets import ASSETS
from pipelines.compose.painting.models import PaintModel
from pipelines.errors import InputInvalidError, WeightsError
from pipelines.media import no_progress
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore
from studio.campaigns.planning import file_sha256
from studio.jobs.plan import TakePlan
from studio.settings import load_settings
from studio.wiring import engines as engines_module
from studio.wiring.engines import RealEngines
from studio.wiring.root import Wiring
from tests.unit.compose.painting.conftest import tiny_folder, tiny_model

pytestmark = pytest.mark.weights
__all__ = ["tiny_folder", "tiny_model"]  # fixtures of the room next door

PORTRAIT = ASSETS / "demo" / "presenters" / "leo.png"


def plan_of(**changes: object) -> TakePlan:
    asked: dict[str, object] = {
        "take_id": "c1-01",
        "campaign_id": "c1",
        "record_id": "0" * 64,
        "brand": "Example",
        "product": "Coffee One",
        "commercial": True,
        "locale": "en-US",
        "market": "US",
        "channel": "web",
        "format": "640x360.png",
        "text": "Coffee.",
        "portrait": "portrait.png",
        "portrait_sha256": file_sha256(PORTRAIT),
        "painted": "a sunlit kitchen, shallow depth of field",
        "painter": "z-image-turbo",
        "seed": 5,
    }
    return TakePlan.model_validate(asked | changes)


@pytest.fixture
def engines(
    tiny_model: PaintModel,
    tiny_folder: Path,
    weights_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> RealEngines:
    root = tmp_path / "weights"
    root.mkdir()
    for card in weights_home.iterdir():
        if not card.name.startswith("."):
            (root / card.name).symlink_to(card)
    shutil.copytree(tiny_folder, root / "z-image-turbo")
    catalogue = tmp_path / "weights.toml"
    catalogue.write_text("version = 1\n" + card_text(tiny_model, tiny_folder, revision="0" * 40))
    store = WeightsStore(root, load_cards(ASSETS / "weights.toml") | load_cards(catalogue))
    inputs = tmp_path / "campaigns" / "c1"
    inputs.mkdir(parents=True)
    shutil.copyfile(PORTRAIT, inputs / "portrait.png")
    monkeypatch.setattr(engines_module, "paint_model", lambda _: tiny_model)
    wiring = SimpleNamespace(
        weights=store, clock=lambda: datetime.now(UTC), settings=SimpleNamespace(campaigns_dir=tmp_path / "campaigns")
    )
    return RealEngines(wiring)  # type: ignore[arg-type]  # what these two steps ask of a wiring


def test_what_was_painted_stands_behind_the_presenter(
    engines: RealEngines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Random numbers paint noise, of which the nudity check is unsure; what it does is tested where it is at home.
    monkeypatch.setattr(engines_module.Looker, "require_nobody", lambda *_: None)
    plan = plan_of()
    portrait = Sha256Hex(str(plan.portrait_sha256))
    grant = grant_for(plan.text, plan.locale, portrait=portrait)
    out, done = tmp_path / "part", tmp_path / "done"
    out.mkdir()
    engines.compose(plan, grant, done=done, out=out, progress=no_progress)
    done.mkdir()
    out.rename(done / "compose")  # as a finished step is
    scene, cards = engines._scene(plan, grant, done)
    assert "z-image-turbo" in cards
    painted = np.asarray(Image.open(done / "compose" / "background.png"))
    assert painted.shape == (360, 640, 3)
    assert scene.frames is not None
    (frame,) = scene.frames.frames()
    corner = np.s_[:40, -40:]  # far from the presenter, the title and its shade
    assert np.array_equal(frame[corner], painted[corner])


def test_picture_with_a_face_stops_the_take(
    engines: RealEngines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from skimage import data

    face = Image.fromarray(data.astronaut()).resize((640, 640))
    monkeypatch.setattr(engines_module.Painter, "_painted", lambda *_: np.asarray(face, np.uint8)[:360])
    plan = plan_of()
    with pytest.raises(InputInvalidError, match="painted into the background"):
        engines.compose(plan, grant_for(plan.text, plan.locale), done=tmp_path, out=tmp_path, progress=no_progress)
    assert not (tmp_path / "background.png").exists()


def test_painter_without_a_card_is_refused_before_anything_runs(tmp_path: Path) -> None:
    wiring = Wiring(load_settings(tmp_path, environ={"SAYSO_HOME": str(tmp_path)}), environ={})
    with pytest.raises(WeightsError, match=r"bench\.pin_diffusers z-image-turbo"):
        wiring.cards_for(plan_of())
    cards, not_commercial = wiring.cards_for(plan_of(painted=None, painter=None))
    assert "z-image-turbo" not in cards
    assert not_commercial == ()
