from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.compose.timeline import RATE, on_timeline, pad_speech, resampled, with_notice
from pipelines.errors import InputInvalidError
from pipelines.media import AudioClip, Speech, Timed


def noise(samples: int, rate: int = RATE, seed: int = 0) -> AudioClip:
    waveform = np.random.default_rng(seed).uniform(-0.4, 0.4, samples).astype(np.float32)
    return AudioClip(waveform=waveform, sample_rate=rate)


def speech(samples: int, rate: int = 24000) -> Speech:
    words = (Timed(text="hello", start_s=0.1, end_s=0.4),)
    return Speech(
        audio=noise(samples, rate), text="hello", locale="en-US", voice="x", words=words, phonemes=words, cards=()
    )


@settings(deadline=None, max_examples=40)
@given(
    samples=st.integers(1, 200_000),
    fps=st.sampled_from([24, 25, 30, 50, 60]),
    rate=st.sampled_from([24_000, 22_050, 48_000]),
)
def test_padded_speech_is_a_whole_number_of_frames(samples: int, fps: int, rate: int) -> None:
    padded = pad_speech(speech(samples, rate), fps=fps)
    frames = padded.audio.duration_s * fps
    assert abs(frames - round(frames)) * rate / fps < 1.0  # off by less than a sample
    assert padded.audio.duration_s >= samples / rate + 0.8 - 2 / rate
    lead = round(0.3 * rate)
    assert not padded.audio.waveform[:lead].any()
    assert padded.words[0].start_s == pytest.approx(0.1 + lead / rate)
    assert padded.phonemes[0].end_s == pytest.approx(0.4 + lead / rate)


@settings(deadline=None, max_examples=40)
@given(
    parts=st.lists(st.tuples(st.integers(0, 300_000), st.integers(1, 90_000)), min_size=1, max_size=4),
    tail=st.integers(0, 5000),
)
def test_timeline_is_exact_to_the_sample(parts: list[tuple[int, int]], tail: int) -> None:
    total = max(start + length for start, length in parts) + tail
    expected = np.zeros(total, dtype=np.float32)
    clips = []
    for i, (start, length) in enumerate(parts):
        clip = noise(length, seed=i)
        expected[start : start + length] += clip.waveform
        clips.append((start / RATE, clip))
    mixed = on_timeline(tuple(clips), duration_s=total / RATE)
    assert mixed.sample_rate == RATE
    assert len(mixed.waveform) == total
    np.testing.assert_allclose(mixed.waveform, expected, atol=1e-6)


def test_empty_timeline_is_silence() -> None:
    assert not on_timeline((), duration_s=1.0).waveform.any()


@pytest.mark.parametrize("start_s", [-0.1, 0.6])
def test_sound_outside_the_timeline_is_refused(start_s: float) -> None:
    with pytest.raises(InputInvalidError, match="longer"):
        on_timeline(((start_s, noise(RATE // 2)),), duration_s=1.0)


def test_twenty_seconds_take_well_under_a_second() -> None:
    clip = noise(20 * 24000, rate=24000)
    start = time.perf_counter()
    on_timeline(((0.0, clip),), duration_s=22.0)
    assert time.perf_counter() - start < 1.0


def test_resampling_keeps_a_tone_and_its_length() -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(24000) / 24000).astype(np.float32) * 0.5
    up = resampled(AudioClip(waveform=tone, sample_rate=24000))
    assert len(up) == 48000
    expected = np.sin(2 * np.pi * 440 * np.arange(48000) / 48000) * 0.5
    assert np.abs(up[500:-500] - expected[500:-500]).max() < 0.01


def test_notice_comes_first_and_then_everything() -> None:
    notice, programme = noise(RATE), noise(3 * RATE, seed=1)
    mixed = with_notice(notice, programme, gap_s=0.5)
    assert mixed.duration_s == pytest.approx(4.5)
    np.testing.assert_allclose(mixed.waveform[:RATE], notice.waveform, atol=1e-6)
    np.testing.assert_allclose(mixed.waveform[-3 * RATE :], programme.waveform, atol=1e-6)


def test_notice_repeats_in_a_long_programme_and_cuts_at_a_pause() -> None:
    notice, programme = noise(RATE), noise(30 * RATE, seed=1)
    pause = slice(int(12.0 * RATE), int(12.4 * RATE))
    programme.waveform[pause] = 0
    mixed = with_notice(notice, programme, gap_s=0.5, repeat_every_s=10.0)
    repeats = [
        at
        for at in range(0, len(mixed.waveform) - RATE, RATE // 100)
        if np.array_equal(mixed.waveform[at : at + 1000], notice.waveform[:1000])
    ]
    assert len(repeats) >= 2
    cut = len(np.flatnonzero(mixed.waveform))
    assert cut >= 30 * RATE - (pause.stop - pause.start) + 2 * RATE - 10
