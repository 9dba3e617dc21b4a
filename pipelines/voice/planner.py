"""From a script to the passes of the net: what is said in each, and the pause after it. No weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.errors import ScriptRefusedError
from pipelines.voice.engine import NO_PRONUNCIATIONS
from pipelines.voice.espeak import Espeak, open_espeak
from pipelines.voice.front.base import FrontEnd
from pipelines.voice.front.chinese import ChineseFrontEnd
from pipelines.voice.front.japanese import JapaneseFrontEnd
from pipelines.voice.front.spaced import SpacedFrontEnd
from pipelines.voice.passes import passes
from pipelines.voice.reading.reader import ScriptReader
from pipelines.voice.reading.rules import load_rules
from pipelines.voice.script import Phonemes, join
from pipelines.voice.sentences import sentences
from pipelines.voice.symbols import PUNCTUATION
from pipelines.voice.timeline import BREATH_S
from pipelines.voice.voices import language_of

SCRIPT_CHARACTERS_MAX = 20_000  # about half an hour of speech; an ad is under a minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One run of the net, and the silence after it."""

    said: Phonemes
    pause_s: float


class ScriptPlanner:
    """Reads scripts; front ends open at first use and stay."""

    def __init__(self, espeak: Espeak | None = None) -> None:
        self._espeak = espeak
        self._fronts: dict[tuple[str, str], FrontEnd] = {}

    def plan(
        self, text: str, *, locale: str, pronunciations: Mapping[str, str] = NO_PRONUNCIATIONS
    ) -> tuple[FrontEnd, tuple[Pass, ...]]:
        """Read a script into passes, at least one.

        Raises:
            ScriptRefusedError: The language is not spoken here, or the text cannot be said.
        """
        language = language_of(locale)
        if len(text) > SCRIPT_CHARACTERS_MAX:
            raise ScriptRefusedError(
                f"the script has {len(text)} characters and a take {SCRIPT_CHARACTERS_MAX} at most; make several takes"
            )
        front = self._front(language, locale)
        planned: list[Pass] = []
        for sentence in sentences(ScriptReader(load_rules(language), pronunciations).read(text)):
            said = front.phonemes(sentence)
            if not any(said.spans):
                continue
            parts = passes(_closed(said))
            planned.extend(Pass(said=part, pause_s=BREATH_S) for part in parts[:-1])
            planned.append(Pass(said=parts[-1], pause_s=sentence.pause_s))
        if not planned:
            raise ScriptRefusedError(f"there is nothing to say in {text[:80]!r}; write at least one word")
        return front, tuple(planned)

    def _front(self, language: str, locale: str) -> FrontEnd:
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
