"""The Kokoro net as an ONNX session that also tells how long each symbol lasts.

The durations are inside the published graph (``/encoder/Clip_output_0``, in frames of 600 samples); the output is
added in memory, the file stays as its hash says. The graph has no random node and its sums do not depend on timing:
same input, same samples.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray

from pipelines.errors import WeightsError
from pipelines.media import Float32Array

SAMPLE_RATE = 24_000
FRAME_SAMPLES = 600  # 25 ms
STYLE_SHAPE = (510, 256)  # one row per number of symbols
_DURATIONS = "/encoder/Clip_output_0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """What the net said. ``waveform`` is (time,) float32; ``ends`` is (symbol + 2,) int64, in samples.

    ``ends[0]`` ends the pad before the first symbol and ``ends[-1]`` the pad after the last one.
    """

    waveform: Float32Array
    ends: NDArray[np.int64]


class KokoroNetwork:
    """The session, loaded at the first call. Safe to share between threads; one of them speaks at a time."""

    def __init__(self, model: Path, *, threads: int) -> None:
        self._model = model
        self._threads = threads
        self._session: ort.InferenceSession | None = None
        self._lock = threading.Lock()

    @property
    def is_loaded(self) -> bool:
        """Whether the session is in memory."""
        return self._session is not None

    def say(self, ids: list[int], style: Float32Array, *, speed: float) -> Utterance:
        """Speak 1 to 510 symbols; ``style`` is (256,) float32, ``speed`` 1.0 is the voice's own."""
        with self._lock:
            session = self._session = self._session or self._load()
            audio, durations = session.run(
                ["audio", _DURATIONS],
                {
                    "tokens": np.array([[0, *ids, 0]], dtype=np.int64),
                    "style": style.reshape(1, 256).astype(np.float32),
                    "speed": np.array([speed], dtype=np.float32),
                },
            )
        waveform = np.asarray(audio, dtype=np.float32).ravel()
        ends = np.cumsum(np.rint(np.asarray(durations)).astype(np.int64).ravel()) * FRAME_SAMPLES
        return Utterance(waveform=waveform, ends=np.minimum(ends, len(waveform)))

    def _load(self) -> ort.InferenceSession:
        try:
            graph = onnx.load(str(self._model))
        except Exception as e:  # protobuf's own error types differ between its builds
            raise WeightsError(f"{self._model} is not a readable ONNX file; run `sayso models pull kokoro-82m`") from e
        graph.graph.output.append(onnx.helper.make_tensor_value_info(_DURATIONS, onnx.TensorProto.FLOAT, None))
        options = ort.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3  # the graph's shape hints warn on every run
        return ort.InferenceSession(graph.SerializeToString(), options, providers=["CPUExecutionProvider"])


def load_style(path: Path) -> Float32Array:
    """Read a voice file: (510, 256) float32, row n-1 for n symbols."""
    if path.stat().st_size != STYLE_SHAPE[0] * STYLE_SHAPE[1] * 4:
        raise WeightsError(f"{path} is not a Kokoro voice (510 x 256 float32); run `sayso models pull kokoro-voices`")
    return np.fromfile(path, dtype="<f4").reshape(STYLE_SHAPE).astype(np.float32)
