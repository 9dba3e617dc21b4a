"""What every front end does, and what they share: marks, spacing, which letters a language can read."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import groupby
from typing import Protocol

from pipelines.errors import ScriptRefusedError
from pipelines.voice.phonemes.symbols import token_ids
from pipelines.voice.script.pieces import Mark, Phonemes, Sentence, Span, Spoken, join

_OPENERS = frozenset("(“")


class FrontEnd(Protocol):
    """Reads the sentences of one language."""

    def words(self, text: str) -> tuple[Span, ...]:
        """Return the words of a script as a subtitle shows them, in order."""
        ...

    def phonemes(self, sentence: Sentence) -> Phonemes:
        """Return the symbols of a sentence, each with the stretch of script it reads."""
        ...


class ClauseReader(Protocol):
    """Reads words that stand together between two marks."""

    def clause(self, words: Sequence[Spoken]) -> Phonemes:
        """Return the symbols of a clause; words with symbols of their own keep them."""
        ...


def read_sentence(sentence: Sentence, reader: ClauseReader) -> Phonemes:
    """Read the clauses of a sentence and put the marks back between them, spaced as the net was trained."""
    parts: list[Phonemes] = []
    for is_mark, items in groupby(sentence.items, key=lambda item: isinstance(item, Mark)):
        if is_mark:
            parts.extend(_mark(item.text, parts) for item in items)
            continue
        clause = reader.clause([item for item in items if isinstance(item, Spoken)])
        if clause.symbols:
            parts.extend(_gap(parts, before=clause.symbols[0]))
            parts.append(clause)
    said = join(parts)
    token_ids(said.symbols)  # refuses what the net does not know
    return said


def spoken_alone(symbols: str, span: Span | None) -> Phonemes:
    """Return symbols that all read the same stretch; spaces between words read nothing."""
    return Phonemes(symbols=symbols, spans=tuple(None if s == " " else span for s in symbols))


def require_letters(words: Sequence[Spoken], *, scripts: frozenset[str], language: str) -> None:
    """Refuse letters of a script that the language's readers do not know: they would be spelled or skipped."""
    for word in words:
        for letter in word.text:
            if not letter.isalpha():
                continue
            script = unicodedata.name(letter, "UNKNOWN").split()[0].split("-")[0]
            if script not in scripts:
                raise ScriptRefusedError(
                    f"{word.text!r} at character {word.span.begin + 1} is in no script that {language} reads "
                    f"({script.lower()}); write it in the take's language or give it a pronunciation"
                )


def _mark(text: str, before: list[Phonemes]) -> Phonemes:
    opens = text in _OPENERS and bool(before) and not before[-1].symbols.endswith((" ", "(", "“"))
    return spoken_alone(f" {text}" if opens else text, None)


def _gap(parts: list[Phonemes], *, before: str) -> list[Phonemes]:
    if not parts or parts[-1].symbols[-1] in _OPENERS or before == " ":
        return []
    if parts[-1].symbols == '"' and (len(parts) < 2 or parts[-2].symbols[-1:] == " "):  # noqa: PLR2004 -- nothing before the quote
        return []
    return [spoken_alone(" ", None)]
