from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipelines.avatar.sync import LATE_MAX_S, in_step, lag_of
from pipelines.errors import SyncError
from pipelines.media import AudioClip, Float32Array, MotionTrack

FPS, RATE, SECONDS = 25, 24_000, 6


def syllables(seconds: float = SECONDS, *, seed: int = 3) -> tuple[Float32Array, AudioClip]:
    """Openings of a mouth, (frame,), and a buzz of 700 Hz that is as loud as it is open."""
    rng = np.random.default_rng(seed)
    frames = round(seconds * FPS)
    beats = np.zeros(frames, np.float32)
    beats[np.cumsum(rng.integers(4, 9, frames // 9))[:-1]] = rng.uniform(0.5, 1, frames // 9 - 1)
    opening = np.convolve(beats, np.hanning(6), mode="same").astype(np.float32) * 0.1
    clock = np.arange(round(seconds * RATE)) / RATE
    level = np.interp(clock * FPS - 0.5, np.arange(frames), opening)
    return opening, AudioClip(
        waveform=(level * 5 * np.sin(2 * np.pi * 700 * clock)).astype(np.float32), sample_rate=RATE
    )


def track(jaw: Float32Array) -> MotionTrack:
    rest = np.zeros_like(jaw)
    names = [name for name in MotionTrack.__dataclass_fields__ if name not in ("fps", "jaw", "wide")]
    return MotionTrack(fps=FPS, jaw=jaw, wide=jaw * 2, **dict.fromkeys(names, rest))


@pytest.mark.parametrize("late", [-4, -1, 0, 2, 5])
def test_a_lag_is_measured_to_a_quarter_of_a_frame(late: int) -> None:
    opening, audio = syllables()
    lag = lag_of(np.roll(opening, late), audio, fps=FPS)
    assert lag is not None
    assert lag.is_telling
    assert lag.late_s == pytest.approx(late / FPS, abs=0.25 / FPS)


@pytest.mark.parametrize("late", [-5, -2, 2, 6])
def test_a_mouth_that_is_off_is_moved_and_nothing_else(late: int) -> None:
    opening, audio = syllables()
    off = track(np.roll(opening, late))
    mended, lag = in_step(off, audio)
    assert lag is not None
    assert abs(lag.late_s) <= LATE_MAX_S
    inner = slice(10, -10)
    assert np.corrcoef(mended.jaw[inner], opening[inner])[0, 1] > 0.97
    np.testing.assert_allclose(mended.wide, mended.jaw * 2, atol=1e-6)
    assert mended.blink is off.blink


def test_a_mouth_in_time_is_left_as_it_is() -> None:
    opening, audio = syllables()
    motion = track(opening)
    assert in_step(motion, audio)[0] is motion


def test_what_cannot_be_told_is_not_judged() -> None:
    opening, audio = syllables()
    silence = replace(audio, waveform=np.zeros_like(audio.waveform))
    assert lag_of(np.zeros_like(opening), audio, fps=FPS) is None
    assert lag_of(opening, silence, fps=FPS) is None
    assert lag_of(opening[:40], audio, fps=FPS) is None
    opening, audio = syllables(30)
    other, _ = syllables(30, seed=8)
    motion = track(other)
    mended, lag = in_step(motion, audio)
    assert mended is motion
    assert lag is not None
    assert not lag.is_telling


def test_a_mouth_that_stays_off_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    opening, audio = syllables()
    monkeypatch.setattr("pipelines.avatar.sync._MOUTH", ("wide",))  # a repair that does not reach the jaw
    with pytest.raises(SyncError, match=r"\+1[56]\d ms off the sound, and 40"):
        in_step(track(np.roll(opening, 4)), audio)
