"""The cards that are said without loading an engine are those that the engines say of themselves."""

from __future__ import annotations

from pipelines.assets import ASSETS
from pipelines.avatar.engine import PhotoAvatar
from pipelines.avatar.twin.engine import TwinAvatar
from pipelines.voice.kokoro.engine import KokoroVoice
from pipelines.weights import load_cards
from studio.wiring.cards import AVATAR_CARDS, TWIN_CARDS, VOICE_CARDS, cards_of_kind


def test_engines_agree() -> None:
    assert KokoroVoice.cards == VOICE_CARDS
    assert PhotoAvatar.cards == AVATAR_CARDS
    assert TwinAvatar.cards == TWIN_CARDS


def test_every_card_is_in_the_catalogue() -> None:
    assert set(cards_of_kind("video")) <= set(load_cards(ASSETS / "weights.toml"))
