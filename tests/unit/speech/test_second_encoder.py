"""The second opinion on who speaks: its front end and how it sums up, through a small net of our own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from pipelines.errors import WeightsError
from pipelines.media import AudioClip, Float32Array
from pipelines.speech.second_encoder import FILE, LOOK_FRAMES, SecondEncoder

RATE = 16_000


class Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, _card_id: str, file: str) -> Path:
        return self._root / file


@pytest.fixture
def encoder(tmp_path: Path) -> SecondEncoder:
    """A net that says the mean frame of each look."""
    node = helper.make_node("ReduceMean", ["mel_window", "axes"], ["dvec"], keepdims=0)
    graph = helper.make_graph(
        [node],
        "mean",
        [helper.make_tensor_value_info("mel_window", TensorProto.FLOAT, ["n", LOOK_FRAMES, 40])],
        [helper.make_tensor_value_info("dvec", TensorProto.FLOAT, ["n", 40])],
        [helper.make_tensor("axes", TensorProto.INT64, [1], [1])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    onnx.save(model, str(tmp_path / FILE))
    return SecondEncoder(Folder(tmp_path))


def tone(hertz: float, seconds: float) -> AudioClip:
    at = np.arange(int(seconds * RATE)) / RATE
    return AudioClip(waveform=(0.5 * np.sin(2 * np.pi * hertz * at)).astype(np.float32), sample_rate=RATE)


def likeness(a: Float32Array, b: Float32Array) -> float:
    return float(a @ b)


def test_a_voice_has_length_one_and_is_like_itself(encoder: SecondEncoder) -> None:
    low, high = encoder.embed(tone(300, 3)), encoder.embed(tone(3000, 3))
    assert np.linalg.norm(low) == pytest.approx(1, abs=1e-5)
    assert likeness(low, encoder.embed(tone(300, 5))) > 0.999
    assert likeness(low, high) < 0.98


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.3])
def test_a_recording_shorter_than_a_look_is_filled_up(encoder: SecondEncoder, seconds: float) -> None:
    assert np.isfinite(encoder.embed(tone(300, seconds))).all()


def test_a_file_that_is_no_net_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no net")
    with pytest.raises(WeightsError, match="run: sayso models verify"):
        SecondEncoder(Folder(tmp_path))
