"""A dubbed voice over the original's music and effects: the stem keeps its level, and steps back under the voice."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.signal import resample_poly

from pipelines.errors import InputInvalidError
from pipelines.media import AudioClip, Float32Array
from pipelines.voice.loudness import integrated_lufs, normalise

UNDER_LU: Final = 12.0  # the stem below the voice while it speaks; EBU Tech 3343 counsels 7 to 15 for speech over music
_HOLD_S: Final = 0.6  # the stem stays back over shorter pauses
_RAMP_S: Final = 0.25
_VOICE_DB: Final = -40.0  # against the voice's peak
_SILENT: Final = 1e-5


def with_stem(voice: AudioClip, stem: AudioClip) -> AudioClip:
    """Return voice and stem as one clip at the voice's rate and the studio's loudness, as long as the longer one.

    Raises:
        InputInvalidError: The stem is silent or far shorter than the voice: it belongs to another recording.
    """
    music = _at_rate(stem, voice.sample_rate)
    if not len(music) or float(np.abs(music).max()) < _SILENT:
        raise InputInvalidError("the stem of music and effects is silent; leave it out or give another file")
    if stem.duration_s < 0.5 * voice.duration_s:
        raise InputInvalidError(
            f"the stem lasts {stem.duration_s:.1f} s and the voice {voice.duration_s:.1f} s; give the stem of this "
            "recording, from its start"
        )
    length = max(len(voice.waveform), len(music))
    said = np.pad(voice.waveform, (0, length - len(voice.waveform)))
    music = np.pad(music, (0, length - len(music)))
    too_loud = integrated_lufs(music, voice.sample_rate) - (integrated_lufs(said, voice.sample_rate) - UNDER_LU)
    back = 10 ** (-max(0.0, too_loud) / 20)
    gain = 1.0 - (1.0 - back) * _speaking(said, voice.sample_rate)
    mixed = np.asarray(said + music * gain, dtype=np.float32)
    return AudioClip(waveform=normalise(mixed, voice.sample_rate), sample_rate=voice.sample_rate)


def _speaking(voice: Float32Array, rate: int) -> Float32Array:
    """How much somebody speaks, 0 to 1, with ramps and without gaps at short pauses."""
    loud = np.abs(voice) > float(np.abs(voice).max(initial=0.0)) * 10 ** (_VOICE_DB / 20)
    held = maximum_filter1d(loud.astype(np.float32), size=round(_HOLD_S * rate) | 1)
    return np.asarray(uniform_filter1d(held, size=round(_RAMP_S * rate) | 1), dtype=np.float32)


def _at_rate(clip: AudioClip, rate: int) -> Float32Array:
    common = np.gcd(clip.sample_rate, rate)
    return np.asarray(resample_poly(clip.waveform, rate // common, clip.sample_rate // common), dtype=np.float32)
