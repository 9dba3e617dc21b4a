"""What a store knows about one card, and the licence gate."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from typing_extensions import override

from pipelines.weights.cards import Card

State = Literal["installed", "missing", "damaged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardStatus:
    """The state of a card on disk. ``str()`` of it is what people read: "installed (5 of 54 voices)"."""

    card_id: str
    state: State
    unit: str
    present: tuple[str, ...]
    absent: tuple[str, ...]
    damaged: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every file is there; a card may be installed with fewer."""
        return not self.absent and not self.damaged

    @override
    def __str__(self) -> str:
        total = len(self.present) + len(self.absent) + len(self.damaged)
        if self.state == "damaged":
            return f"damaged ({', '.join(self.damaged[:3])}{', …' if len(self.damaged) > 3 else ''})"  # noqa: PLR2004  # room for three names
        if self.is_complete or not self.present:
            return self.state
        return f"{self.state} ({len(self.present)} of {total} {self.unit})"


def not_commercial(cards: Mapping[str, Card], card_ids: Collection[str]) -> frozenset[str]:
    """The cards among ``card_ids`` that may not serve commercial work; an unknown card is one of them."""
    return frozenset(card_id for card_id in card_ids if card_id not in cards or not cards[card_id].commercial_use)
