"""How good speech sounds to people: DNSMOS P.835 (Reddy, Gopal, Cutler 2022, arXiv 2110.01763), without a reference.

The model answers for 9.01 s at 16 kHz. Longer clips are judged in steps of a second and averaged, shorter ones are
repeated, and the raw answers are bent by the makers' polynomials: all as ``speechmos`` (MIT) does it, so that numbers
compare with those that others publish.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from pipelines.errors import InputInvalidError, WeightsError
from pipelines.media import AudioClip, Float32Array

CARD_ID: Final = "dnsmos"
CARD_FILE: Final = "sig_bak_ovr.onnx"
SAMPLE_RATE: Final = 16_000

_WINDOW: Final = int(9.01 * SAMPLE_RATE)
_WINDOW_S: Final = 9.01
# Highest power first, for signal, background and overall, as in speechmos.dnsmos.get_polyfit_val (not personalised).
_SIGNAL: Final = (-0.08397278, 1.22083953, 0.0052439)
_BACKGROUND: Final = (-0.13166888, 1.60915514, -0.39604546)
_OVERALL: Final = (-0.06766283, 1.11546468, 0.04602535)


class WeightFiles(Protocol):
    """Where a model card's files lie. ``pipelines.weights.store.WeightsStore`` is one."""

    def path(self, card_id: str, file: str) -> Path:
        """The file; raises ``WeightsError`` if it is absent."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """Mean opinion scores, 1 (bad) to 5 (excellent): of the voice, of what is behind it, and of the whole."""

    signal: float
    background: float
    overall: float


class OpinionJudge:
    """The DNSMOS net; opening it loads it (1 MB)."""

    def __init__(self, weights: WeightFiles, *, threads: int = 1) -> None:
        path = weights.path(CARD_ID, CARD_FILE)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as e:  # onnxruntime's error types differ between its builds
            raise WeightsError(f"{path} is not a readable ONNX file; run: sayso models pull {CARD_ID}") from e

    def judge(self, audio: AudioClip, *, step_s: int = 1) -> Opinion:
        """Judge a clip at 16 kHz. ``step_s`` 1 is the makers' way; larger steps cost less on long clips.

        Raises:
            InputInvalidError: The clip is empty or at another rate.
        """
        if audio.sample_rate != SAMPLE_RATE or not len(audio.waveform):
            raise InputInvalidError(
                f"a clip of {len(audio.waveform)} samples at {audio.sample_rate} Hz cannot be judged; "
                f"give some sound at {SAMPLE_RATE} Hz"
            )
        raw = np.mean([self._bent(window) for window in _windows(audio.waveform, step_s)], axis=0)
        return Opinion(signal=float(raw[0]), background=float(raw[1]), overall=float(raw[2]))

    def _bent(self, window: Float32Array) -> NDArray[np.float64]:
        (answer,) = self._session.run(None, {"input_1": window[None]})
        signal, background, overall = (float(x) for x in np.asarray(answer).ravel())
        return np.array(
            [np.polyval(_SIGNAL, signal), np.polyval(_BACKGROUND, background), np.polyval(_OVERALL, overall)]
        )


def _windows(waveform: Float32Array, step_s: int) -> list[Float32Array]:
    """The stretches that are judged, (144160,) float32 each."""
    whole = np.clip(waveform, -1.0, 1.0).astype(np.float32)
    while len(whole) < _WINDOW:
        whole = np.concatenate([whole, whole])
    # The makers count whole seconds, so that the last part of a second is heard by the last window or not at all.
    hops = int(len(whole) // SAMPLE_RATE - _WINDOW_S) + 1
    starts = [at * SAMPLE_RATE for at in range(0, max(hops, 1), step_s)]
    return [whole[start : start + _WINDOW] for start in starts if start + _WINDOW <= len(whole)]
