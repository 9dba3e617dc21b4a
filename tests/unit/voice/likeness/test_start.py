"""The stock voice that a fit starts from."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.speech.stock import StockVoice
from pipelines.voice.likeness.start import nearest_voices

PERSON = np.array([1.0, 0.0], dtype=np.float32)


def voice(name: str, likeness: float, pitch_hz: float) -> StockVoice:
    embedding = np.array([likeness, np.sqrt(1 - likeness**2)], dtype=np.float32)
    return StockVoice(name=name, embedding=embedding, pitch_hz=pitch_hz)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        pytest.param(voice("af_heart", 0.7, 200), voice("af_sarah", 0.6, 200), id="alike"),
        pytest.param(voice("bf_emma", 0.67, 180), voice("bm_fable", 0.75, 100), id="at their pitch"),
        pytest.param(voice("af_heart", 0.68, 200), voice("zf_xiaobei", 0.7, 200), id="of their language"),
    ],
)
def test_the_better_start_comes_first(better: StockVoice, worse: StockVoice) -> None:
    assert nearest_voices(PERSON, (worse, better), pitch_hz=200, language="en-GB") == [better.name, worse.name]


def test_nobody_starts_from_a_whisper() -> None:
    whisper, other = voice("af_nicole", 0.9, 200), voice("am_adam", 0.1, 100)
    assert nearest_voices(PERSON, (whisper, other), pitch_hz=200, language="en") == ["am_adam"]
