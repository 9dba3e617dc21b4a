"""The parameters of the published ONNX file as named torch tensors.

The file holds int8 weights with a scale and a zero point (onnxruntime's dynamic quantisation), under names that the
optimiser made up. Here they get back the names that the makers' own modules have (hexgrad/kokoro 0.9.4, Apache-2.0),
as float32: ``(quantised - zero_point) * scale``. Weight norm and the batch of one are already folded in the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

from pipelines.errors import WeightsError

_WEIGHTED = frozenset({"Conv", "ConvInteger", "ConvTranspose", "MatMul", "MatMulInteger", "DynamicQuantizeLSTM"})
_MATRICES = frozenset({"MatMul", "MatMulInteger"})
_QUANTISED = "_quantized"
_INITIALISER_ROOTS = (("decoder.decoder.", "decoder."), ("encoder.", ""))
_GATES_ONNX, _GATES_TORCH = "iofc", "ifco"  # both orders of an LSTM's gates; torch calls c "g"

# Where the exporter gave a node another path than the module that made it.
_NODE_ROOTS = (
    (re.compile(r"^/decoder/decoder/"), "decoder/"),
    (re.compile(r"^/encoder/(?=(F0|N|F0_proj|N_proj|shared|lstm)[./])"), "predictor/"),
    (re.compile(r"^/encoder/"), ""),
)


def read_parameters(model: Path) -> dict[str, torch.Tensor]:
    """Read every parameter of the net, float32, under its module's name (``decoder.encode.conv1.weight``).

    Raises:
        WeightsError: The file is not a readable ONNX file.
    """
    try:
        graph = onnx.load(str(model)).graph
    except Exception as e:  # protobuf's own error types differ between its builds
        raise WeightsError(f"{model} is not a readable ONNX file; run `sayso models pull kokoro-82m`") from e
    return named_parameters(graph)


def named_parameters(graph: onnx.GraphProto) -> dict[str, torch.Tensor]:
    """Name and dequantise the parameters of a graph; see ``read_parameters``."""
    held = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    found: dict[str, NDArray[np.float32]] = {}
    for node in graph.node:
        if node.op_type == "DynamicQuantizeLSTM":
            found.update(_lstm(_module(node.name), node, held))
        elif node.op_type in _WEIGHTED and len(node.input) > 1 and node.input[1] in held:
            weight = _weight(node, held)
            if weight is not None:
                found.setdefault(f"{_module(node.name)}.weight", weight)
        elif node.op_type == "DequantizeLinear" and (table := _table(node, held)) is not None:
            found.setdefault(*table)
    for name, value in held.items():
        if value.dtype == np.float32 and "::" not in name and not name.startswith("/") and value.ndim:
            found.setdefault(_initialiser(name), value)
    return {name: torch.from_numpy(np.array(value, dtype=np.float32)) for name, value in found.items()}


def _initialiser(name: str) -> str:
    for root, plain in _INITIALISER_ROOTS:
        if name.startswith(root):
            return plain + name.removeprefix(root)
    return name


def _module(node: str) -> str:
    """Turn "/encoder/F0.1/conv1/Conv_quant" into "predictor.F0.1.conv1"."""
    for pattern, root in _NODE_ROOTS:
        node, changed = pattern.subn(root, node)
        if changed:
            break
    parts = node.split("/")[:-1]
    if len(parts) > 1 and re.match(rf"^{re.escape(parts[-2])}\.\d+$", parts[-1]):  # asr_res/asr_res.0
        del parts[-2]
    if len(parts) > 1 and re.match(r"^cnn\.\d$", parts[-2]):  # cnn.1/cnn.1.0
        del parts[-2]
    return ".".join(parts)


def _weight(node: onnx.NodeProto, held: Mapping[str, NDArray[np.generic]]) -> NDArray[np.float32] | None:
    name = node.input[1]
    value = held[name]
    if value.ndim < 2:  # a constant in the arithmetic, no weight  # noqa: PLR2004 -- matrices have two axes
        return None
    if name.endswith(_QUANTISED):
        scale = held[name.removesuffix(_QUANTISED) + "_scale"].astype(np.float32)
        zero = held[node.input[3]].astype(np.float32)  # nodes share equal zero points, so only the node knows its own
        value = (value.astype(np.float32) - zero) * scale
    return np.asarray(value.T if node.op_type in _MATRICES else value, dtype=np.float32)


def _table(node: onnx.NodeProto, held: Mapping[str, NDArray[np.generic]]) -> tuple[str, NDArray[np.float32]] | None:
    """Dequantise an embedding table; its node dequantises the rows that were gathered."""
    scale_name, zero_name = node.input[1], node.input[2]
    stem = scale_name.removesuffix("_scale")
    if stem + _QUANTISED not in held:
        return None
    rows = held[stem + _QUANTISED].astype(np.float32)
    table = (rows - held[zero_name].astype(np.float32)) * held[scale_name].astype(np.float32)
    return _initialiser(stem), table.astype(np.float32)


def _lstm(module: str, node: onnx.NodeProto, held: Mapping[str, NDArray[np.generic]]) -> dict[str, NDArray[np.float32]]:
    """Turn the operator's (direction, in, 4 x hidden) weights into torch's (4 x hidden, in), gates reordered."""
    inputs, recurrent, bias = (held[node.input[at]] for at in (1, 2, 3))
    scales = held[node.input[8]], held[node.input[10]]
    zeros = held[node.input[9]], held[node.input[11]]
    found: dict[str, NDArray[np.float32]] = {}
    for at, suffix in enumerate(("", "_reverse")):
        for kind, weights, scale, zero in zip(("ih", "hh"), (inputs, recurrent), scales, zeros, strict=True):
            plain = (weights[at].astype(np.float32) - np.float32(zero[at])) * np.float32(scale[at])
            found[f"{module}.weight_{kind}_l0{suffix}"] = _regated(plain.T)
        for kind, half in zip(("ih", "hh"), np.split(bias[at].astype(np.float32), 2), strict=True):
            found[f"{module}.bias_{kind}_l0{suffix}"] = _regated(half)
    return found


def _regated(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    gates = dict(zip(_GATES_ONNX, np.split(rows, len(_GATES_ONNX)), strict=True))
    return np.concatenate([gates[gate] for gate in _GATES_TORCH])
