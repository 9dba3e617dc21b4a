"""From a script, plain or SSML, to the passes of the net: what is said in each, how, and the pause after it.

No weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pipelines.errors import ScriptRefusedError
from pipelines.voice.engine import NO_PRONUNCIATIONS
from pipelines.voice.front.base import ClauseReader, FrontEnd
from pipelines.voice.front.chinese import ChineseFrontEnd
from pipelines.voice.front.japanese import JapaneseFrontEnd
from pipelines.voice.front.spaced import SpacedFrontEnd
from pipelines.voice.kokoro.timeline import BREATH_S
from pipelines.voice.markup.foreign import at_home
from pipelines.voice.markup.pieces import pieces_of
from pipelines.voice.markup.reader import read_markup
from pipelines.voice.markup.script import MarkedScript
from pipelines.voice.markup.source import is_markup
from pipelines.voice.phonemes.espeak import Espeak, open_espeak
from pipelines.voice.phonemes.symbols import PUNCTUATION
from pipelines.voice.reading.reader import ScriptReader
from pipelines.voice.reading.rules import load_rules
from pipelines.voice.script import elision
from pipelines.voice.script.manner import Stretch
from pipelines.voice.script.passes import passes
from pipelines.voice.script.pieces import Phonemes, Piece, join
from pipelines.voice.script.sentences import sentences
from pipelines.voice.voices import language_of

SCRIPT_CHARACTERS_MAX = 20_000  # about half an hour of speech; an ad is under a minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One run of the net, and the silence after it. ``stretches`` are the script's: how words of it are said."""

    said: Phonemes
    pause_s: float
    stretches: tuple[Stretch, ...] = ()


class _Reader(FrontEnd, ClauseReader, Protocol):
    """What every front end is."""


class ScriptPlanner:
    """Reads scripts; front ends open at first use and stay."""

    def __init__(self, espeak: Espeak | None = None) -> None:
        self._espeak = espeak
        self._fronts: dict[tuple[str, str], _Reader] = {}

    def plan(
        self, text: str | MarkedScript, *, locale: str, pronunciations: Mapping[str, str] = NO_PRONUNCIATIONS
    ) -> tuple[FrontEnd, tuple[Pass, ...]]:
        """Read a script into passes, at least one. Spans count the characters of the plain text.

        Raises:
            ScriptRefusedError: The language is not spoken here, or the text cannot be said.
        """
        language = language_of(locale)
        if isinstance(text, str) and is_markup(text):
            text = read_markup(text, locale=locale)
        plain = text if isinstance(text, str) else text.text
        if len(plain) > SCRIPT_CHARACTERS_MAX:
            raise ScriptRefusedError(
                f"the script has {len(plain)} characters and a take {SCRIPT_CHARACTERS_MAX} at most; make several takes"
            )
        front = self._front(language, locale)
        pieces = self._pieces(text, locale=locale, pronunciations=pronunciations)
        stretches = () if isinstance(text, str) else text.stretches
        planned: list[Pass] = []
        for sentence in sentences(pieces):
            said = front.phonemes(sentence)
            if not any(said.spans):
                continue
            parts = passes(_closed(said))
            planned.extend(Pass(said=part, pause_s=BREATH_S, stretches=stretches) for part in parts[:-1])
            planned.append(Pass(said=parts[-1], pause_s=sentence.pause_s, stretches=stretches))
        if not planned:
            raise ScriptRefusedError(f"there is nothing to say in {plain[:80]!r}; write at least one word")
        return front, tuple(planned)

    def _pieces(self, text: str | MarkedScript, *, locale: str, pronunciations: Mapping[str, str]) -> tuple[Piece, ...]:
        language = language_of(locale)

        def reader_of(other: str) -> ScriptReader:
            return ScriptReader(load_rules(other), pronunciations)

        def foreign(pieces: tuple[Piece, ...], other: str) -> tuple[Piece, ...]:
            return at_home(pieces, reader=self._front(language_of(other), other), language=language)

        if isinstance(text, str):
            pieces = reader_of(language).read(text)
        else:
            pieces = pieces_of(text, locale=locale, reader_of=reader_of, foreign=foreign)
        if language in elision.LANGUAGES and elision.leans(pieces):
            pieces = elision.leaning(pieces, self._front(language, locale))
        return pieces

    def _front(self, language: str, locale: str) -> _Reader:
        key = (language, locale)
        if key not in self._fronts:
            self._espeak = self._espeak or open_espeak()
            english = SpacedFrontEnd("en-US", locale="en-US", espeak=self._espeak)
            if language == "ja":
                self._fronts[key] = JapaneseFrontEnd(english)
            elif language == "zh":
                self._fronts[key] = ChineseFrontEnd(english)
            else:
                self._fronts[key] = SpacedFrontEnd(language, locale=locale, espeak=self._espeak)
        return self._fronts[key]


def _closed(said: Phonemes) -> Phonemes:
    """End a headline with a full stop: without a mark the net's voice hangs in the air."""
    symbols = said.symbols.rstrip(" ")
    said = said.part(0, len(symbols))
    return said if symbols[-1] in PUNCTUATION else join([said, Phonemes(symbols=".", spans=(None,))])
