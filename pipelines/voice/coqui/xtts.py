"""XTTS-v2 through coqui-tts: seventeen languages, stock speakers, and a subject's voice from 3 s of recordings.

Coqui's public licence forbids commercial use: the card says so, gate 1 refuses commercial takes that name the card, and
this engine refuses commercial takes that do not name it. Steps of ``speak``: 1 the grant, 2 the licence, 3 the input, 4
reading into lines, 5 the net, 6 the clock, 7 loudness. Weights load at step 5.

The net says nothing of when it says what: a line's words share the line's sound evenly, until ``retime`` knows better.
Casanova et al. 2024, "XTTS: a Massively Multilingual Zero-Shot Text-to-Speech Model".
"""

from __future__ import annotations

import functools
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from consent.errors import ConsentRefusedError
from consent.grant import Grant, Modality, Reason, ReasonCode, Use, require_grant
from pipelines.assets import ASSETS
from pipelines.errors import InputInvalidError, PipelineError, ScriptRefusedError, WeightsError
from pipelines.media import AudioClip, CancelCheck, Float32Array, Progress, Speech, never_cancel, no_progress
from pipelines.voice.conversion.converters import SPEECH_RATE, TargetRecording, digest_of, require_targets
from pipelines.voice.coqui.importing import coqui_api, quietly
from pipelines.voice.coqui.lines import Line, lines, words_said
from pipelines.voice.coqui.retiming import Retime
from pipelines.voice.coqui.speaking import Said, evenly, heard_between, require_speed, say_all, seeded
from pipelines.voice.coqui.staging import staged
from pipelines.voice.coqui.trust import read_config
from pipelines.voice.engine import NO_PRONUNCIATIONS, Clock, WeightFiles
from pipelines.voice.front.spaced import spaced_words
from pipelines.voice.kokoro.timeline import TimedSymbol, phoneme_times, word_times
from pipelines.voice.notices import require_notice
from pipelines.voice.script.pieces import Span
from pipelines.voice.voices import Gender, Voice

CARD_ID: Final = "xtts-v2"
# Its languages, and the most letters that its tokenizer's own table gives a line of each. Japanese needs a package with
# a dictionary (cutlet) that is not installed, and Korean has never been read here: both are left out.
LINE_CHARACTERS: Final[Mapping[str, int]] = MappingProxyType(
    {"en": 250, "de": 253, "fr": 273, "es": 239, "it": 213, "pt": 203, "pl": 224, "zh": 82, "ar": 166, "cs": 186,
     "ru": 182, "nl": 251, "tr": 226, "hu": 224, "hi": 150}
)  # fmt: skip
# Some of its 58 stock speakers; any other name of ``speakers_xtts.pth`` may be asked for.
_SPEAKERS: Final[tuple[tuple[str, Gender], ...]] = (
    ("Claribel Dervla", "female"),
    ("Daisy Studious", "female"),
    ("Gracie Wise", "female"),
    ("Andrew Chipper", "male"),
    ("Damien Black", "male"),
    ("Viktor Eka", "male"),
)


