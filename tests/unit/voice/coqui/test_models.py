"""The registry of Coqui's engines, and what their cards must say."""

from __future__ import annotations

import pytest

from pipelines.assets import ASSETS
from pipelines.errors import InputInvalidError, ScriptRefusedError
from pipelines.voice.conversion.converters import CONVERTERS
from pipelines.voice.coqui.models import ARCHIVED_PARTS, VITS_MODELS
from pipelines.voice.engine import ENGINES, open_engine
from pipelines.weights import load_cards
from tests.unit.voice.coqui.conftest import Folder, clock

CARDS = load_cards(ASSETS / "weights.toml")
ARCHIVED = {part.card_id for part in ARCHIVED_PARTS} | {model.card_id for model in VITS_MODELS}


def test_each_model_is_an_engine_of_its_own_with_one_card() -> None:
    for model in VITS_MODELS:
        row = ENGINES[model.card_id]
        assert (row.cards, row.title) == ((model.card_id,), model.title)
        engine = open_engine(model.card_id, Folder(None), clock=clock)
        assert (engine.engine_id, engine.languages, engine.cards) == (row.engine_id, (model.language,), row.cards)
        assert [voice.name for voice in engine.voices(f"{model.language}-XX")] == [model.name]


def test_every_licence_of_the_list_allows_commercial_use_and_every_address_is_https() -> None:
    assert {model.licence for model in VITS_MODELS} <= {"Apache-2.0", "BSD-3-Clause"}
    addresses = [model.address for model in VITS_MODELS] + [part.address for part in ARCHIVED_PARTS]
    assert all(address.startswith("https://github.com/") and address.endswith(".zip") for address in addresses)
    assert len(set(addresses)) == len(addresses)


def test_a_card_is_there_or_can_be_made() -> None:
    used = {card for row in (*ENGINES.values(), *CONVERTERS.values()) for card in row.cards}
    assert used <= set(CARDS) | ARCHIVED


def test_xtts_may_not_serve_commercial_work_and_the_converters_may() -> None:
    assert not CARDS["xtts-v2"].commercial_use
    assert CARDS["openvoice-v2"].commercial_use
    assert CARDS["wavlm-large"].commercial_use
    assert not any(CARDS[card].default for card in ("xtts-v2", "openvoice-v2", "wavlm-large"))


def test_another_language_is_refused() -> None:
    engine = open_engine("coqui-vits-de", Folder(None), clock=clock)
    with pytest.raises(ScriptRefusedError, match="speaks de and not 'nl-NL'"):
        engine.voices("nl-NL")


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(InputInvalidError, match="coqui-vits-de"):
        open_engine("coqui-vits-tlh", Folder(None), clock=clock)
