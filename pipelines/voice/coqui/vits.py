"""VITS through coqui-tts: one checkpoint, one language, one stock voice that is no subject's.

Steps of ``speak``: 1 the grant, 2 the input, 3 reading into lines, 4 the net, 5 the clock (the net's own durations), 6
loudness. Weights load at step 4, after everything that can refuse has had its say.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from consent.grant import Grant, Modality, Use, require_grant
from pipelines.assets import ASSETS
from pipelines.errors import InputInvalidError, PipelineError, ScriptRefusedError, WeightsError
from pipelines.media import AudioClip, CancelCheck, Float32Array, Progress, Speech, never_cancel, no_progress
from pipelines.voice.conversion.converters import SPEECH_RATE
from pipelines.voice.coqui.importing import coqui_api, quietly
from pipelines.voice.coqui.letters import read_letters, timed
from pipelines.voice.coqui.lines import Line, lines
from pipelines.voice.coqui.models import VitsModel
from pipelines.voice.coqui.speaking import Said, require_speed, say_all, seeded
from pipelines.voice.coqui.staging import staged
from pipelines.voice.coqui.trust import read_config, with_files
from pipelines.voice.engine import NO_PRONUNCIATIONS, Clock, WeightFiles
from pipelines.voice.front.spaced import spaced_words
from pipelines.voice.kokoro.timeline import TimedSymbol, phoneme_times, word_times
from pipelines.voice.notices import require_notice
from pipelines.voice.voices import Voice

_LINE_CHARACTERS_MAX: Final = 240  # its attention was trained on sentences of up to some 20 s
_TABLES: Final = {"speakers_file": "speakers.json", "language_ids_file": "languages.json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Net:
    """An open checkpoint; ``speaker`` and ``language`` are None where it has one."""

    synthesizer: Any
    sample_rate: int
    speaker: str | None
    language: str | None
    length_scale: float


class CoquiVits:
    """One VITS model as a voice engine; opening it loads nothing."""

    def __init__(
        self,
        model: VitsModel,
        weights: WeightFiles,
        clock: Clock,
        threads: int = 1,
        *,
        labels: Path = ASSETS / "labels",
    ) -> None:
        self._model = model
        self._weights = weights
        self._clock = clock
        self._threads = threads
        self._labels = labels
        self.engine_id = model.card_id
        self.languages = (model.language,)
        self.cards = (model.card_id,)

    def voices(self, locale: str) -> tuple[Voice, ...]:
        """See ``VoiceEngine.voices``."""
        self._require_language(locale)
        return (self._model.voice,)

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
            ScriptRefusedError: The language is not this model's, or the text cannot be said.
            InputInvalidError: The voice or the speed does not exist.
            WeightsError: The card is not installed, or its files are not a VITS checkpoint that may be opened.
            CancelledError: ``cancel`` said so; it is asked before each line.
        """
        require_grant(grant, Use(modality=Modality.VOICE, locale=locale, script=text), at=self._clock())
        self._require_language(locale)
        if voice not in {None, self._model.name, f"{self.engine_id}:{self._model.name}"}:
            raise InputInvalidError(f"{self._model.title} has no voice {voice!r}; its voice is {self._model.name}")
        require_speed(speed)
        waveform, symbols = self._say(
            text, pronunciations=pronunciations, seed=seed, speed=speed, progress=progress, cancel=cancel
        )
        return Speech(
            audio=AudioClip(waveform=waveform, sample_rate=SPEECH_RATE),
            text=text,
            locale=locale,
            voice=f"{self.engine_id}:{self._model.name}",
            words=word_times(text, spaced_words(text), symbols),
            phonemes=phoneme_times(symbols),
            cards=self.cards,
        )

    def speak_notice(self, text: str, *, locale: str) -> AudioClip:
        """Speak a notice; see ``VoiceEngine.speak_notice``. No grant: it says no other words, in nobody's voice."""
        require_notice(text, self._labels)
        self._require_language(locale)
        waveform, _ = self._say(
            text, pronunciations=NO_PRONUNCIATIONS, seed=0, speed=1.0, progress=no_progress, cancel=never_cancel
        )
        return AudioClip(waveform=waveform, sample_rate=SPEECH_RATE)

    def _say(
        self,
        text: str,
        *,
        pronunciations: Mapping[str, str],
        seed: int,
        speed: float,
        progress: Progress,
        cancel: CancelCheck,
    ) -> tuple[Float32Array, tuple[TimedSymbol, ...]]:
        planned = lines(
            text,
            language=self._model.language,
            pronunciations=pronunciations,
            characters_max=_LINE_CHARACTERS_MAX,
        )
        net = self._net
        net.synthesizer.tts_model.length_scale = net.length_scale / speed
        with quietly(), seeded(seed, threads=self._threads):
            return say_all(
                planned,
                functools.partial(_say_line, net),
                sample_rate=net.sample_rate,
                speed=speed,
                progress=progress,
                cancel=cancel,
            )

    def _require_language(self, locale: str) -> None:
        if locale.replace("_", "-").split("-")[0].lower() != self._model.language:
            raise ScriptRefusedError(f"{self._model.title} speaks {self._model.language} and not {locale!r}")

    @functools.cached_property
    def _net(self) -> _Net:
        checkpoint = self._weights.path(self._model.card_id, "model.pth")
        config = read_config(self._weights.path(self._model.card_id, "config.json"), model="vits")
        inner = config.get("model_args") or {}
        tables = {
            key: self._weights.path(self._model.card_id, name)
            for key, name in _TABLES.items()
            if config.get(key) or inner.get(key)
        }
        text = json.dumps(with_files(config, tables))
        api = coqui_api()
        try:
            with quietly(), staged({"model.pth": checkpoint}, texts={"config.json": text}) as folder:
                tts = api.TTS(
                    model_path=str(folder / "model.pth"), config_path=str(folder / "config.json"), progress_bar=False
                )
        except PipelineError:
            raise
        except Exception as e:
            raise WeightsError(
                f"{self._model.title} cannot be opened ({type(e).__name__}: {str(e)[:200]}); run: sayso models verify"
            ) from e
        return _opened(tts.synthesizer)


def _opened(synthesizer: Any) -> _Net:  # noqa: ANN401 -- coqui-tts has no types
    model = synthesizer.tts_model
    speakers = list(model.speaker_manager.speaker_names) if model.speaker_manager else []
    languages = list(model.language_manager.language_names) if model.args.use_language_embedding else []
    return _Net(
        synthesizer=synthesizer,
        sample_rate=int(synthesizer.output_sample_rate),
        speaker=speakers[0] if speakers else None,
        language=languages[0] if languages else None,
        length_scale=float(model.length_scale),
    )


def _say_line(net: _Net, line: Line) -> Said:
    model = net.synthesizer.tts_model
    language = net.language or (model.language_manager.language_names or [None])[0]
    letters = read_letters(model.tokenizer, line, language=language)
    made = model.synthesize(line.text, speaker=net.speaker, language=net.language)
    waveform = np.asarray(made["wav"], dtype=np.float32).reshape(-1)
    durations = made["outputs"]["durations"].reshape(-1).cpu().numpy()
    return Said(waveform=waveform, symbols=timed(letters, durations, duration_s=len(waveform) / net.sample_rate))
