"""coqui-tts comes in without torchaudio's compiled part, without pickles and without talk."""

from __future__ import annotations

import io
import logging
import warnings
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipelines.errors import WeightsError
from pipelines.speech.torchaudio_loading import read_sound
from pipelines.voice.coqui.importing import coqui_api, quietly


def test_the_api_of_coqui_is_there() -> None:
    api = coqui_api()
    assert {"TTS", "Synthesizer"} <= set(dir(api))


def test_a_coqui_that_would_unpickle_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    coqui_api()
    monkeypatch.setattr("trainer.io._WEIGHTS_ONLY", False)
    with pytest.raises(WeightsError, match="would unpickle"):
        coqui_api()


def test_its_warnings_and_log_lines_stay_inside(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("TTS.utils.synthesizer")
    before = logging.getLogger("TTS").level
    with quietly():
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        logger.warning("the script of a take")
    assert caplog.records == []
    assert logging.getLogger("TTS").level == before


@pytest.mark.parametrize("in_memory", [True, False], ids=["from memory", "from a file"])
def test_sound_is_read_as_torchaudio_reads_it(tmp_path: Path, *, in_memory: bool) -> None:
    stereo = np.linspace(-0.5, 0.5, 200, dtype=np.float32).reshape(100, 2)
    held = io.BytesIO()
    soundfile.write(held, stereo, 16_000, format="WAV", subtype="FLOAT")
    (tmp_path / "a.wav").write_bytes(held.getvalue())
    held.seek(0)
    samples, rate = read_sound(held if in_memory else str(tmp_path / "a.wav"), frame_offset=10, num_frames=20)
    assert (tuple(samples.shape), rate) == ((2, 20), 16_000)
    assert np.allclose(samples.numpy().T, stereo[10:30])
    held.seek(0)
    assert tuple(read_sound(held, channels_first=False)[0].shape) == (100, 2)