class XttsV2:
    """The XTTS-v2 engine; opening it loads nothing."""

    def __init__(
        self,
        weights: WeightFiles,
        clock: Clock,
        threads: int = 1,
        *,
        labels: Path = ASSETS / "labels",
        retime: Retime | None = None,
    ) -> None:
        self._weights = weights
        self._clock = clock
        self._threads = threads
        self._labels = labels
        self._retime = retime

    engine_id = "xtts-v2"
    languages = tuple(LINE_CHARACTERS)
    cards = (CARD_ID,)

    def voices(self, locale: str) -> tuple[Voice, ...]:
        """See ``VoiceEngine.voices``: every speaker speaks every language."""
        language = _language(locale)
        return tuple(Voice(name=name, language=language, gender=gender, title=name) for name, gender in _SPEAKERS)

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
        """Speak a script in a stock speaker's voice; see ``VoiceEngine.speak``.

        Raises:
            ConsentRefusedError: The grant does not cover this now, or the take is commercial and nobody decided on the
                licence.
            ScriptRefusedError: The language is not spoken here, or the text cannot be said.
            InputInvalidError: The speaker or the speed does not exist.
            WeightsError: The card is not installed, or cannot be opened.
            CancelledError: ``cancel`` said so; it is asked before each line.
        """
        given = require_grant(grant, Use(modality=Modality.VOICE, locale=locale, script=text), at=self._clock())
        name = (voice or _SPEAKERS[0][0]).removeprefix(f"{self.engine_id}:")
        planned = self._plan(text, locale=locale, grant=given, speed=speed, pronunciations=pronunciations)
        made = self._say(
            planned,
            locale=locale,
            latents=lambda: self._stock(name),
            seed=seed,
            speed=speed,
            progress=progress,
            cancel=cancel,
        )
        return self._speech(text, locale=locale, voice=f"{self.engine_id}:{name}", made=made, grant=given)

    def speak_as(  # noqa: PLR0913 -- one keyword per thing a script can ask for
        self,
        text: str,
        *,
        locale: str,
        recordings: Sequence[TargetRecording],
        grant: Grant | None,
        seed: int,
        speed: float = 1.0,
        pronunciations: Mapping[str, str] = NO_PRONUNCIATIONS,
        progress: Progress = no_progress,
        cancel: CancelCheck = never_cancel,
    ) -> Speech:
        """Speak a script in the voice of a subject's recordings, each of which the grant must name.

        Raises:
            ConsentRefusedError: As ``speak``; also where a recording is not in the grant.
            InputInvalidError: There is too little of the recordings, or the speed does not exist.
            ScriptRefusedError: As ``speak``.
            WeightsError: As ``speak``.
            CancelledError: As ``speak``.
        """
        given = require_grant(grant, Use(modality=Modality.VOICE, locale=locale, script=text), at=self._clock())
        require_targets(recordings, grant=given, locale=locale, script=text, at=self._clock())
        planned = self._plan(text, locale=locale, grant=given, speed=speed, pronunciations=pronunciations)
        made = self._say(
            planned,
            locale=locale,
            latents=lambda: self._cloned(recordings),
            seed=seed,
            speed=speed,
            progress=progress,
            cancel=cancel,
        )
        return self._speech(
            text, locale=locale, voice=f"{self.engine_id}:{digest_of(recordings)}", made=made, grant=given
        )

    def speak_notice(self, text: str, *, locale: str) -> AudioClip:
        """Refuse: a notice goes into commercial takes too, and this licence does not let it."""
        require_notice(text, self._labels)
        raise ScriptRefusedError(
            f"XTTS-v2 speaks no notices ({locale}): its licence forbids commercial use; use kokoro"
        )

    def _plan(
        self, text: str, *, locale: str, grant: Grant, speed: float, pronunciations: Mapping[str, str]
    ) -> tuple[Line, ...]:
        _require_licence(grant)
        require_speed(speed)
        language = _language(locale)
        return lines(text, language=language, pronunciations=pronunciations, characters_max=LINE_CHARACTERS[language])

    def _say(
        self,
        planned: Sequence[Line],
        *,
        locale: str,
        latents: Callable[[], Mapping[str, Any]],
        seed: int,
        speed: float,
        progress: Progress,
        cancel: CancelCheck,
    ) -> tuple[Float32Array, tuple[TimedSymbol, ...]]:
        cancel()
        model = self._model
        language = _language(locale)
        for line in planned:
            _require_known(model.tokenizer, line, language=language)
        with quietly(), seeded(seed, threads=self._threads):
            voice = latents()
            return say_all(
                planned,
                functools.partial(_say_line, model, language=language, voice=voice, speed=speed),
                sample_rate=int(model.args.output_sample_rate),
                speed=speed,
                progress=progress,
                cancel=cancel,
            )

    def _speech(
        self, text: str, *, locale: str, voice: str, made: tuple[Float32Array, tuple[TimedSymbol, ...]], grant: Grant
    ) -> Speech:
        waveform, symbols = made
        speech = Speech(
            audio=AudioClip(waveform=waveform, sample_rate=SPEECH_RATE),
            text=text,
            locale=locale,
            voice=voice,
            words=word_times(text, _words(text, language=_language(locale)), symbols),
            phonemes=phoneme_times(symbols),
            cards=self.cards,
        )
        return speech if self._retime is None else self._retime(speech, grant)

    def _stock(self, name: str) -> Mapping[str, Any]:
        speakers = self._model.speaker_manager.speakers if self._model.speaker_manager else {}
        if name not in speakers:
            known = ", ".join(list(speakers)[:5])
            raise InputInvalidError(f"XTTS-v2 has no speaker {name!r}; it has {len(speakers)}, such as {known}")
        latent, embedding = speakers[name].values()
        return {"gpt_cond_latent": latent, "speaker_embedding": embedding}

    def _cloned(self, recordings: Sequence[TargetRecording]) -> Mapping[str, Any]:
        config = self._model.config
        voice = self._model.clone_voice(
            [_wav(recording.audio) for recording in recordings],
            gpt_cond_len=config.gpt_cond_len,
            gpt_cond_chunk_len=config.gpt_cond_chunk_len,
            max_ref_length=config.max_ref_len,
            sound_norm_refs=config.sound_norm_refs,
        )
        return {
            "gpt_cond_latent": voice["gpt_conditioning_latents"],
            "speaker_embedding": voice["speaker_embedding"],
        }

    @functools.cached_property
    def _model(self) -> Any:  # noqa: ANN401 -- coqui-tts has no types
        config = self._weights.path(CARD_ID, "config.json")
        read = read_config(config, model="xtts")
        links = {name: self._weights.path(CARD_ID, name) for name in ("vocab.json", "speakers_xtts.pth")}
        copies = {"model.pth": self._weights.path(CARD_ID, "model.pth")}  # Coqui rewrites an old one where it lies
        api = coqui_api()
        try:
            with quietly(), staged(links, copies=copies, texts={"config.json": json.dumps(read)}) as folder:
                tts = api.TTS(model_path=str(folder), config_path=str(folder / "config.json"), progress_bar=False)
        except PipelineError:
            raise
        except Exception as e:
            raise WeightsError(
                f"XTTS-v2 cannot be opened ({type(e).__name__}: {str(e)[:200]}); run: sayso models verify"
            ) from e
        return tts.synthesizer.tts_model


