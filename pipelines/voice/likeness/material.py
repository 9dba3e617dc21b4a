"""From recordings to what a fit works with: pieces at 16 kHz with their words, some of them kept back as judges."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.signal import resample_poly

from pipelines.errors import InputInvalidError
from pipelines.media import AudioClip, CancelCheck, Float32Array
from pipelines.speech.encoder import SpeakerEncoder, spoken
from pipelines.speech.passages import stretches
from pipelines.voice.likeness.copying import Piece

SAMPLE_RATE: Final = 16_000
SPEECH_S_MIN: Final = 20.0  # the study's shortest; below it the encoder's mean still wanders by .03
PIECE_S_MAX: Final = 12.0  # a copy is laid over in one go, and its words must fit one look of Whisper
_PIECE_S_MIN: Final = 1.5
_KEPT_EVERY: Final = 4

Listen = Callable[[AudioClip], str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recording:
    """A piece of a recording at 16 kHz; ``text`` is None where nobody wrote it down."""

    audio: AudioClip
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Material:
    """``fitted`` and ``kept`` are disjoint; ``speech_s`` is without pauses, of both."""

    fitted: tuple[Recording, ...]
    kept: tuple[Recording, ...]
    speech_s: float


def gather(clips: Sequence[AudioClip], texts: Sequence[str | None]) -> Material:
    """Bring clips to pieces of at most 12 s; every fourth is kept back.

    Raises:
        InputInvalidError: A clip is below 16 kHz, or there is too little speech.
    """
    if texts and len(texts) != len(clips):
        raise InputInvalidError(f"{len(clips)} clips came with {len(texts)} texts; give one for each, None if unknown")
    pieces: list[Recording] = []
    for at, clip in enumerate(clips):
        if clip.sample_rate < SAMPLE_RATE:
            raise InputInvalidError(f"a recording is at {clip.sample_rate} Hz and 16000 are needed; record it again")
        audio = _at_16k(clip)
        parts = stretches(audio, longest_s=PIECE_S_MAX)
        text = texts[at] if texts and len(parts) == 1 else None  # which words of it fell into which part is unknown
        for start, end in parts:
            if end - start >= _PIECE_S_MIN:
                samples = audio.waveform[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
                pieces.append(Recording(audio=AudioClip(waveform=samples, sample_rate=SAMPLE_RATE), text=text))
    speech_s = sum(len(spoken(piece.audio.waveform)) for piece in pieces) / SAMPLE_RATE
    if speech_s < SPEECH_S_MIN:
        raise InputInvalidError(
            f"there are {speech_s:.0f} s of speech and at least {SPEECH_S_MIN:.0f} are needed; record more sentences"
        )
    kept = [piece for at, piece in enumerate(pieces) if at % _KEPT_EVERY == _KEPT_EVERY - 1] or pieces[-1:]
    fitted = [piece for piece in pieces if not any(piece is one for one in kept)]
    if not fitted:
        raise InputInvalidError("all speech is in one piece without a pause; record sentences, each on its own")
    return Material(fitted=tuple(fitted), kept=tuple(kept), speech_s=speech_s)


def written(recordings: Sequence[Recording], listen: Listen, *, speech_s: float, cancel: CancelCheck) -> list[Piece]:
    """Give words to as many recordings as make so many seconds; ``listen`` is asked where nobody wrote them down."""
    made: list[Piece] = []
    total = 0.0
    for one in recordings:
        cancel()
        if total >= speech_s:
            break
        text = one.text or listen(one.audio)
        if text.strip():
            made.append(Piece(audio=one.audio, text=text))
            total += one.audio.duration_s
    return made


def voice_of(recordings: Sequence[Recording], encoder: SpeakerEncoder) -> Float32Array:
    """Who speaks in them, (256,) of length 1."""
    mean = np.mean([encoder.embed(one.audio) for one in recordings], axis=0)
    return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)


def _at_16k(clip: AudioClip) -> AudioClip:
    if clip.sample_rate == SAMPLE_RATE:
        return clip
    common = math.gcd(clip.sample_rate, SAMPLE_RATE)
    samples = resample_poly(clip.waveform, SAMPLE_RATE // common, clip.sample_rate // common)
    return AudioClip(waveform=np.asarray(samples, dtype=np.float32), sample_rate=SAMPLE_RATE)
