"""A script and a transcript written alike, so that "12,50 €" and "douze euros cinquante" are no error."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.errors import ProfileInvalidError, ScriptRefusedError
from pipelines.speech.errors_heard import HeardErrors, errors_heard
from pipelines.voice.engine import NO_PRONUNCIATIONS
from pipelines.voice.markup.pieces import spoken_text
from pipelines.voice.markup.reader import read_markup
from pipelines.voice.markup.script import Pause
from pipelines.voice.markup.source import is_markup
from pipelines.voice.reading.reader import ScriptReader
from pipelines.voice.reading.rules import load_rules
from pipelines.voice.script.pieces import Piece, Span
from pipelines.voice.voices import language_of


def compare(
    script: str, heard: str, *, locale: str, pronunciations: Mapping[str, str] = NO_PRONUNCIATIONS
) -> HeardErrors:
    """The least errors over the ways in which both may be written: as they are, and with numbers as words."""
    if is_markup(script):
        marked = read_markup(script, locale=locale)
        said = spoken_text(marked, locale=locale, pronunciations=pronunciations)
        shown = compare(marked.text, heard, locale=locale, pronunciations=pronunciations)
        return min((shown, errors_heard(said, read_out(heard, locale=locale), locale=locale)), key=_wrong)
    ways: list[HeardErrors] = []
    if not any(c.isdigit() for c in script):  # digits are few letters: a price that nobody said would hardly count
        ways.append(errors_heard(_without_pauses(script, locale), heard, locale=locale))
    heard_out = read_out(heard, locale=locale)
    ways.extend(
        errors_heard(read_out(script, locale=locale, pronunciations=said), heard_out, locale=locale)
        for said in ({}, pronunciations)
    )
    return min(ways, key=_wrong)


def _wrong(errors: HeardErrors) -> tuple[float, float]:
    return errors.letters, errors.words


def asked_pause_s(script: str, *, locale: str) -> float:
    """The longest pause that the script asks for ("[pause 2s]", <break>), 0 if it asks for none."""
    if is_markup(script):
        parts = read_markup(script, locale=locale).parts
        return max((part.pause_s for part in parts if isinstance(part, Pause) and not part.ends), default=0.0)
    return max((piece.pause_s for piece in _pieces(script, locale, {})), default=0.0)


def read_out(text: str, *, locale: str, pronunciations: Mapping[str, str] = NO_PRONUNCIATIONS) -> str:
    """A text as it is said: numbers, dates and signs as words; a language without rules for that keeps them."""
    pieces = _pieces(text, locale, pronunciations)
    return "".join(f" {piece.text} " if piece.kind == "reading" else piece.text for piece in pieces)


def _without_pauses(text: str, locale: str) -> str:
    stretches = (text[p.span.begin : p.span.end] for p in _pieces(text, locale, {}) if p.kind != "pause")
    return " ".join(stretches)


def _pieces(text: str, locale: str, pronunciations: Mapping[str, str]) -> tuple[Piece, ...]:
    try:
        return ScriptReader(load_rules(language_of(locale)), pronunciations).read(text)
    except (ScriptRefusedError, ProfileInvalidError):
        # A transcript may hold what nobody would write into a script, and not every language has rules.
        return (Piece(kind="plain", text=text, span=Span(begin=0, end=len(text))),)
