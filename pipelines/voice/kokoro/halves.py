"""The published Kokoro graph, cut in two where a voice can be changed.

Nodes and weights are taken over as they are; new are only the seam, and an addend behind each norm's projection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from pipelines.errors import WeightsError
from pipelines.media import Float32Array

_TEXT: Final = "/encoder/MatMul_1_output_0"
_DURATIONS: Final = "/encoder/Clip_output_0"
_TIMBRE: Final = "/decoder/Slice_output_0"
_PITCH_READER: Final = "/decoder/decoder/Unsqueeze"
_ENERGY_READER: Final = "/decoder/decoder/Unsqueeze_1"
_SHIFTS: Final = "shifts"
_NORM: Final = re.compile(r"^/decoder/decoder/(.+/(?:adain[12]\.\d|norm[12]))/Unsqueeze$")
_NORMS: Final = 58


@dataclass(slots=True, kw_only=True)
class Halves:
    """Two models and the names at their seam.

    ``names`` are the norms, sorted; ``sizes`` how many numbers each takes; ``projections`` their (size, 128) matrices.
    """

    first: onnx.ModelProto
    second: onnx.ModelProto
    f0: str
    energy: str
    names: tuple[str, ...]
    sizes: tuple[int, ...]
    projections: tuple[Float32Array, ...]
    text: str = _TEXT
    durations: str = _DURATIONS
    timbre: str = _TIMBRE
    shifts: str = _SHIFTS

    def forget_models(self) -> None:
        """Let go of both models, once sessions hold them."""
        self.first = onnx.ModelProto()
        self.second = onnx.ModelProto()


def cut(model: onnx.ModelProto) -> Halves:
    """Cut the graph.

    Raises:
        WeightsError: It is another graph than the published one.
    """
    nodes = {node.name: node for node in model.graph.node}
    made = {name for node in model.graph.node for name in node.output}
    absent = {_PITCH_READER, _ENERGY_READER} - nodes.keys() | {_TEXT, _DURATIONS, _TIMBRE} - made
    norms = {found[1].replace("/", "."): node for name, node in nodes.items() if (found := _NORM.match(name))}
    if absent or len(norms) != _NORMS:
        raise WeightsError(
            f"the model is not Kokoro-82M as we know it ({sorted(absent)[:1] or len(norms)}); "
            "run `sayso models pull kokoro-82m`"
        )
    f0, energy = nodes[_PITCH_READER].input[0], nodes[_ENERGY_READER].input[0]
    names = tuple(sorted(norms))
    projected = {name: norms[name].input[0] for name in names}
    weights = _projections(model.graph, projected)
    second = _part(model, given=(_TEXT, f0, energy, _TIMBRE), wanted=("audio",))
    _add_shifts(second.graph, [projected[name] for name in names], [len(weights[name]) for name in names])
    return Halves(
        first=_part(model, given=("tokens", "style", "speed"), wanted=(_TEXT, f0, energy, _DURATIONS)),
        second=second,
        f0=f0,
        energy=energy,
        names=names,
        sizes=tuple(len(weights[name]) for name in names),
        projections=tuple(weights[name] for name in names),
    )


def _part(model: onnx.ModelProto, *, given: Iterable[str], wanted: Iterable[str]) -> onnx.ModelProto:
    """The nodes between ``given`` and ``wanted``, in their order."""
    graph = model.graph
    makers = {name: node for node in graph.node for name in node.output}
    held = {each.name for each in graph.initializer}
    given, wanted = tuple(given), tuple(wanted)
    todo, seen, kept = list(wanted), set(given) | held | {""}, set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        if name not in makers:
            raise WeightsError(f"the model has no {name}; run `sayso models pull kokoro-82m`")
        kept.add(id(makers[name]))
        todo.extend(makers[name].input)
    nodes = [node for node in graph.node if id(node) in kept]
    used = {name for node in nodes for name in node.input}
    inputs = {each.name: each for each in graph.input}
    return helper.make_model(
        helper.make_graph(
            nodes,
            "part",
            [inputs.get(name) or _float(name) for name in given],
            [_float(name) for name in wanted],
            [each for each in graph.initializer if each.name in used],
        ),
        opset_imports=model.opset_import,
        ir_version=model.ir_version,
    )


def _add_shifts(graph: onnx.GraphProto, projected: list[str], sizes: list[int]) -> None:
    """Put an addition behind each projection; all addends come in as one row."""
    graph.input.append(helper.make_tensor_value_info(_SHIFTS, onnx.TensorProto.FLOAT, [1, sum(sizes)]))
    graph.initializer.append(numpy_helper.from_array(np.array(sizes, dtype=np.int64), "shift_sizes"))
    parts = [f"shift_{at}" for at in range(len(sizes))]
    which = dict(zip(projected, parts, strict=True))
    nodes = [helper.make_node("Split", [_SHIFTS, "shift_sizes"], parts, axis=1)]
    for node in graph.node:
        for at, name in enumerate(node.input):
            if name in which:
                node.input[at] = f"{name}_shifted"
        nodes.append(node)
        nodes.extend(
            helper.make_node("Add", [name, which[name]], [f"{name}_shifted"]) for name in node.output if name in which
        )
    del graph.node[:]
    graph.node.extend(nodes)


def _projections(graph: onnx.GraphProto, projected: Mapping[str, str]) -> dict[str, Float32Array]:
    """Each norm's matrix, (size, 128) float32, dequantised."""
    held = {each.name: each for each in graph.initializer}
    found: dict[str, Float32Array] = {}
    for node in graph.node:
        if node.op_type != "MatMulInteger" or not node.name.endswith("/fc/Gemm_MatMul_quant"):
            continue
        name = node.name.removeprefix("/decoder/decoder/").removesuffix("/fc/Gemm_MatMul_quant").replace("/", ".")
        if name in projected:
            weight, zero = (numpy_helper.to_array(held[node.input[at]]).astype(np.float32) for at in (1, 3))
            scale = numpy_helper.to_array(held[node.input[1].removesuffix("_quantized") + "_scale"]).astype(np.float32)
            found[name] = _rows((weight - zero) * scale)
    if found.keys() != projected.keys():
        raise WeightsError(
            f"the model has {len(found)} projections of the timbre and {len(projected)} norms; "
            "run `sayso models pull kokoro-82m`"
        )
    return found


def _rows(columns: NDArray[np.float32]) -> Float32Array:
    return np.ascontiguousarray(columns.T, dtype=np.float32)


def _float(name: str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
