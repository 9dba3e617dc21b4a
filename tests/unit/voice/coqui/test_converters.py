"""OpenVoice v2, kNN-VC and FreeVC: their real loading and inference code, on nets of random numbers."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from consent.grant import Grant, Sha256Hex
from pipelines.errors import CancelledError, InputInvalidError, WeightsError
from pipelines.media import AudioClip, Speech
from pipelines.voice.conversion.converters import CONVERTERS, TargetRecording, VoiceConverter, open_converter
from tests.unit.voice.coqui.conftest import Folder, clock, hum

A = Sha256Hex("a" * 64)
TEXT = "Guten Tag."
BASE = Speech(
    audio=hum(1.0, hertz=120), text=TEXT, locale="de-DE", voice="kokoro:jm_kumo", words=(), phonemes=(),
    cards=("kokoro-82m",),
)  # fmt: skip
LOW = TargetRecording(audio=hum(3.5, hertz=150, rate=16_000), sha256=A)
HIGH = TargetRecording(audio=hum(3.5, hertz=260, rate=48_000), sha256=A)


@pytest.fixture(scope="module", params=CONVERTERS)
def converter(request: pytest.FixtureRequest, tiny: Path) -> VoiceConverter:
    return open_converter(request.param, Folder(tiny), clock=clock)


def test_any_base_voice_is_converted_and_says_whose_recordings_it_follows(
    converter: VoiceConverter, grant_for: Callable[..., Grant]
) -> None:
    grant = grant_for(TEXT, "de-DE", assets=frozenset({A}))
    low, again, high = (converter.convert(BASE, targets=[target], grant=grant, seed=1) for target in (LOW, LOW, HIGH))
    assert low.voice.startswith(f"{converter.converter_id}:")
    assert low.cards == ("kokoro-82m", *converter.cards)
    assert (low.audio.sample_rate, low.audio.duration_s) == (24_000, 1.0)
    assert np.array_equal(low.audio.waveform, again.audio.waveform)
    assert not np.array_equal(low.audio.waveform, high.audio.waveform)


def test_it_stops_before_weights_load_when_it_is_told_to(grant_for: Callable[..., Grant]) -> None:
    def stop() -> None:
        raise CancelledError("stopped")

    for name in CONVERTERS:
        grant = grant_for(TEXT, "de-DE", assets=frozenset({A}))
        with pytest.raises(CancelledError):
            open_converter(name, Folder(None), clock=clock).convert(
                BASE, targets=[LOW], grant=grant, seed=1, cancel=stop
            )


def test_one_silent_recording_among_others_does_no_harm(tiny: Path, grant_for: Callable[..., Grant]) -> None:
    silence = TargetRecording(audio=AudioClip(waveform=np.zeros(8_000, np.float32), sample_rate=16_000), sha256=A)
    grant = grant_for(TEXT, "de-DE", assets=frozenset({A}))
    knnvc = open_converter("knnvc", Folder(tiny), clock=clock)
    assert knnvc.convert(BASE, targets=[silence, LOW], grant=grant, seed=1).audio.duration_s == 1.0


def test_recordings_without_speech_are_refused(tiny: Path, grant_for: Callable[..., Grant]) -> None:
    silence = TargetRecording(audio=hum(4.0, hertz=100), sha256=A)
    silence.audio.waveform[:] = 0
    grant = grant_for(TEXT, "de-DE", assets=frozenset({A}))
    with pytest.raises(InputInvalidError, match="too little speech"):
        open_converter("knnvc", Folder(tiny), clock=clock).convert(BASE, targets=[silence], grant=grant, seed=1)


@pytest.mark.parametrize(
    ("name", "card", "file"),
    [("openvoice-v2", "openvoice-v2", "checkpoint.pth"), ("freevc24", "freevc24", "model.pth"),
     ("knnvc", "knnvc-vocoder", "model.pth"), ("freevc24", "wavlm-large", "WavLM-Large.pt")],
)  # fmt: skip
def test_a_damaged_or_missing_card_is_refused(
    tiny: Path, tmp_path: Path, grant_for: Callable[..., Grant], name: str, card: str, file: str
) -> None:
    for needed in CONVERTERS[name].cards:
        (tmp_path / needed).mkdir()
        for path in (tiny / needed).iterdir():
            (tmp_path / needed / path.name).symlink_to(path)
    grant = grant_for(TEXT, "de-DE", assets=frozenset({A}))
    spoilt = tmp_path / card / file
    spoilt.unlink()
    with pytest.raises(WeightsError, match=f"sayso models pull {card}"):
        open_converter(name, Folder(tmp_path), clock=clock).convert(BASE, targets=[LOW], grant=grant, seed=1)
    torch.save({"model": {"a": torch.ones(1)}, "cfg": {}}, spoilt)
    with pytest.raises(WeightsError, match="cannot be opened"):
        open_converter(name, Folder(tmp_path), clock=clock).convert(BASE, targets=[LOW], grant=grant, seed=1)


def test_a_freevc_that_wants_a_net_from_the_web_is_refused(
    tiny: Path, tmp_path: Path, grant_for: Callable[..., Grant]
) -> None:
    shutil.copytree(tiny / "freevc24", tmp_path / "freevc24")
    config = tmp_path / "freevc24" / "config.json"
    config.write_text(config.read_text().replace('"use_spk": false', '"use_spk": true'))
    grant = grant_for(TEXT, "de-DE", assets=frozenset({A}))
    with pytest.raises(WeightsError, match="speaker encoder from the web"):
        open_converter("freevc24", Folder(tmp_path), clock=clock).convert(BASE, targets=[LOW], grant=grant, seed=1)
