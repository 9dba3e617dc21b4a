"""When a VITS net says which letter: its durations, per token, laid over the words that the tokens were made from."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipelines.errors import ScriptRefusedError
from pipelines.media import Float32Array
from pipelines.voice.coqui.lines import Line, words_said
from pipelines.voice.kokoro.timeline import TimedSymbol
from pipelines.voice.script.pieces import Span
from pipelines.voice.timing.alignment import boundaries


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """A line as the net reads it: its symbols, what each reads, and the place of each among the tokens."""

    symbols: str
    spans: tuple[Span | None, ...]
    places: tuple[int, ...]


def read_letters(tokenizer: Any, line: Line, *, language: str | None) -> Letters:  # noqa: ANN401 -- coqui-tts has no types
    """Turn a line into the net's symbols.

    Raises:
        ScriptRefusedError: The net has no symbol for a letter; Coqui would leave it out without a word.
    """
    tokenizer.not_found_characters = []
    ids = tokenizer.text_to_ids(line.text, language=language)
    missing = [letter for letter in tokenizer.not_found_characters if letter.isalnum()]
    if missing:
        raise ScriptRefusedError(
            f"this voice has no sound for {' '.join(missing)} in {line.text[:60]!r}; write it in its language's letters"
        )
    marks = {tokenizer.characters.blank_id, tokenizer.characters.bos_id, tokenizer.characters.eos_id}
    read = [(tokenizer.characters.id_to_char(id_), at) for at, id_ in enumerate(ids) if id_ not in marks - {None}]
    symbols = "".join(symbol for symbol, _ in read)
    return Letters(
        symbols=symbols, spans=_spans(tokenizer, line, symbols, language=language), places=tuple(at for _, at in read)
    )


def timed(letters: Letters, durations: Float32Array, *, duration_s: float) -> tuple[TimedSymbol, ...]:
    """Give each symbol its time. Blanks between two symbols belong to both, half and half.

    ``durations`` is (token,) in frames of any length: they share ``duration_s``.
    """
    edges = np.concatenate([[0.0], np.cumsum(durations, dtype=np.float64)])
    edges *= duration_s / max(float(edges[-1]), 1e-9)
    middles = [
        float(edges[a + 1] + edges[b]) / 2 for a, b in itertools.pairwise(letters.places)
    ]  # a symbol's own time ends at a + 1, the next one's begins at b
    bounds = [0.0, *middles, duration_s] if letters.places else []
    return tuple(
        TimedSymbol(symbol=symbol, span=span, start_s=bounds[i], end_s=bounds[i + 1])
        for i, (symbol, span) in enumerate(zip(letters.symbols, letters.spans, strict=True))
    )


def _spans(tokenizer: Any, line: Line, symbols: str, *, language: str | None) -> tuple[Span | None, ...]:  # noqa: ANN401 -- coqui-tts has no types
    """What each symbol reads: each word alone, made into symbols the same way, is laid over the line."""
    words = words_said(line)
    alone = tuple(_symbols(tokenizer, word.text, language=language) for word in words)
    spans: list[Span | None] = [None] * len(symbols)
    starts = _starts(alone, symbols)
    for word, begin, end in zip(words, starts, (*starts[1:], len(symbols)), strict=True):
        for at in range(begin, end):
            if not _is_silent(symbols[at]):
                spans[at] = word.span
    return tuple(spans)


def _starts(alone: Sequence[str], symbols: str) -> tuple[int, ...]:
    """Where each word begins; exact where spaces part as many words as there are, else by least edits."""
    stretches = [
        at for at, symbol in enumerate(symbols)
        if not _is_silent(symbol) and (at == 0 or symbols[at - 1] == " " or _only_marks_since_space(symbols, at))
    ]  # fmt: skip
    if len(stretches) == len(alone):
        return tuple(stretches)
    return boundaries(tuple(alone), symbols)


def _only_marks_since_space(symbols: str, at: int) -> bool:
    begin = symbols.rfind(" ", 0, at) + 1
    return begin < at and all(_is_silent(symbol) for symbol in symbols[begin:at])


def _is_silent(symbol: str) -> bool:
    return symbol == " " or not (symbol.isalpha() or symbol in "ˈˌːˑ̩̯̃")


def _symbols(tokenizer: Any, text: str, *, language: str | None) -> str:  # noqa: ANN401 -- coqui-tts has no types
    characters = tokenizer.characters
    marks = {characters.blank_id, characters.bos_id, characters.eos_id}
    ids = tokenizer.text_to_ids(text, language=language)
    return "".join(characters.id_to_char(id_) for id_ in ids if id_ not in marks - {None}).strip()
