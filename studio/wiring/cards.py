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
)  # a test holds both to what the engines say of themselves


PAINTING_CARDS: Final = ("face-detection-short-range", "face-landmark", "nsfw")  # look at what a painter painted


def cards_of(plan: TakePlan) -> tuple[str, ...]:
    """Ids of all model cards that a planned take uses."""
    cards = cards_of_kind(plan.kind)
    if plan.painter is None or plan.kind == "audio":
        return cards
    return (*cards, plan.painter, *(card for card in PAINTING_CARDS if card not in cards))


def cards_of_kind(kind: Kind) -> tuple[str, ...]:
    """Ids of the model cards that a take of this kind uses."""
    return {"audio": VOICE_CARDS, "still": AVATAR_CARDS, "video": (*VOICE_CARDS, *AVATAR_CARDS)}[kind]
