"""One TensorFlow Lite network on LiteRT: an array in, arrays out. Nothing of the network is trained or changed here."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from pipelines.errors import WeightsError
from pipelines.media import Float32Array


class WeightsFolder(Protocol):
    """Where the files of a model card lie. ``pipelines.weights.WeightsStore`` is one."""

    def path(self, card_id: str, file: str) -> Path:
        """The file; raises ``WeightsError`` if it is absent."""
        ...


class Net:
    """A network with one input. Not for sharing between threads."""

    def __init__(self, path: Path, *, threads: int) -> None:
        try:
            self._interpreter = Interpreter(str(path), num_threads=threads)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as e:
            raise WeightsError(f"{path} is not a network that can be loaded; run: sayso models verify") from e
        self._input = int(self._interpreter.get_input_details()[0]["index"])
        self._outputs = [int(detail["index"]) for detail in self._interpreter.get_output_details()]

    def __call__(self, batch: Float32Array) -> list[Float32Array]:
        """Run on one batch (1, height, width, 3)."""
        self._interpreter.set_tensor(self._input, np.ascontiguousarray(batch, dtype=np.float32))
        self._interpreter.invoke()
        return [np.asarray(self._interpreter.get_tensor(index), dtype=np.float32) for index in self._outputs]
