"""Passages: where a clip is cut, and what is heard in it."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.signal import resample_poly

from pipelines.errors import CancelledError, InputInvalidError
from pipelines.media import AudioClip
from pipelines.speech import passages
from pipelines.speech.passages import PASSAGE_S_MAX, PassageListener, stretches

RATE = 16_000


class Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def folder(self, card_id: str) -> Path:
        return self._root / card_id


@pytest.fixture(scope="module")
def listener(weights_home: Path) -> PassageListener:
    return PassageListener(Folder(weights_home))


@pytest.fixture(scope="module")
def clip(shared_media: Path) -> AudioClip:
    waveform, rate = soundfile.read(shared_media / "speech" / "jfk.flac", dtype="float32")
    assert rate == 44_100
    return AudioClip(waveform=resample_poly(waveform.mean(axis=1), 160, 441).astype(np.float32), sample_rate=RATE)


def test_a_short_clip_is_one_stretch() -> None:
    assert stretches(AudioClip(waveform=np.ones(RATE, np.float32), sample_rate=RATE)) == ((0.0, 1.0),)


def test_a_long_clip_is_cut_where_it_is_quiet() -> None:
    sound = np.ones(40 * RATE, np.float32)
    sound[22 * RATE : round(22.6 * RATE)] = 0

    first, second = stretches(AudioClip(waveform=sound, sample_rate=RATE))

    assert 22.0 <= first[1] <= 22.6
    assert first[1] == second[0]
    assert second[1] == 40.0


def test_no_stretch_is_too_long_and_none_is_lost() -> None:
    noise = np.random.default_rng(1).standard_normal(95 * RATE).astype(np.float32)

    found = stretches(AudioClip(waveform=noise, sample_rate=RATE))

    assert found[0][0] == 0.0
    assert found[-1][1] == 95.0
    assert all(a[1] == b[0] for a, b in itertools.pairwise(found))
    assert all(end - start <= PASSAGE_S_MAX for start, end in found)


@pytest.mark.weights
def test_words_and_language_are_heard(listener: PassageListener, clip: AudioClip) -> None:
    (passage,) = listener.listen(clip)

    assert "what your country can do for you" in passage.text
    assert passage.language == "en"
    assert passage.share("en") > 0.9
    assert passage.share("en", "fr") >= passage.share("en")


@pytest.mark.weights
def test_more_words_than_the_net_has_room_for_are_heard_in_halves(
    listener: PassageListener, clip: AudioClip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passages, "_CONTEXT", 32)
    monkeypatch.setattr(passages, "_TOKENS_MAX", 16)
    (passage,) = listener.listen(clip)
    assert "my fellow Americans" in passage.text
    assert "what you can do for your country" in passage.text
    assert (passage.start_s, passage.end_s) == (0.0, clip.duration_s)


@pytest.mark.weights
def test_another_rate_is_refused(listener: PassageListener) -> None:
    with pytest.raises(InputInvalidError, match="24000 Hz"):
        listener.listen(AudioClip(waveform=np.zeros(100, np.float32), sample_rate=24_000))


@pytest.mark.weights
def test_a_language_that_the_net_does_not_know_is_refused(listener: PassageListener, clip: AudioClip) -> None:
    with pytest.raises(InputInvalidError, match="'xx'"):
        listener.listen(clip, language="xx")


@pytest.mark.weights
def test_cancelling_stops_before_a_passage(listener: PassageListener, clip: AudioClip) -> None:
    def stop() -> None:
        raise CancelledError("stop")

    with pytest.raises(CancelledError):
        listener.listen(clip, cancel=stop)
