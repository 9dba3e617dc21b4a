"""Peaks, echo and band, on real speech that was spoiled by known amounts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.signal import fftconvolve, resample_poly

from pipelines.media import Float32Array
from pipelines.voice.recordings.acoustics import band_db, crowding, decay_s


@pytest.fixture(scope="module")
def dry(shared_media: Path) -> Float32Array:
    waveform, _ = soundfile.read(min((shared_media / "speech" / "librispeech").glob("2033*.flac")), stop=96_000)
    return np.asarray(waveform, dtype=np.float32)


def in_room(dry: Float32Array, seconds: float) -> Float32Array:
    count = round(16_000 * seconds)
    back = np.random.default_rng(0).standard_normal(count) * np.exp(-6.9 * np.arange(count) / 16_000 / seconds)
    back /= np.sqrt(np.sum(back**2))
    back[0] = 1
    return np.asarray(fftconvolve(dry, back)[: len(dry)], dtype=np.float32)


def test_a_longer_echo_is_a_longer_decay(dry: Float32Array) -> None:
    found = [decay_s(dry), *(decay_s(in_room(dry, seconds)) for seconds in (0.3, 0.6, 1.2))]
    assert all(one is not None for one in found)
    assert found == sorted(found, key=lambda one: one or 0.0)
    assert (found[0] or 1) < 0.25
    assert (found[2] or 0) > 0.35


def test_a_click_alone_says_nothing_of_the_room() -> None:
    click = np.zeros(16_000, np.float32)
    click[8000] = 1
    assert decay_s(click) is None
    assert decay_s(click[:100]) is None


def test_cut_off_peaks_crowd_at_the_top_at_any_gain(dry: Float32Array) -> None:
    limit = float(np.quantile(np.abs(dry), 0.99))
    flattened = np.clip(dry, -limit, limit)
    assert crowding(dry) < 0.03
    assert crowding(flattened) > 0.15
    assert crowding(flattened * 0.1) == pytest.approx(crowding(flattened), abs=0.01)
    assert crowding(np.zeros(100, np.float32)) == 0


def test_a_telephone_has_no_sharp_sounds(dry: Float32Array) -> None:
    narrow = resample_poly(resample_poly(dry, 1, 2), 2, 1).astype(np.float32)
    assert band_db(dry) > -25
    assert band_db(narrow) < band_db(dry) - 15
