"""Which model cards a take uses, said without loading an engine: checking a brief must work where none is installed."""

from __future__ import annotations

from typing import Final

from studio.jobs.plan import Kind, TakePlan

VOICE_CARDS: Final = ("kokoro-82m", "kokoro-voices")
AVATAR_CARDS: Final = (
    "face-detection-short-range",
    "face-landmark",
    "selfie-segmentation",
    "whisper-base",
    "mouth-driver",
)
TWIN_CARDS: Final = ("whisper-base", "mouth-driver")
PAINTING_CARDS: Final = ("face-detection-short-range", "face-landmark", "nsfw")  # look at what a painter painted
# a test holds all of these to what the engines say of themselves


def cards_of(plan: TakePlan) -> tuple[str, ...]:
    """Ids of all model cards that a planned take uses."""
    if plan.twin is not None:
        return {"audio": VOICE_CARDS, "still": TWIN_CARDS, "video": (*VOICE_CARDS, *TWIN_CARDS)}[plan.kind]
    cards = cards_of_kind(plan.kind)
    if plan.painter is None or plan.kind == "audio":
        return cards
    return (*cards, plan.painter, *(card for card in PAINTING_CARDS if card not in cards))


def cards_of_kind(kind: Kind) -> tuple[str, ...]:
    """Ids of the model cards that a take of this kind uses, before a background of its own or a twin."""
    return {"audio": VOICE_CARDS, "still": AVATAR_CARDS, "video": (*VOICE_CARDS, *AVATAR_CARDS)}[kind]
