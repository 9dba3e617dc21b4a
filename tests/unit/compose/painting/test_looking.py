"""What was painted is looked at by the same nets that look at people."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from skimage import data

from pipelines.assets import ASSETS
from pipelines.compose.painting.looking import CARDS, Looker
from pipelines.errors import InputInvalidError
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore

pytestmark = pytest.mark.weights


@pytest.fixture(scope="module")
def looker(weights_home: Path) -> Looker:
    if not (weights_home / "nsfw").is_dir():
        pytest.skip("the nudity check is not installed; run: sayso models pull nsfw")
    return Looker(WeightsStore(weights_home, load_cards(ASSETS / "weights.toml")))


def test_picture_with_a_face_is_refused(looker: Looker) -> None:
    with pytest.raises(InputInvalidError, match="1 faces were painted"):
        looker.require_nobody(data.astronaut())


def test_face_in_a_corner_is_found(looker: Looker) -> None:
    place = np.full((720, 1280, 3), (150, 160, 150), np.uint8)
    place[300:556, 900:1156] = data.astronaut()[::2, ::2]
    with pytest.raises(InputInvalidError, match="faces"):
        looker.require_nobody(place)


@pytest.mark.parametrize("place", ["coffee", "rocket", "plain"])
def test_places_and_things_pass(looker: Looker, place: str) -> None:
    picture = np.full((400, 600, 3), 180, np.uint8) if place == "plain" else getattr(data, place)()
    looker.require_nobody(np.ascontiguousarray(picture))


def test_picture_that_may_be_indecent_is_refused(looker: Looker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looker._nudity, "score", lambda _: 0.9)  # no such picture is kept here
    with pytest.raises(InputInvalidError, match="may not be decent"):
        looker.require_nobody(data.coffee())


def test_cards_are_named() -> None:
    assert "nsfw" in CARDS
    assert "face-landmark" in CARDS
