"""Parameters out of an ONNX graph: names, scales, zero points and the order of gates, against onnxruntime itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from pipelines.errors import WeightsError
from pipelines.voice.neural.parameters import named_parameters, read_parameters

RNG = np.random.default_rng(4)


def graph_of(nodes: list[onnx.NodeProto], held: dict[str, np.ndarray]) -> onnx.GraphProto:
    return helper.make_graph(
        nodes,
        "made",
        [],
        [],
        [numpy_helper.from_array(value, name) for name, value in held.items()],
    )


def test_a_weight_is_scaled_with_the_zero_point_that_its_node_names() -> None:
    quantised = RNG.integers(0, 255, (3, 2, 5), dtype=np.uint8)
    node = helper.make_node(
        "ConvInteger", ["x", "/decoder/decoder/encode/w_quantized", "zx", "other_zero"], ["y"],
        name="/decoder/decoder/encode/conv1/Conv_quant",
    )  # fmt: skip
    held = {
        "/decoder/decoder/encode/w_quantized": quantised,
        "/decoder/decoder/encode/w_scale": np.float32(0.5).reshape(()),
        "other_zero": np.uint8(7).reshape(()),
        "decoder.decoder.encode.conv1.bias": np.ones(3, dtype=np.float32),
    }
    found = named_parameters(graph_of([node], held))
    assert found["decoder.encode.conv1.weight"].numpy() == pytest.approx((quantised.astype(float) - 7) * 0.5)
    assert found["decoder.encode.conv1.bias"].tolist() == [1.0, 1.0, 1.0]


def test_a_matrix_is_turned_to_torchs_rows_and_columns_with_a_scale_per_output() -> None:
    quantised = RNG.integers(-127, 127, (4, 3), dtype=np.int8)
    scale = np.array([0.1, 0.2, 0.4], dtype=np.float32)
    node = helper.make_node(
        "MatMulInteger", ["x", "m_quantized", "zx", "z"], ["y"], name="/encoder/bert_encoder/MatMul"
    )
    found = named_parameters(
        graph_of([node], {"m_quantized": quantised, "m_scale": scale, "z": np.zeros(3, dtype=np.int8)})
    )
    assert found["bert_encoder.weight"].numpy() == pytest.approx((quantised * scale).T)


@pytest.mark.parametrize(
    ("node", "module"),
    {
        "a predictor's block": ("/encoder/F0.1/conv1/Conv_quant", "predictor.F0.1.conv1"),
        "a repeated sequence": ("/decoder/decoder/asr_res/asr_res.0/Conv_quant", "decoder.asr_res.0"),
        "a sequence in a list": ("/encoder/text_encoder/cnn.1/cnn.1.0/Conv_quant", "text_encoder.cnn.1.0"),
        "a projection": ("/encoder/N_proj/Conv_quant", "predictor.N_proj"),
    }.values(),
)
def test_a_node_gets_its_modules_name(node: str, module: str) -> None:
    held = {"w": np.ones((1, 1, 1), dtype=np.float32)}
    found = named_parameters(graph_of([helper.make_node("Conv", ["x", "w"], ["y"], name=node)], held))
    assert list(found) == ["w", f"{module}.weight"] or list(found) == [f"{module}.weight", "w"]


def test_a_quantised_lstm_is_torchs_lstm() -> None:
    width, hidden, length = 6, 4, 5
    weights = {
        "w_quantized": RNG.integers(-127, 127, (2, width, 4 * hidden), dtype=np.int8),
        "r_quantized": RNG.integers(-127, 127, (2, hidden, 4 * hidden), dtype=np.int8),
        "b": RNG.normal(size=(2, 8 * hidden)).astype(np.float32),
        "w_scale": np.array([0.004, 0.006], dtype=np.float32),
        "r_scale": np.array([0.005, 0.003], dtype=np.float32),
        "zero": np.zeros(2, dtype=np.int8),
    }
    node = helper.make_node(
        "DynamicQuantizeLSTM",
        ["x", "w_quantized", "r_quantized", "b", "", "", "", "", "w_scale", "zero", "r_scale", "zero"],
        ["y"], name="/encoder/shared/LSTM_quant", domain="com.microsoft", direction="bidirectional", hidden_size=hidden,
    )  # fmt: skip
    graph = graph_of([node], weights)
    graph.input.append(helper.make_tensor_value_info("x", TensorProto.FLOAT, [length, 1, width]))
    graph.output.append(helper.make_tensor_value_info("y", TensorProto.FLOAT, None))
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    reference = ort.InferenceSession(
        helper.make_model(graph, opset_imports=opsets, ir_version=9).SerializeToString(),
        providers=["CPUExecutionProvider"],
    )
    x = RNG.normal(size=(length, 1, width)).astype(np.float32)
    (expected,) = reference.run(["y"], {"x": x})

    lstm = torch.nn.LSTM(width, hidden, bidirectional=True)
    prefix = "predictor.shared."
    found = named_parameters(graph)
    lstm.load_state_dict({name.removeprefix(prefix): each for name, each in found.items() if name.startswith(prefix)})
    with torch.no_grad():
        spoken = lstm(torch.from_numpy(x))[0].numpy()
    both_ways = np.concatenate([expected[:, 0], expected[:, 1]], axis=-1)
    assert np.abs(spoken - both_ways).max() < 0.03  # the session rounds its inputs to 8 bits
    assert np.corrcoef(spoken.ravel(), both_ways.ravel())[0, 1] > 0.999


def test_a_file_that_is_no_onnx_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"no protobuf")
    with pytest.raises(WeightsError, match="sayso models pull kokoro-82m"):
        read_parameters(path)
