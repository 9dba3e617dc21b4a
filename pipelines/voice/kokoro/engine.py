"""Kokoro: the default voice engine. 54 voices, ten languages, word times from the net's own durations.

Steps of ``speak``: 1 the grant, 2 the input, 3 reading (numbers, sentences, symbols), 4 the net, 5 the clock,
6 loudness. Weights load at step 4, after everything that can refuse has had its say.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from consent.grant import Grant, Modality, Use, require_grant
from pipelines.assets import ASSETS
from pipelines.errors import InputInvalidError
from pipelines.media import AudioClip, CancelCheck, Float32Array, Progress, Speech, never_cancel, no_progress
from pipelines.voice.delivery import NEUTRAL, Delivery
from pipelines.voice.engine import NO_PRONUNCIATIONS, Clock, WeightFiles
from pipelines.voice.kokoro.melody import moved
from pipelines.voice.kokoro.network import SAMPLE_RATE, TIMBRE_SIZE, KokoroNetwork, load_style
from pipelines.voice.kokoro.shaping import mannered, swelled
from pipelines.voice.kokoro.tilt import tilted
from pipelines.voice.kokoro.timeline import LEAD_S, TAIL_S, TimedSymbol, Timeline, phoneme_times, word_times
from pipelines.voice.likeness.profile import VoiceProfile
from pipelines.voice.likeness.style import Style, fitted_style
from pipelines.voice.loudness import normalise
from pipelines.voice.markup.agreed import agreed_text
from pipelines.voice.markup.reader import read_markup
from pipelines.voice.markup.source import is_markup
from pipelines.voice.notices import require_notice
from pipelines.voice.phonemes.espeak import Espeak
from pipelines.voice.phonemes.symbols import token_ids
from pipelines.voice.script.manner import manners_of
from pipelines.voice.script.planner import Pass, ScriptPlanner
from pipelines.voice.voices import LANGUAGES, Voice, default_voice, language_of, voice_named, voices_for

CARDS = ("kokoro-82m", "kokoro-voices")
SPEED_MIN, SPEED_MAX = 0.5, 2.0
_PAUSE_JITTER = 0.08  # share; the seed's only effect, since the net itself holds no chance


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
        self._planner = ScriptPlanner(espeak)
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
        likeness: VoiceProfile | None = None,
        delivery: Delivery = NEUTRAL,
        progress: Progress = no_progress,
        cancel: CancelCheck = never_cancel,
    ) -> Speech:
        """Speak a script, plain or SSML; see ``VoiceEngine.speak``.

        ``likeness`` is a fitted voice, spoken in place of ``voice``. ``delivery`` is a tone's (``tone.delivery_of``).
        The grant is for ``markup.agreed.agreed_text``: what is heard as well as what is shown. The speech's text and
        words are those that are shown.

        Raises:
            ConsentRefusedError: The grant does not cover this voice, language and script now.
            ScriptRefusedError: The language is not spoken here, or the text cannot be said.
            InputInvalidError: The voice or the speed does not exist.
            CancelledError: ``cancel`` said so; it is asked before each sentence.
        """
        marked = read_markup(text, locale=locale) if is_markup(text) else None
        shown, agreed = text if marked is None else marked.text, agreed_text(marked or text, pronunciations)
        require_grant(grant, Use(modality=Modality.VOICE, locale=locale, script=agreed), at=self._clock())
        chosen = voice_named(voice or default_voice(locale)).name
        if likeness is not None and likeness.engine != self.engine_id:
            raise InputInvalidError(f"the profile is of the engine {likeness.engine!r} and this is {self.engine_id!r}")
        if not SPEED_MIN <= speed <= SPEED_MAX:
            raise InputInvalidError(f"speed {speed} is outside {SPEED_MIN} to {SPEED_MAX}; 1.0 is the voice's own")
        front, planned = self._planner.plan(marked or text, locale=locale, pronunciations=pronunciations)
        style = self._stock(chosen) if likeness is None else self._fitted(likeness, locale)
        waveform, symbols = self._say(
            planned, style=style, delivery=delivery, seed=seed, speed=speed, progress=progress, cancel=cancel
        )
        return Speech(
            audio=AudioClip(waveform=waveform, sample_rate=SAMPLE_RATE),
            text=shown,
            locale=locale,
            voice=style.name,
            words=word_times(shown, front.words(shown), symbols),
            phonemes=phoneme_times(symbols),
            cards=self.cards,
            agreed="" if agreed == shown else agreed,
        )

    def speak_notice(self, text: str, *, locale: str) -> AudioClip:
        """Speak a notice; see ``VoiceEngine.speak_notice``. No grant: it says no other words, in nobody's voice."""
        require_notice(text, self._labels)
        _, planned = self._planner.plan(text, locale=locale)
        waveform, _ = self._say(
            planned,
            style=self._stock(default_voice(locale)),
            delivery=NEUTRAL,
            seed=0,
            speed=1.0,
            progress=no_progress,
            cancel=never_cancel,
        )
        return AudioClip(waveform=waveform, sample_rate=SAMPLE_RATE)

    def _say(
        self,
        planned: tuple[Pass, ...],
        *,
        style: Style,
        delivery: Delivery,
        seed: int,
        speed: float,
        progress: Progress,
        cancel: CancelCheck,
    ) -> tuple[Float32Array, tuple[TimedSymbol, ...]]:
        # 1. how everything will be said; a thirtieth of the work
        said = [token_ids(one.said.symbols) for one in planned]
        pace = speed * style.rate * delivery.rate
        plans = [self._network.plan(ids, style.row(len(ids)), speed=pace) for ids in said]
        plans = moved(plans, to=style.melody, delivery=delivery)
        # 2. say it, pass by pass
        rng = np.random.default_rng(seed)
        timeline = Timeline()
        timeline.silence(LEAD_S)
        pauses = style.pause_scale * delivery.pause_scale
        for at, (one, ids, plan) in enumerate(zip(planned, said, plans, strict=True)):
            cancel()
            progress(at / len(planned))
            timbre = style.row(len(ids))[:TIMBRE_SIZE]
            manners = manners_of(one.said.spans, one.stretches)
            utterance = self._network.speak(mannered(plan, manners), timbre, shifts=style.shifts)
            toned = tilted(utterance.waveform, delivery.tilt_db, sample_rate=SAMPLE_RATE)
            timeline.say(one.said, swelled(replace(utterance, waveform=toned), manners, sample_rate=SAMPLE_RATE))
            jitter = 1.0 + _PAUSE_JITTER * float(rng.uniform(-1.0, 1.0))
            timeline.silence(one.pause_s * jitter * pauses / speed if at + 1 < len(planned) else TAIL_S)
        cancel()
        waveform, symbols = timeline.finish()
        levelled = normalise(waveform, SAMPLE_RATE)
        progress(1.0)
        return levelled, symbols

    def _stock(self, voice: str) -> Style:
        return Style(name=f"{self.engine_id}:{voice}", rows=self._rows(voice))

    def _fitted(self, likeness: VoiceProfile, locale: str) -> Style:
        own = likeness.in_language(language_of(locale))
        return fitted_style(
            likeness,
            own,
            timbres=self._rows(likeness.base_voice),
            prosodies=self._rows(own.prosody_voice or likeness.base_voice),
            shifts_of=self._network.shifts_of,
        )

    @functools.cached_property
    def _network(self) -> KokoroNetwork:
        return KokoroNetwork(self._weights.path("kokoro-82m", "model.onnx"), threads=self._threads)

    def _rows(self, voice: str) -> Float32Array:
        if voice not in self._styles:
            self._styles[voice] = load_style(self._weights.path("kokoro-voices", f"voices/{voice}.bin"))
        return self._styles[voice]
