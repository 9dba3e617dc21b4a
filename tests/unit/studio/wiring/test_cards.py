"""The cards that are said without loading an engine are those that the engines say of themselves."""

from __future__ import annotations

from pipelines.assets import ASSETS
from pipelines.avatar.engine import PhotoAvatar
from pipelines.avatar.musetalk.engine import MuseTalkAvatar
from pipelines.avatar.twin.engine import TwinAvatar
from pipelines.compose.painting.looking import CARDS as LOOKING_CARDS
from pipelines.voice.kokoro.engine import KokoroVoice
from pipelines.weights import load_cards
from studio.jobs.plan import TakePlan
from studio.wiring.cards import (
    AVATAR_CARDS,
    MUSETALK_CARDS,
    PAINTING_CARDS,
    TWIN_CARDS,
    VOICE_CARDS,
    cards_of,
    cards_of_kind,
)


def test_engines_agree() -> None:
    assert KokoroVoice.cards == VOICE_CARDS
    assert PhotoAvatar.cards == AVATAR_CARDS
    assert TwinAvatar.cards == TWIN_CARDS
    assert MuseTalkAvatar.cards == MUSETALK_CARDS


def test_painted_background_names_the_painter_and_who_looks_at_it() -> None:
    assert set(PAINTING_CARDS) == set(LOOKING_CARDS)
    plain = TakePlan.model_construct(format="1080x1080", painter=None)
    painted = TakePlan.model_construct(format="1080x1080", painter="z-image-turbo")
    sound = TakePlan.model_construct(format="mp3", painter="z-image-turbo")
    assert cards_of(plain) == cards_of_kind("video")
    assert set(cards_of(painted)) == {*cards_of_kind("video"), "z-image-turbo", "nsfw"}
    assert len(set(cards_of(painted))) == len(cards_of(painted))
    assert cards_of(sound) == cards_of_kind("audio")


def test_every_card_is_in_the_catalogue() -> None:
    assert set(cards_of_kind("video")) <= set(load_cards(ASSETS / "weights.toml"))
