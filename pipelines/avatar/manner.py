"""How a tone shows in a face: nods, brows, sway and a little of a smile, to go with how the voice speaks.

The directions are those of the voice's tones (``pipelines.voice.tone``). Joy raises the corners of the lips (Ekman &
Friesen 1978), and the head moves more, and faster, in happy speech than in sad (Busso et al. 2007, IEEE TASLP 15). The
sizes are ours, kept so small that nobody is made to grin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pipelines.errors import InputInvalidError


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """Shares of what a neutral speaker does; ``smile`` is added to the mouth's width (-1 rounded to 1 spread)."""

    nod: float = 1.0
    nod_gap: float = 1.0
    brow: float = 1.0
    brow_gap: float = 1.0
    sway: float = 1.0
    smile: float = 0.0


NEUTRAL: Final = Manner()
MANNERS: Final[Mapping[str, Manner]] = MappingProxyType(
    {
        "neutral": NEUTRAL,
        "warm": Manner(nod=1.1, nod_gap=1.25, brow=0.9, sway=1.1, smile=0.16),
        "excited": Manner(nod=1.45, nod_gap=0.8, brow=1.2, brow_gap=0.65, sway=1.35, smile=0.10),
        "serious": Manner(nod=0.8, nod_gap=1.35, brow=0.35, brow_gap=1.6, sway=0.6, smile=-0.04),
    }
)


def manner_of(tone: str) -> Manner:
    """A tone's manner.

    Raises:
        InputInvalidError: there is no such tone.
    """
    try:
        return MANNERS[tone]
    except KeyError as e:
        raise InputInvalidError(f"there is no tone {tone!r}; choose one of: {', '.join(MANNERS)}") from e
