"""Whether lips and sound are together: measured on every take from the sound itself, not from what was planned.

Open vowels have their power between 400 and 1200 Hz, so a mouth's opening follows the power of that band. The lag at
which the two are most alike is how late the lips are. Viewers notice lips that are 45 ms late or 125 ms early at the
soonest (ITU-R BT.1359-1).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import butter, sosfiltfilt

from pipelines.errors import SyncError
from pipelines.media import AudioClip, Float32Array, MotionTrack

LATE_MAX_S: Final = 0.040

_VOWELS_HZ: Final = (400.0, 1200.0)
_REACH_S: Final = 0.32  # a fault of more than this is no lag
_SECONDS_MIN: Final = 2.0  # less speech does not tell
_FIT_MIN: Final = 0.6  # of the best correlation; 27 sentences in nine languages have .64 to .92
_MOUTH: Final = ("jaw", "wide", "upper_lip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """How late the lips are in seconds (early below 0), and the correlation there, -1 to 1."""

    late_s: float
    fit: float

    @property
    def is_telling(self) -> bool:
        """Whether lips and sound are alike enough for the lag to mean anything."""
        return self.fit >= _FIT_MIN


def vowel_power(audio: AudioClip, *, frames: int, fps: int) -> Float32Array:
    """The power of open vowels in each frame, (frame,), on a scale near loudness."""
    band = butter(4, _VOWELS_HZ, "band", fs=audio.sample_rate, output="sos")
    wave = np.asarray(sosfiltfilt(band, audio.waveform.astype(np.float64)))
    total = np.concatenate([[0.0], np.cumsum(wave**2)])
    edges = np.minimum((np.arange(frames + 1) * audio.sample_rate / fps).astype(int), len(wave))
    power = np.diff(total[edges]) * fps / audio.sample_rate
    return np.asarray(gaussian_filter1d(np.maximum(power, 0) ** 0.25, 1.0), dtype=np.float32)


def lag_of(opening: Float32Array, audio: AudioClip, *, fps: int) -> Lag | None:
    """How late a mouth's opening, (frame,), is; None for a mouth that never moves, or too little sound to tell."""
    reach = round(_REACH_S * fps)
    if len(opening) < _SECONDS_MIN * fps + 2 * reach or float(np.std(opening)) < 1e-6:  # noqa: PLR2004 -- shut
        return None
    power = vowel_power(audio, frames=len(opening), fps=fps)
    if float(np.std(power)) < 1e-9:  # noqa: PLR2004 -- silence
        return None
    lags = np.arange(-reach, reach + 1)
    inner = slice(reach, len(opening) - reach)
    fits = [float(np.corrcoef(np.roll(opening, -int(lag))[inner], power[inner])[0, 1]) for lag in lags]
    top = int(np.clip(np.argmax(fits), 1, len(fits) - 2))
    before, here, after = fits[top - 1 : top + 2]
    bend = before - 2 * here + after
    between = 0.5 * (before - after) / bend if bend < 0 else 0.0  # the top of a parabola through the three
    return Lag(late_s=float(lags[top] + np.clip(between, -1, 1)) / fps, fit=here)


def in_step(motion: MotionTrack, audio: AudioClip) -> tuple[MotionTrack, Lag | None]:
    """The motion with its mouth on time, and how late it is now; None where that cannot be told.

    A mouth that is off by more than 40 ms is moved by what it is off.

    Raises:
        SyncError: it is off all the same.
    """
    lag = lag_of(motion.jaw, audio, fps=motion.fps)
    if lag is None or not lag.is_telling or abs(lag.late_s) <= LATE_MAX_S:
        return motion, lag
    at = np.arange(motion.frame_count, dtype=np.float64)
    moved = {
        name: np.interp(at + lag.late_s * motion.fps, at, getattr(motion, name)).astype(np.float32) for name in _MOUTH
    }
    repaired = dataclasses.replace(motion, **moved)
    left = lag_of(repaired.jaw, audio, fps=motion.fps)
    if left is None or abs(left.late_s) > LATE_MAX_S:
        raise SyncError(
            f"the lips are {1000 * lag.late_s:+.0f} ms off the sound, and {1000 * LATE_MAX_S:.0f} are the most; moving "
            "them did not help. Produce the take again with another seed"
        )
    return repaired, left
