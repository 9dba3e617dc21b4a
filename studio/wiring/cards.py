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
MUSETALK_CARDS: Final = ("face-detection-short-range", "face-landmark", "musetalk-15")
# a test holds all of these to what the engines say of themselves


def cards_of(plan: TakePlan) -> tuple[str, ...]:
    """Ids of all model cards that a planned take uses."""
    if plan.twin is not None:
        cards = {"audio": VOICE_CARDS, "still": TWIN_CARDS, "video": (*VOICE_CARDS, *TWIN_CARDS)}[plan.kind]
    else:
        cards = cards_of_kind(plan.kind)
    more: tuple[str, ...] = ()
    if plan.painter is not None and plan.kind != "audio":
        more += (plan.painter, *PAINTING_CARDS)
    if plan.lip_sync == "musetalk" and plan.kind == "video":
        more += MUSETALK_CARDS
    return (*cards, *dict.fromkeys(card for card in more if card not in cards))


def cards_of_kind(kind: Kind) -> tuple[str, ...]:
    """Ids of the model cards that a take of this kind uses, before a background of its own or a twin."""
    return {"audio": VOICE_CARDS, "still": AVATAR_CARDS, "video": (*VOICE_CARDS, *AVATAR_CARDS)}[kind]


def uncarded(card: str) -> str:
    """What to do about a model that may be asked for but has no card, because no package carries its weights."""
    if card in MUSETALK_CARDS:
        return (
            f"{card} has no model card yet and cannot paint mouths; leave lip_sync out, or make the card of its files "
            "(docs/musetalk.md): python -m bench.pin_musetalk FOLDER"
        )
    return (
        f"{card} has no model card yet and cannot paint; take another background, or make the card where a hub can be "
        f"reached (docs/backgrounds.md): python -m bench.pin_diffusers {card}"
    )
