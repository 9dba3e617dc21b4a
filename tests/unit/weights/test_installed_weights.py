"""The real weights of this machine, hash by hash."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.assets import ASSETS
from pipelines.weights import WeightsStore, load_cards

CARDS = load_cards(ASSETS / "weights.toml")


@pytest.mark.weights
@pytest.mark.parametrize("card_id", [card.id for card in CARDS.values() if card.default])
def test_the_installed_card_has_the_bytes_that_it_names(card_id: str, weights_home: Path) -> None:
    (status,) = WeightsStore(weights_home, CARDS).verify([card_id])
    assert status.state == "installed", str(status)


def test_the_model_that_forbids_commercial_work_is_known_to_the_gate() -> None:
    store = WeightsStore(ASSETS / "no-such-folder", CARDS)
    assert store.not_commercial([*store.default_ids, "xtts-v2"]) == {"xtts-v2"}
