"""A script on its way to sound: pieces that know which characters of the script they read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A half-open range of characters of the script."""

    begin: int
    end: int

    def overlaps(self, other: Span) -> bool:
        """Whether the two share a character."""
        return self.begin < other.end and other.begin < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of the script and how it is said.

    A ``plain`` piece is said as written. A ``reading`` replaces what is written ("12,50 €") by words; it is never cut,
    and a full stop in it ends no sentence unless ``may_end``. A ``pause`` is silence of ``pause_s``. ``symbols`` are
    the engine's own, for words whose pronunciation somebody wrote down.
    """

    kind: Literal["plain", "reading", "pause"]
    text: str
    span: Span
    symbols: str | None = None
    may_end: bool = False
    pause_s: float = 0.0

    def cut(self, begin: int, end: int) -> Piece:
        """Return the part of a plain piece between two characters of the script."""
        at = self.span.begin
        return Piece(kind="plain", text=self.text[begin - at : end - at], span=Span(begin=begin, end=end))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One word to say, and the characters of the script it reads."""

    text: str
    span: Span
    symbols: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A punctuation mark in the engine's alphabet; the net makes its small pause. ``text`` is one symbol."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What is said in one breath, and the silence after it."""

    items: tuple[Spoken | Mark, ...]
    pause_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Phonemes:
    """Symbols of one sentence; ``spans[i]`` is what symbol ``i`` reads, None for marks and spaces between words."""

    symbols: str
    spans: tuple[Span | None, ...]

    def __post_init__(self) -> None:
        assert len(self.symbols) == len(self.spans), "one span per symbol"

    def part(self, begin: int, end: int) -> Phonemes:
        """Return the symbols from ``begin`` to ``end``."""
        return Phonemes(symbols=self.symbols[begin:end], spans=self.spans[begin:end])


def join(parts: list[Phonemes]) -> Phonemes:
    """Put parts behind each other."""
    return Phonemes(
        symbols="".join(part.symbols for part in parts), spans=tuple(span for part in parts for span in part.spans)
    )