def _require_licence(grant: Grant) -> None:
    """Refuse a commercial take that did not name the card when it was decided: nobody looked at the licence."""
    if not grant.request.commercial or CARD_ID in grant.request.weights:
        return
    reason = Reason(
        code=ReasonCode.WEIGHTS_NOT_COMMERCIAL,
        message="XTTS-v2's licence forbids commercial use, and this commercial take did not name it; choose kokoro",
        needed="a take that is not commercial, or a licence that legal recorded",
        found=f"take {grant.request.take_id}",
    )
    raise ConsentRefusedError((reason,))


def _language(locale: str) -> str:
    language = locale.replace("_", "-").split("-")[0].lower()
    if language not in LINE_CHARACTERS:
        raise ScriptRefusedError(f"XTTS-v2 does not speak {locale!r}; choose one of: {', '.join(LINE_CHARACTERS)}")
    return language


def _require_known(tokenizer: Any, line: Line, *, language: str) -> None:  # noqa: ANN401 -- coqui-tts has no types
    """Refuse words with letters that the net has no token for: it would leave them out without a word."""
    unknown = tokenizer.tokenizer.token_to_id("[UNK]")
    for word in words_said(line):
        if unknown is not None and unknown in tokenizer.encode(word.text.lower(), lang=language):
            raise ScriptRefusedError(f"XTTS-v2 cannot read {word.text!r}; write it in the letters of {language}")


def _say_line(model: Any, line: Line, *, language: str, voice: Mapping[str, Any], speed: float) -> Said:  # noqa: ANN401 -- coqui-tts has no types
    config = model.config
    made = model.inference(
        line.text,
        language,
        **voice,
        speed=speed,
        temperature=config.temperature,
        length_penalty=config.length_penalty,
        repetition_penalty=config.repetition_penalty,
        top_k=config.top_k,
        top_p=config.top_p,
    )
    waveform = np.asarray(made["wav"], dtype=np.float32).reshape(-1)
    start_s, end_s = heard_between(waveform, int(model.args.output_sample_rate))
    return Said(waveform=waveform, symbols=evenly(line, start_s=start_s, end_s=end_s))


def _words(text: str, *, language: str) -> tuple[Span, ...]:
    """The words as a subtitle shows them; in Chinese, which has no spaces, each letter with the marks after it."""
    spaced = spaced_words(text)
    if language != "zh":
        return spaced
    begins = [at for word in spaced for at in range(word.begin, word.end) if at == word.begin or text[at].isalnum()]
    return tuple(
        Span(begin=begin, end=begin + len(text[begin:end].rstrip()))
        for begin, end in zip(begins, (*begins[1:], len(text)), strict=True)
    )


def _wav(clip: AudioClip) -> io.BytesIO:
    """A recording as a file in memory: a subject's voice is not laid on disk to be read back."""
    import soundfile  # noqa: PLC0415 -- only where a voice is cloned

    held = io.BytesIO()
    soundfile.write(held, clip.waveform, clip.sample_rate, format="WAV", subtype="FLOAT")
    held.seek(0)
    return held
