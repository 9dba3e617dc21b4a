"""What was said, and in which language: Whisper-base on CTranslate2, without any hint of what should have been said."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.vad import get_speech_timestamps

from pipelines.errors import WeightsError
from pipelines.media import AudioClip, Float32Array

CARD_ID: Final = "whisper-base"
_CLOSING_S: Final = 10
_SEGMENTS: Final = 2  # windows of 30 s that vote on the language
_PAUSE_MAX_S: Final = 2  # between the margins; longer ones are cut


class WeightFolders(Protocol):
    """Where model cards are installed. ``pipelines.weights.store.WeightsStore`` is one."""

    def folder(self, card_id: str) -> Path:
        """The folder of an installed card; raises ``WeightsError``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """A transcript. ``languages`` are the likely languages, best first, with their probabilities.

    ``closing`` is a second transcript, of the last seconds alone: the code is said there, and Whisper that has just
    heard a long sentence swallows digits that it hears when it starts afresh.
    """

    text: str
    closing: str
    languages: tuple[tuple[str, float], ...]


class Listener:
    """Whisper-base. The expected words are never given to it: it would hear them."""

    def __init__(self, weights: WeightFolders, *, threads: int = 1) -> None:
        folder = weights.folder(CARD_ID)
        try:
            self._model = WhisperModel(
                str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
            )
        except (RuntimeError, ValueError, OSError) as e:
            raise WeightsError(f"{folder} is not a Whisper model that can be loaded; run: sayso models verify") from e

    def hear(self, audio: AudioClip, *, language: str) -> Hearing:
        """Listen to a recording at 16 kHz; ``language`` is the primary subtag in which it is written down."""
        waveform = _spoken(audio.waveform, audio.sample_rate)
        _, _, likely = self._model.detect_language(waveform, language_detection_segments=_SEGMENTS)
        return Hearing(
            text=self._write_down(waveform, language),
            closing=self._write_down(waveform[-_CLOSING_S * audio.sample_rate :], language),
            languages=tuple((name, float(share)) for name, share in likely[:5]),
        )

    def _write_down(self, waveform: Float32Array, language: str) -> str:
        segments, _ = self._model.transcribe(
            waveform,
            language=language,
            beam_size=5,
            temperature=0.0,  # no second try at random: the same recording is always heard the same way
            condition_on_previous_text=False,
        )
        return " ".join(segment.text.strip() for segment in segments)


def _spoken(waveform: Float32Array, sample_rate: int) -> Float32Array:
    """Without what follows the last words, and with long pauses cut short: Whisper hears words in any silence."""
    spans = get_speech_timestamps(waveform)  # Silero's network, which travels with faster-whisper
    if not spans:
        return waveform
    margin = sample_rate // 2
    kept = [[0, int(spans[0]["end"]) + margin]]
    for span in spans[1:]:
        if int(span["start"]) - margin - kept[-1][1] < _PAUSE_MAX_S * sample_rate:
            kept[-1][1] = int(span["end"]) + margin
        else:
            kept.append([int(span["start"]) - margin, int(span["end"]) + margin])
    return np.concatenate([waveform[start:end] for start, end in kept])
