"""Names of another language inside a script: read by that language's front end, said with this voice's sounds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from pipelines.voice.front.base import ClauseReader
from pipelines.voice.phonemes.sounds import as_said_in
from pipelines.voice.script.pieces import Phonemes, Piece, Span, Spoken
from pipelines.voice.script.sentences import sentences


def at_home(pieces: tuple[Piece, ...], *, reader: ClauseReader, language: str) -> tuple[Piece, ...]:
    """Give words of another language symbols that a voice of ``language`` can say; marks and pauses stay.

    Args:
        pieces: Of one stretch, read with the other language's rules.
        reader: The other language's front end.
        language: The one that is spoken.
    """
    said: dict[int, tuple[Span, str]] = {}
    for sentence in sentences(pieces):
        for is_word, items in groupby(sentence.items, key=lambda item: isinstance(item, Spoken)):
            if is_word:
                words = [item for item in items if isinstance(item, Spoken)]
                for span, symbols in _by_word(reader.clause(words)):
                    said[span.begin] = (span, symbols)
    made: list[Piece] = []
    for piece in pieces:
        if piece.symbols is not None or piece.kind == "pause":
            made.append(piece)
        elif piece.kind == "reading":
            made.extend(_given(piece, said, language))
        else:
            made.extend(_cut(piece, said, language))
    return tuple(made)


def _by_word(clause: Phonemes) -> Iterator[tuple[Span, str]]:
    """The symbols of each stretch of script, with the spaces inside it."""
    held: Span | None = None
    symbols = ""
    for symbol, span in zip(clause.symbols, clause.spans, strict=True):
        if span is not None and span != held:
            if held is not None:
                yield held, symbols.strip()
            held, symbols = span, ""
        symbols += symbol
    if held is not None:
        yield held, symbols.strip()


def _given(piece: Piece, said: dict[int, tuple[Span, str]], language: str) -> Iterator[Piece]:
    if piece.span.begin in said:
        symbols = as_said_in(said[piece.span.begin][1], language)
        yield Piece(kind="reading", text=piece.text, span=piece.span, symbols=symbols, may_end=piece.may_end)


def _cut(piece: Piece, said: dict[int, tuple[Span, str]], language: str) -> Iterator[Piece]:
    at = piece.span.begin
    for begin in sorted(begin for begin in said if piece.span.begin <= begin < piece.span.end):
        span, symbols = said[begin]
        if begin > at:
            yield piece.cut(at, begin)
        written = piece.text[begin - piece.span.begin : span.end - piece.span.begin]
        yield Piece(kind="reading", text=written, span=span, symbols=as_said_in(symbols, language))
        at = span.end
    if at < piece.span.end:
        yield piece.cut(at, piece.span.end)
