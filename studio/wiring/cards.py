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
TWIN_CARDS: Final = ("whisper-base", "mouth-driver")  # a test holds these to what the engines say of themselves


def cards_of_kind(kind: Kind) -> tuple[str, ...]:
    """Ids of the model cards that a take of this kind uses."""
    return {"audio": VOICE_CARDS, "still": AVATAR_CARDS, "video": (*VOICE_CARDS, *AVATAR_CARDS)}[kind]


def cards_of(plan: TakePlan) -> tuple[str, ...]:
    """Ids of the model cards that this take uses."""
    if plan.twin is None:
        return cards_of_kind(plan.kind)
    return {"audio": VOICE_CARDS, "still": TWIN_CARDS, "video": (*VOICE_CARDS, *TWIN_CARDS)}[plan.kind]
