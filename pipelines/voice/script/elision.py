"""French and Italian words that lean on the next one: "l'iPhone" is one sound, even where the name is given.

A name with symbols of its own is never phonemized, so what stands before it would be spelled ("elle, iPhone").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from pipelines.voice.front.base import ClauseReader
from pipelines.voice.script.pieces import Piece, Span, Spoken

LANGUAGES: Final = ("fr", "it")
_LEANS: Final = re.compile(r"(?<![\w'’])[^\W\d_]{1,7}['’]$")


def leaning(pieces: tuple[Piece, ...], reader: ClauseReader) -> tuple[Piece, ...]:
    """Join what leans to the given word after it; ``reader`` says how it sounds before a vowel."""
    made: list[Piece] = []
    for piece in pieces:
        before = made[-1] if made else None
        if piece.symbols is None or before is None or before.kind != "plain":
            made.append(piece)
            continue
        found = _LEANS.search(before.text)
        if found is None:
            made.append(piece)
            continue
        begin = before.span.begin + found.start()
        made[-1:] = [before.cut(before.span.begin, begin)] if found.start() else []
        said = _before_a_vowel(found[0], reader) + piece.symbols
        span = Span(begin=begin, end=piece.span.end)
        made.append(Piece(kind="reading", text=found[0] + piece.text, span=span, symbols=said))
    return tuple(made)


def _before_a_vowel(word: str, reader: ClauseReader) -> str:
    """Return the sound of "dell'": that of "dell'a" without its last vowel and its stress."""
    whole = reader.clause([Spoken(text=f"{word[:-1]}'a", span=Span(begin=0, end=0))])
    return re.sub(r"[ˈˌ ]|[aɐɑ]ː?$", "", whole.symbols)


def leans(pieces: Sequence[Piece]) -> bool:
    """Whether there is anything to join; opening a phonemizer for nothing takes a moment."""
    return any(
        one.kind == "plain" and after.symbols is not None and _LEANS.search(one.text) for one, after in pairwise(pieces)
    )
