"""Which model cards a take uses, said without loading an engine: checking a brief must work where none is installed."""

from __future__ import annotations

from typing import Final

from studio.jobs.plan import Kind

VOICE_CARDS: Final = ("kokoro-82m", "kokoro-voices")
AVATAR_CARDS: Final = (
    "face-detection-short-range",
    "face-landmark",
    "selfie-segmentation",
    "whisper-base",
    "mouth-driver",
)  # a test holds both to what the engines say of themselves


def cards_of_kind(kind: Kind) -> tuple[str, ...]:
    """Ids of the model cards that a take of this kind uses."""
    return {"audio": VOICE_CARDS, "still": AVATAR_CARDS, "video": (*VOICE_CARDS, *AVATAR_CARDS)}[kind]
