"""Which part of a recording is speech: without the silence around it, and in pieces of a few seconds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from pipelines.media import AudioClip, Float32Array
from pipelines.speech.activity import SAMPLE_RATE, Span

_MARGIN_S: Final = 0.25  # around speech: a breath, the last consonant
_PAUSE_MAX_S: Final = 0.8  # what the reader thinks in is no part of how they speak


def spoken_part(clip: AudioClip, spans: Sequence[Span]) -> AudioClip:
    """The speech with its pauses, without the silence before and after; pauses of over .8 s are shortened to that."""
    if not spans:
        return clip
    kept: list[list[float]] = []
    for start, end in spans:
        begin, stop = max(0.0, start - _MARGIN_S), min(clip.duration_s, end + _MARGIN_S)
        if kept and begin - kept[-1][1] <= _PAUSE_MAX_S - 2 * _MARGIN_S:
            kept[-1][1] = stop
        else:
            kept.append([begin, stop])
    gap = round((_PAUSE_MAX_S - 2 * _MARGIN_S) / 2 * SAMPLE_RATE)
    parts = []
    for at, (begin, stop) in enumerate(kept):
        first = round(begin * SAMPLE_RATE) - (gap if at else 0)
        last = round(stop * SAMPLE_RATE) + (gap if at + 1 < len(kept) else 0)
        parts.append(clip.waveform[max(0, first) : last])
    return AudioClip(waveform=np.concatenate(parts), sample_rate=clip.sample_rate)


def speech_alone(clip: AudioClip, spans: Sequence[Span]) -> Float32Array:
    """The speech without any pause, (time,)."""
    parts = [clip.waveform[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)] for start, end in spans]
    return np.concatenate(parts) if parts else clip.waveform[:0]


def stretches(
    named: Sequence[tuple[str, AudioClip, Sequence[Span]]], *, of_s: float
) -> Iterator[tuple[str, AudioClip]]:
    """All speech in order, in pieces of ``of_s``, each with the name of the recording that it begins in.

    What is left at the end goes with the last piece; less than one piece in all is one piece.
    """
    speech = [(name, speech_alone(clip, spans)) for name, clip, spans in named]
    begins = np.cumsum([0, *(len(part) for _, part in speech[:-1])])
    whole = np.concatenate([part for _, part in speech]) if speech else np.zeros(0, np.float32)
    size = round(of_s * SAMPLE_RATE)
    starts = list(range(0, max(1, len(whole) - size + 1), size)) if len(whole) else []
    for start, end in zip(starts, [*starts[1:], len(whole)], strict=False):
        name, _ = speech[int(np.searchsorted(begins, start, side="right")) - 1]
        yield name, AudioClip(waveform=whole[start:end], sample_rate=SAMPLE_RATE)
