"""What is kept of a recording, and in which pieces."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.media import AudioClip
from pipelines.voice.recordings.trimming import spoken_part, stretches

RATE = 16_000


def counting(duration_s: float) -> AudioClip:
    """Samples that say where they were."""
    return AudioClip(waveform=np.arange(round(duration_s * RATE), dtype=np.float32), sample_rate=RATE)


def test_silence_around_speech_goes_and_short_pauses_stay() -> None:
    kept = spoken_part(counting(10), ((2.0, 3.0), (3.5, 5.0)))
    assert kept.waveform[0] == round(1.75 * RATE)
    assert kept.duration_s == pytest.approx(3.5)


def test_a_long_pause_is_shortened() -> None:
    kept = spoken_part(counting(10), ((1.0, 2.0), (6.0, 7.0)))
    assert kept.duration_s == pytest.approx(0.25 + 1 + 0.8 + 1 + 0.25, abs=0.01)
    assert spoken_part(counting(2), ((0.0, 2.0),)).duration_s == 2


def test_pieces_hold_all_speech_once_and_know_where_they_begin() -> None:
    named = [("a", counting(5), ((0.0, 4.0),)), ("b", counting(9), ((0.0, 1.0), (2.0, 8.0))), ("c", counting(3), ())]
    made = list(stretches(named, of_s=3.0))
    assert [name for name, _ in made] == ["a", "a", "b"]
    assert [round(clip.duration_s, 2) for _, clip in made] == [3.0, 3.0, 5.0]
    assert [name for name, _ in stretches(named[:1], of_s=6.0)] == ["a"]
    assert list(stretches([], of_s=6.0)) == []
