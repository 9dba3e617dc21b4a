"""Kokoro: the default voice engine. 54 voices, ten languages, word times from the net's own durations.

Steps of ``speak``: 1 the grant, 2 the input, 3 reading (numbers, sentences, symbols), 4 the net, 5 the clock,
6 loudness. Weights load at step 4, after everything that can refuse has had its say.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from consent.grant import Grant, Modality, Use, require_grant
from pipelines.assets import ASSETS
from pipelines.errors import InputInvalidError, ScriptRefusedError
from pipelines.media import AudioClip, CancelCheck, Float32Array, Progress, Speech, never_cancel, no_progress
from pipelines.voice.engine import NO_PRONUNCIATIONS, Clock, WeightFiles
from pipelines.voice.espeak import Espeak, open_espeak
from pipelines.voice.front.base import FrontEnd
from pipelines.voice.front.chinese import ChineseFrontEnd
from pipelines.voice.front.japanese import JapaneseFrontEnd
from pipelines.voice.front.spaced import SpacedFrontEnd
from pipelines.voice.loudness import normalise
from pipelines.voice.network import SAMPLE_RATE, KokoroNetwork, load_style
from pipelines.voice.notices import require_notice
from pipelines.voice.passes import passes
from pipelines.voice.reading.reader import ScriptReader
from pipelines.voice.reading.rules import load_rules
from pipelines.voice.script import Phonemes, join
from pipelines.voice.sentences import sentences
from pipelines.voice.symbols import PUNCTUATION, token_ids
from pipelines.voice.timeline import BREATH_S, LEAD_S, TAIL_S, TimedSymbol, Timeline, phoneme_times, word_times
from pipelines.voice.voices import LANGUAGES, Voice, default_voice, language_of, voice_named, voices_for

CARDS = ("kokoro-82m", "kokoro-voices")
SCRIPT_CHARACTERS_MAX = 20_000  # about half an hour of speech; an ad is under a minute
SPEED_MIN, SPEED_MAX = 0.5, 2.0
_PAUSE_JITTER = 0.08  # share; the seed's only effect, since the net itself holds no chance


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pass:
    """One run of the net, and the silence after it."""

    said: Phonemes
    pause_s: float


class KokoroVoice:
    """The Kokoro engine; opening it loads nothing. ``threads`` are those of the net's session."""

    def __init__(
        self,
        weights: WeightFiles,
        clock: Clock,
        threads: int = 1,
        *,
        espeak: Espeak | None = None,
        labels: Path = ASSETS / "labels",
    ) -> None:
        self._weights = weights
        self._clock = clock
        self._threads = threads
        self._labels = labels
        self._espeak = espeak
        self._fronts: dict[tuple[str, str], FrontEnd] = {}
        self._styles: dict[str, Float32Array] = {}

    engine_id = "kokoro"
    languages = LANGUAGES
    cards = CARDS

    def voices(self, locale: str) -> tuple[Voice, ...]:
        """See ``VoiceEngine.voices``."""
        return voices_for(locale)

    def speak(  # noqa: PLR0913 -- the signature of ``VoiceEngine``
        self,
        text: str,
        *,
        locale: str,
        voice: str | None = None,
        grant: Grant | None,
        seed: int,
        speed: float = 1.0,
        pronunciations: Mapping[str, str] = NO_PRONUNCIATIONS,
        progress: Progress = no_progress,
        cancel: CancelCheck = never_cancel,
    ) -> Speech:
        """Speak a script; see ``VoiceEngine.speak``.

        Raises:
            ConsentRefusedError: The grant does not cover this voice, language and script now.
            ScriptRefusedError: The language is not spoken here, or the text cannot be said.
            InputInvalidError: The voice or the speed does not exist.
            CancelledError: ``cancel`` said so; it is asked before each sentence.
        """
        require_grant(grant, Use(modality=Modality.VOICE, locale=locale, script=text), at=self._clock())
        chosen = voice_named(voice or default_voice(locale))
        if not SPEED_MIN <= speed <= SPEED_MAX:
            raise InputInvalidError(f"speed {speed} is outside {SPEED_MIN} to {SPEED_MAX}; 1.0 is the voice's own")
        front, planned = self._plan(text, locale=locale, pronunciations=pronunciations)
        waveform, symbols = self._say(
            planned, voice=chosen.name, seed=seed, speed=speed, progress=progress, cancel=cancel
        )
        return Speech(
            audio=AudioClip(waveform=waveform, sample_rate=SAMPLE_RATE),
            text=text,
            locale=locale,
            voice=f"{self.engine_id}:{chosen.name}",
            words=word_times(text, front.words(text), symbols),
            phonemes=phoneme_times(symbols),
            cards=self.cards,
        )

    def speak_notice(self, text: str, *, locale: str) -> AudioClip:
        """Speak a notice; see ``VoiceEngine.speak_notice``. No grant: it says no other words, in nobody's voice."""
        require_notice(text, self._labels)
        _, planned = self._plan(text, locale=locale, pronunciations=NO_PRONUNCIATIONS)
        waveform, _ = self._say(
            planned, voice=default_voice(locale), seed=0, speed=1.0, progress=no_progress, cancel=never_cancel
        )
        return AudioClip(waveform=waveform, sample_rate=SAMPLE_RATE)

    def _plan(self, text: str, *, locale: str, pronunciations: Mapping[str, str]) -> tuple[FrontEnd, tuple[_Pass, ...]]:
        language = language_of(locale)
        if len(text) > SCRIPT_CHARACTERS_MAX:
            raise ScriptRefusedError(
                f"the script has {len(text)} characters and a take {SCRIPT_CHARACTERS_MAX} at most; make several takes"
            )
        front = self._front(language, locale)
        planned: list[_Pass] = []
        for sentence in sentences(ScriptReader(load_rules(language), pronunciations).read(text)):
            said = front.phonemes(sentence)
            if not any(said.spans):
                continue
            parts = passes(_closed(said))
            planned.extend(_Pass(said=part, pause_s=BREATH_S) for part in parts[:-1])
            planned.append(_Pass(said=parts[-1], pause_s=sentence.pause_s))
        if not planned:
            raise ScriptRefusedError(f"there is nothing to say in {text[:80]!r}; write at least one word")
        return front, tuple(planned)

    def _say(
        self,
        planned: tuple[_Pass, ...],
        *,
        voice: str,
        seed: int,
        speed: float,
        progress: Progress,
        cancel: CancelCheck,
    ) -> tuple[Float32Array, tuple[TimedSymbol, ...]]:
        rng = np.random.default_rng(seed)
        timeline = Timeline()
        timeline.silence(LEAD_S)
        for at, one in enumerate(planned):
            cancel()
            progress(at / len(planned))
            ids = token_ids(one.said.symbols)
            timeline.say(one.said, self._network.say(ids, self._style(voice)[len(ids) - 1], speed=speed))
            jitter = 1.0 + _PAUSE_JITTER * float(rng.uniform(-1.0, 1.0))
            timeline.silence(one.pause_s * jitter / speed if at + 1 < len(planned) else TAIL_S)
        cancel()
        waveform, symbols = timeline.finish()
        levelled = normalise(waveform, SAMPLE_RATE)
        progress(1.0)
        return levelled, symbols

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

    @functools.cached_property
    def _network(self) -> KokoroNetwork:
        return KokoroNetwork(self._weights.path("kokoro-82m", "model.onnx"), threads=self._threads)

    def _style(self, voice: str) -> Float32Array:
        if voice not in self._styles:
            self._styles[voice] = load_style(self._weights.path("kokoro-voices", f"voices/{voice}.bin"))
        return self._styles[voice]


def _closed(said: Phonemes) -> Phonemes:
    """End a headline with a full stop: without a mark the net's voice hangs in the air."""
    symbols = said.symbols.rstrip(" ")
    said = said.part(0, len(symbols))
    return said if symbols[-1] in PUNCTUATION else join([said, Phonemes(symbols=".", spans=(None,))])
