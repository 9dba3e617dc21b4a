"""DNSMOS: the makers' numbers, and that they fall when the sound gets worse."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipelines.errors import InputInvalidError, WeightsError
from pipelines.media import AudioClip
from pipelines.speech.opinion import OpinionJudge

pytestmark = pytest.mark.weights
CLIP = "librispeech/1688-142285-0001.flac"
MAKERS = {"ovrl_mos": 3.19264, "sig_mos": 3.52115, "bak_mos": 3.95574}


class Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, card_id: str, file: str) -> Path:
        return self._root / card_id / file


@pytest.fixture(scope="module")
def judge(weights_home: Path) -> OpinionJudge:
    return OpinionJudge(Folder(weights_home))


@pytest.fixture(scope="module")
def clip(shared_media: Path) -> AudioClip:
    waveform, rate = soundfile.read(shared_media / "speech" / CLIP, dtype="float32")
    assert rate == 16_000
    return AudioClip(waveform=waveform, sample_rate=rate)


def test_the_numbers_are_the_makers(judge: OpinionJudge, clip: AudioClip) -> None:
    """Made once with speechmos 0.0.1.1: `dnsmos.run(clip, 16000)` on CLIP."""
    found = judge.judge(clip)

    assert found.overall == pytest.approx(MAKERS["ovrl_mos"], abs=0.001)
    assert found.signal == pytest.approx(MAKERS["sig_mos"], abs=0.001)
    assert found.background == pytest.approx(MAKERS["bak_mos"], abs=0.001)


def test_noise_lowers_it(judge: OpinionJudge, clip: AudioClip) -> None:
    noise = 0.1 * np.random.default_rng(1).standard_normal(len(clip.waveform)).astype(np.float32)
    noisy = AudioClip(waveform=clip.waveform + noise, sample_rate=clip.sample_rate)

    assert judge.judge(noisy).background < judge.judge(clip).background - 0.5


def test_a_short_clip_is_repeated(judge: OpinionJudge, clip: AudioClip) -> None:
    word = AudioClip(waveform=clip.waveform[8_000:24_000], sample_rate=clip.sample_rate)

    assert 1.0 <= judge.judge(word).overall <= 5.0


WRONG = {
    "another rate": AudioClip(waveform=np.zeros(100, np.float32), sample_rate=24_000),
    "nothing": AudioClip(waveform=np.zeros(0, np.float32), sample_rate=16_000),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_cannot_be_judged_is_refused(judge: OpinionJudge, wrong: AudioClip) -> None:
    with pytest.raises(InputInvalidError, match="16000 Hz"):
        judge.judge(wrong)


def test_a_damaged_net_is_named(tmp_path: Path) -> None:
    (tmp_path / "dnsmos").mkdir()
    (tmp_path / "dnsmos" / "sig_bak_ovr.onnx").write_bytes(b"no net")

    with pytest.raises(WeightsError, match="sayso models pull dnsmos"):
        OpinionJudge(Folder(tmp_path))
