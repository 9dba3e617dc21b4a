"""How single words are said within a script: slower, higher, louder than the rest of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipelines.voice.script.pieces import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """Changes to the way of the whole script. ``energy`` is added to the net's (logarithmic) energy curve."""

    rate: float = 1.0
    pitch_st: float = 0.0
    gain_db: float = 0.0
    energy: float = 0.0

    def within(self, outer: Manner) -> Manner:
        """Return this manner inside another one."""
        return Manner(
            rate=self.rate * outer.rate,
            pitch_st=self.pitch_st + outer.pitch_st,
            gain_db=self.gain_db + outer.gain_db,
            energy=self.energy + outer.energy,
        )


PLAIN: Final = Manner()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of the script and the manner in which it is said."""

    span: Span
    manner: Manner


def manners_of(spans: Sequence[Span | None], stretches: Sequence[Stretch]) -> tuple[Manner, ...]:
    """Return each symbol's manner; marks and the spaces between words go with the word before them."""
    if not stretches:
        return (PLAIN,) * len(spans)
    made: list[Manner] = []
    last = PLAIN
    for span in spans:
        if span is not None:
            last = next((one.manner for one in stretches if one.span.overlaps(span)), PLAIN)
        made.append(last)
    return tuple(made)
