"""From a recording to a table: where it is said, and what."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.signal import resample_poly

from pipelines.errors import InputInvalidError
from pipelines.media import AudioClip
from pipelines.speech.passages import PassageListener
from pipelines.voice.dubbing.listening import listen_for_dub, spoken_spans

RATE = 16_000


class Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def folder(self, card_id: str) -> Path:
        return self._root / card_id


@pytest.fixture(scope="module")
def recording(shared_media: Path) -> AudioClip:
    """Two sentences with two seconds between, a second before and after."""
    parts = [np.zeros(RATE, np.float32)]
    for name, quiet_s in (("LJ001-0002", 2), ("LJ001-0008", 1)):
        waveform, rate = soundfile.read(shared_media / "speech" / "ljspeech" / f"{name}.wav", dtype="float32")
        assert rate == 22_050
        parts += [resample_poly(waveform, 320, 441).astype(np.float32), np.zeros(quiet_s * RATE, np.float32)]
    return AudioClip(waveform=np.concatenate(parts), sample_rate=RATE)


def test_speech_is_found_where_it_is(recording: AudioClip) -> None:
    first, second = spoken_spans(recording)

    assert first[0] == pytest.approx(1.0, abs=0.1)
    assert second[0] - first[1] == pytest.approx(2.0, abs=0.3)
    assert second[1] == pytest.approx(recording.duration_s - 1.0, abs=0.2)


@pytest.mark.weights
def test_each_stretch_is_a_line_with_its_words(recording: AudioClip, weights_home: Path) -> None:
    shares: list[float] = []
    table = listen_for_dub(recording, PassageListener(Folder(weights_home)), progress=shares.append)

    assert table.language == "en"
    assert table.duration_s == pytest.approx(recording.duration_s)
    assert len(table.segments) == 2
    assert "comparatively modern" in table.segments[0].text
    assert shares[-1] == 1.0


def test_silence_is_refused(weights_home: Path) -> None:
    nothing = AudioClip(waveform=np.zeros(3 * RATE, np.float32), sample_rate=RATE)

    with pytest.raises(InputInvalidError, match="nobody speaks"):
        listen_for_dub(nothing, PassageListener(Folder(weights_home)))


def test_another_rate_is_refused() -> None:
    with pytest.raises(InputInvalidError, match="24000 Hz"):
        spoken_spans(AudioClip(waveform=np.zeros(100, np.float32), sample_rate=24_000))
