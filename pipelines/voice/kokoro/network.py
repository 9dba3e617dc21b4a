"""The Kokoro net as two ONNX sessions: from symbols to what is spoken and how, and from there to samples.

The published graph is cut in memory, the file stays as its hash says. It is cut where all that the second half needs is
four arrays: the stretched text, the pitch, the energy and the timbre half of the style. So the pitch can be moved to a
person's between the halves, and the durations (in frames of 600 samples) are at hand; uncut and cut, the samples are
the same. The first half costs a thirtieth of the second. The graph has no random node and its sums do not depend on
timing: same input, same samples.

Each of the decoder's 58 norms turns the timbre into a scale and a shift per channel. The second half takes an addend
to those, ``shifts``: what a fitted voice adds per norm. Zeros leave the net as it was published.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray

from pipelines.errors import WeightsError
from pipelines.media import Float32Array
from pipelines.voice.kokoro.halves import Halves, cut

SAMPLE_RATE = 24_000
FRAME_SAMPLES = 600  # 25 ms
STYLE_SHAPE = (510, 256)  # one row per number of symbols
TIMBRE_SIZE: Final = 128  # the first half of a style's row; the second one is prosody
VOICED_HZ: Final = 40.0  # the net writes voiceless frames as 6 to 10 Hz


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """What the net said. ``waveform`` is (time,) float32; ``ends`` is (symbol + 2,) int64, in samples.

    ``ends[0]`` ends the pad before the first symbol and ``ends[-1]`` the pad after the last one.
    """

    waveform: Float32Array
    ends: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will be said and how, before a timbre says it. All are float32 but ``ends``.

    ``text`` is (512, frame) at 40 Hz; ``f0`` in Hz and ``energy`` are (2 x frame,) at 80 Hz, voiceless below 40 Hz;
    ``ends`` is (symbol + 2,) int64, in samples.
    """

    text: Float32Array
    f0: Float32Array
    energy: Float32Array
    ends: NDArray[np.int64]


class KokoroNetwork:
    """The sessions, loaded at the first call. Safe to share between threads; one of them speaks at a time."""

    def __init__(self, model: Path, *, threads: int) -> None:
        self._model = model
        self._threads = threads
        self._sessions: tuple[ort.InferenceSession, ort.InferenceSession] | None = None
        self._halves: Halves | None = None
        self._lock = threading.Lock()

    @property
    def is_loaded(self) -> bool:
        """Whether the sessions are in memory."""
        return self._sessions is not None

    def say(self, ids: list[int], style: Float32Array, *, speed: float) -> Utterance:
        """Speak 1 to 510 symbols; ``style`` is (256,) float32, ``speed`` 1.0 is the voice's own."""
        return self.speak(self.plan(ids, style, speed=speed), style[:TIMBRE_SIZE])

    def plan(self, ids: list[int], style: Float32Array, *, speed: float) -> Plan:
        """Plan 1 to 510 symbols; only the prosody half of ``style``, (256,) float32, has a say."""
        with self._lock:
            (first, _), halves = self._loaded()
            text, f0, energy, durations = first.run(
                [halves.text, halves.f0, halves.energy, halves.durations],
                {
                    "tokens": np.array([[0, *ids, 0]], dtype=np.int64),
                    "style": style.reshape(1, 256).astype(np.float32),
                    "speed": np.array([speed], dtype=np.float32),
                },
            )
        ends = np.cumsum(np.rint(np.asarray(durations)).astype(np.int64).ravel()) * FRAME_SAMPLES
        return Plan(
            text=np.asarray(text, dtype=np.float32)[0],
            f0=np.asarray(f0, dtype=np.float32)[0],
            energy=np.asarray(energy, dtype=np.float32)[0],
            ends=ends,
        )

    def speak(self, plan: Plan, timbre: Float32Array, *, shifts: Float32Array | None = None) -> Utterance:
        """Speak a plan.

        Args:
            plan: From ``plan``, perhaps with another pitch or energy.
            timbre: (128,) float32, the first half of a style.
            shifts: From ``shifts_of``; nothing is added without.
        """
        with self._lock:
            (_, second), halves = self._loaded()
            if shifts is None:
                shifts = np.zeros(sum(halves.sizes), dtype=np.float32)
            (audio,) = second.run(
                ["audio"],
                {
                    halves.text: plan.text[None],
                    halves.f0: plan.f0[None],
                    halves.energy: plan.energy[None],
                    halves.timbre: timbre.reshape(1, TIMBRE_SIZE).astype(np.float32),
                    halves.shifts: shifts[None],
                },
            )
        waveform = np.asarray(audio, dtype=np.float32).ravel()
        return Utterance(waveform=waveform, ends=np.minimum(plan.ends, len(waveform)))

    def shifts_of(self, layers: Float32Array) -> Float32Array:
        """Return what a timbre of its own for each norm adds: ``layers`` is (58, 128), by ``layer_names``."""
        with self._lock:
            _, halves = self._loaded()
            parts = [weight @ own for weight, own in zip(halves.projections, layers, strict=True)]
        return np.concatenate(parts).astype(np.float32)

    @property
    def layer_names(self) -> tuple[str, ...]:
        """The decoder's norms by the makers' names ("generator.resblocks.0.adain1.2"), sorted."""
        with self._lock:
            return self._loaded()[1].names

    def _loaded(self) -> tuple[tuple[ort.InferenceSession, ort.InferenceSession], Halves]:
        if self._sessions is None or self._halves is None:
            try:
                model = onnx.load(str(self._model))
            except Exception as e:  # protobuf's own error types differ between its builds
                raise WeightsError(
                    f"{self._model} is not a readable ONNX file; run `sayso models pull kokoro-82m`"
                ) from e
            self._halves = cut(model)
            self._sessions = (self._session(self._halves.first), self._session(self._halves.second))
            self._halves.forget_models()
        return self._sessions, self._halves

    def _session(self, model: onnx.ModelProto) -> ort.InferenceSession:
        options = ort.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3  # the graph's shape hints warn on every run
        return ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def load_style(path: Path) -> Float32Array:
    """Read a voice file: (510, 256) float32, row n-1 for n symbols."""
    if path.stat().st_size != STYLE_SHAPE[0] * STYLE_SHAPE[1] * 4:
        raise WeightsError(f"{path} is not a Kokoro voice (510 x 256 float32); run `sayso models pull kokoro-voices`")
    return np.fromfile(path, dtype="<f4").reshape(STYLE_SHAPE).astype(np.float32)
