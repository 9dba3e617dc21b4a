"""Sound on the timeline, by moviepy: speech after its lead-in, silence under the end card, the notice before all else.

moviepy places the clips; it is asked for samples in blocks with an exact clock, because its own ``to_soundarray`` drops
or doubles samples at block edges and cannot stack mono clips (docs/adr/0006-moviepy-and-the-pipe.md).
"""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
from moviepy.audio.AudioClip import AudioArrayClip, CompositeAudioClip
from scipy.signal import resample_poly

from pipelines.errors import InputInvalidError
from pipelines.media import AudioClip, Float32Array, Speech, Timed

RATE = 48_000  # what video platforms expect; 24 kHz voices go up by exactly two
_BLOCK = 1 << 16
_FADE_S = 0.005  # a speech that does not start at silence would click


def pad_speech(speech: Speech, *, fps: int, lead_in_s: float = 0.3, tail_s: float = 0.5) -> Speech:
    """Return the speech with silence around it, a whole number of video frames long; words and phonemes move along.

    Call it once, before motion and layout, so that the presenter breathes and blinks in the silence too.
    """
    rate = speech.audio.sample_rate
    lead = round(lead_in_s * rate)
    per_frame = Fraction(rate, fps)
    frames = math.ceil((lead + len(speech.audio.waveform) + round(tail_s * rate)) / per_frame)
    waveform = np.zeros(math.ceil(frames * per_frame), dtype=np.float32)
    waveform[lead : lead + len(speech.audio.waveform)] = _soft_ends(speech.audio.waveform, rate)
    shift = lead / rate
    return replace(
        speech,
        audio=AudioClip(waveform=waveform, sample_rate=rate),
        words=_shifted(speech.words, shift),
        phonemes=_shifted(speech.phonemes, shift),
    )


def on_timeline(clips: tuple[tuple[float, AudioClip], ...], *, duration_s: float) -> AudioClip:
    """Mix clips at their start times (seconds) into one 48 kHz mono clip of exactly this length.

    Raises:
        InputInvalidError: a clip starts before 0 or reaches past the end.
    """
    count = round(duration_s * RATE)
    placed: list[AudioArrayClip] = []
    for start_s, clip in clips:
        waveform = resampled(clip)
        start = round(start_s * RATE)
        if start < 0 or start + len(waveform) > count:
            raise InputInvalidError(
                f"a sound from {start_s:.3f} s, {len(waveform) / RATE:.3f} s long, does not lie in {duration_s:.3f} s; "
                "make the timeline longer"
            )
        # One sample more, so that rounding of the clip's end never silences the last one.
        stereo = np.repeat(np.append(waveform, np.float32(0))[:, None], 2, axis=1)
        placed.append(AudioArrayClip(stereo, fps=RATE).with_start(start / RATE))
    mixed = np.zeros(count, dtype=np.float32)
    if placed:
        composite = CompositeAudioClip(placed)
        for first in range(0, count, _BLOCK):
            times = np.arange(first, min(first + _BLOCK, count)) / RATE
            mixed[first : first + len(times)] = composite.get_frame(times)[:, 0]
    return AudioClip(waveform=mixed, sample_rate=RATE)


def with_notice(
    notice: AudioClip, programme: AudioClip, *, gap_s: float = 0.6, repeat_every_s: float = 0.0
) -> AudioClip:
    """Return an audio-only take that starts with the spoken notice, and repeats it where it is long.

    The programme is parted only at its quietest moment near each repeat, never inside a word that can be avoided.
    """
    notice_48, rest = resampled(notice), resampled(programme)
    gap = np.zeros(round(gap_s * RATE), dtype=np.float32)
    clips: list[tuple[float, AudioClip]] = []
    at = 0
    while True:
        clips.append((at / RATE, AudioClip(waveform=notice_48, sample_rate=RATE)))
        at += len(notice_48) + len(gap)
        cut = _quiet_cut(rest, round(repeat_every_s * RATE)) if repeat_every_s else len(rest)
        clips.append((at / RATE, AudioClip(waveform=rest[:cut], sample_rate=RATE)))
        at, rest = at + cut, rest[cut:]
        if len(rest) == 0:
            return on_timeline(tuple(clips), duration_s=at / RATE)
        at += len(gap)


def resampled(clip: AudioClip) -> Float32Array:
    """Return the waveform at 48 kHz, clipped to [-1, 1]: polyphase, so a whole ratio stays exact."""
    if clip.sample_rate == RATE:
        waveform = clip.waveform
    else:
        ratio = Fraction(RATE, clip.sample_rate)
        waveform = resample_poly(clip.waveform, ratio.numerator, ratio.denominator)
    return np.clip(np.asarray(waveform, dtype=np.float32), -1, 1)


def _quiet_cut(waveform: Float32Array, wanted: int) -> int:
    """Return where to part: the quietest 50 ms within 5 s of the wanted place, or the end if that is nearer."""
    reach, window = 5 * RATE, RATE // 20
    if len(waveform) <= wanted + reach:
        return len(waveform)
    near = waveform[wanted - min(reach, wanted // 2) : wanted + reach]
    blocks = near[: len(near) // window * window].reshape(-1, window)
    quietest = int(np.argmin((blocks * blocks).mean(axis=1)))
    return wanted - min(reach, wanted // 2) + quietest * window + window // 2


def _soft_ends(waveform: Float32Array, rate: int) -> Float32Array:
    length = min(round(_FADE_S * rate), len(waveform) // 2)
    soft = waveform.copy()
    ramp = np.linspace(0, 1, length, endpoint=False, dtype=np.float32)
    soft[:length] *= ramp
    if length:
        soft[-length:] *= ramp[::-1]
    return soft


def _shifted(times: tuple[Timed, ...], by_s: float) -> tuple[Timed, ...]:
    return tuple(replace(t, start_s=t.start_s + by_s, end_s=t.end_s + by_s) for t in times)
