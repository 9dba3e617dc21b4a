"""What is said in a clip, and in which language, with one look of Whisper's net per passage of up to 28 s.

``transcript`` listens to statements and looks three times; this listens to speech that was just made, or that is to be
dubbed, where time counts. The net's encoder runs once for each passage and answers both questions. The words that are
hoped for are never given to it: it would hear them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens

from pipelines.errors import InputInvalidError, WeightsError
from pipelines.media import AudioClip, CancelCheck, Float32Array, never_cancel

CARD_ID: Final = "whisper-base"
SAMPLE_RATE: Final = 16_000
PASSAGE_S_MAX: Final = 28.0  # the net looks at 30 s; room for the padding that its front end adds

_BEAM: Final = 2
_CONTEXT: Final = 448  # of the net, in tokens; CTranslate2 leaves half of what it is told for the answer
_TOKENS_MAX: Final = _CONTEXT // 2
_HALVED_S_MIN: Final = 2.0
_FRAME: Final = 320  # 20 ms


class WeightFolders(Protocol):
    """Where model cards are installed. ``pipelines.weights.store.WeightsStore`` is one."""

    def folder(self, card_id: str) -> Path:
        """The folder of an installed card; raises ``WeightsError``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of a clip, in seconds, and what is said in it. ``languages`` are shares of likelihood by subtag."""

    text: str
    start_s: float
    end_s: float
    languages: tuple[tuple[str, float], ...]

    def share(self, *languages: str) -> float:
        """How likely it is that one of these languages is spoken, 0 to 1."""
        return sum(share for name, share in self.languages if name in languages)

    @property
    def language(self) -> str:
        """The likeliest language."""
        return max(self.languages, key=lambda one: one[1])[0]


class PassageListener:
    """Whisper-base on CTranslate2, for speech at 16 kHz. The same clip is always heard the same way."""

    def __init__(self, weights: WeightFolders, *, threads: int = 1) -> None:
        folder = weights.folder(CARD_ID)
        try:
            self._model = WhisperModel(
                str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
            )
        except (RuntimeError, ValueError, OSError) as e:
            raise WeightsError(f"{folder} is not a Whisper model that can be loaded; run: sayso models verify") from e

    def listen(
        self, audio: AudioClip, *, language: str | None = None, cancel: CancelCheck = never_cancel
    ) -> tuple[Passage, ...]:
        """Write down a clip, cut at its quietest moments into passages; ``language`` None takes the likeliest.

        Raises:
            InputInvalidError: The clip is at another rate, or the language is none of the net's.
        """
        if audio.sample_rate != SAMPLE_RATE:
            raise InputInvalidError(f"a clip at {audio.sample_rate} Hz cannot be heard; give it at {SAMPLE_RATE} Hz")
        return tuple(self.hear(audio, start, end, language=language, cancel=cancel) for start, end in stretches(audio))

    def hear(
        self,
        audio: AudioClip,
        start_s: float,
        end_s: float,
        *,
        language: str | None = None,
        cancel: CancelCheck = never_cancel,
    ) -> Passage:
        """Write down one stretch of a clip, 28 s at most; see ``listen``."""
        cancel()
        cut = audio.waveform[round(start_s * SAMPLE_RATE) : round(end_s * SAMPLE_RATE)]
        looked = self._model.encode(pad_or_trim(self._model.feature_extractor(cut)))
        likely = tuple((mark[2:-2], float(share)) for mark, share in self._model.model.detect_language(looked)[0])
        spoken = language or max(likely, key=lambda one: one[1])[0]
        try:
            tokens = Tokenizer(self._model.hf_tokenizer, multilingual=True, task="transcribe", language=spoken)
        except ValueError as e:
            raise InputInvalidError(f"{spoken!r} is no language that the listener knows; give a primary subtag") from e
        (answer,) = self._model.model.generate(
            looked,
            [[*tokens.sot_sequence, tokens.no_timestamps]],
            beam_size=_BEAM,
            max_length=_CONTEXT,
            suppress_blank=True,
            suppress_tokens=list(get_suppressed_tokens(tokens, [-1]) or ()),
        )
        sequence = answer.sequences_ids[0]
        if len(sequence) >= _TOKENS_MAX and end_s - start_s > _HALVED_S_MIN:
            # The net's room for words is full: in some scripts a letter takes two tokens. The rest would go unheard.
            halves = stretches(AudioClip(waveform=cut, sample_rate=SAMPLE_RATE), longest_s=(end_s - start_s) * 0.7)
            parts = [
                self.hear(audio, start_s + first, start_s + end, language=spoken, cancel=cancel).text
                for first, end in halves
            ]
            return Passage(text=" ".join(filter(None, parts)), start_s=start_s, end_s=end_s, languages=likely)
        written = tokens.decode([t for t in sequence if t < tokens.eot]).strip()
        return Passage(text=written, start_s=start_s, end_s=end_s, languages=likely)


def stretches(audio: AudioClip, *, longest_s: float = PASSAGE_S_MAX) -> tuple[tuple[float, float], ...]:
    """Cut a clip into stretches of at most ``longest_s``, at the quietest moment in the second half of each."""
    loudness = _loudness(audio.waveform)
    frames_max = int(longest_s * SAMPLE_RATE) // _FRAME
    cuts = [0]
    while len(loudness) - cuts[-1] > frames_max:
        first = cuts[-1] + frames_max // 2
        cuts.append(first + int(np.argmin(loudness[first : cuts[-1] + frames_max])))
    ends = [cut * _FRAME / SAMPLE_RATE for cut in cuts[1:]]
    return tuple(zip([0.0, *ends], [*ends, audio.duration_s], strict=True))


def _loudness(waveform: Float32Array) -> Float32Array:
    """Mean power over 0.2 s around each 20 ms."""
    count = max(1, len(waveform) // _FRAME)
    power = np.mean(np.square(np.resize(waveform, count * _FRAME).reshape(count, _FRAME)), axis=1)
    return np.convolve(power, np.ones(10) / 10, mode="same").astype(np.float32)
