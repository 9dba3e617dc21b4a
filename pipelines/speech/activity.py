"""When somebody speaks: Silero's voice activity detector (MIT), as the file that travels with faster-whisper.

The net answers for pieces of 32 ms at 16 kHz, each with the 4 ms before it, and remembers what came before.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from pipelines.errors import InputInvalidError, WeightsError
from pipelines.media import AudioClip, Float32Array

SAMPLE_RATE: Final = 16_000
PIECE: Final = 512  # samples
PIECE_S: Final = PIECE / SAMPLE_RATE

_BEFORE: Final = 64  # samples of the piece before, as the net was trained
_STATE: Final = (1, 1, 128)
_SPEECH_MIN: Final = 0.5  # the makers' own; a stretch ends where it falls .15 below
_SILENCE_MAX: Final = _SPEECH_MIN - 0.15
_GAP_S: Final = 0.1  # the makers' own: shorter silences are stops inside words
_SPAN_S_MIN: Final = 0.25  # the makers' own: anything shorter is a click

Span = tuple[float, float]


class SpeechDetector:
    """Finds speech; opening it loads the net (1 MB)."""

    def __init__(self, *, threads: int = 1, path: Path | None = None) -> None:
        found = path or packaged_file()
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        try:
            self._session = ort.InferenceSession(str(found), options, providers=["CPUExecutionProvider"])
        except Exception as e:  # onnxruntime's error types differ between its builds
            raise WeightsError(f"{found} is not a detector that can be loaded; reinstall faster-whisper") from e

    def shares(self, audio: AudioClip) -> Float32Array:
        """How likely each piece of 32 ms is speech, (piece,) float32 of 0 to 1; the last piece is filled with zeros.

        Raises:
            InputInvalidError: the clip is at another rate than 16 kHz.
        """
        if audio.sample_rate != SAMPLE_RATE:
            raise InputInvalidError(f"a clip at {audio.sample_rate} Hz cannot be searched; give it at {SAMPLE_RATE} Hz")
        count = -(-len(audio.waveform) // PIECE)
        if not count:
            return np.zeros(0, np.float32)
        pieces = np.pad(audio.waveform, (0, count * PIECE - len(audio.waveform))).reshape(count, PIECE)
        before = np.zeros((count, _BEFORE), np.float32)
        before[1:] = pieces[:-1, -_BEFORE:]
        state = np.zeros(_STATE, np.float32)
        answer, _, _ = self._session.run(
            None, {"input": np.hstack([before, pieces]).astype(np.float32), "h": state, "c": state}
        )
        return np.asarray(answer, dtype=np.float32).reshape(-1)

    def spans(self, audio: AudioClip) -> tuple[Span, ...]:
        """Where somebody speaks, in seconds, in order and apart from each other. Raises as ``shares`` does."""
        return spans_of(self.shares(audio), duration_s=audio.duration_s)


def spans_of(shares: Float32Array, *, duration_s: float) -> tuple[Span, ...]:
    """Stretches of speech: begun by a sure piece, ended by an unsure one; gaps below .1 s are closed."""
    made: list[list[float]] = []
    is_open = False
    for at, share in enumerate(shares):
        here = at * PIECE_S
        if not is_open and share >= _SPEECH_MIN:
            if made and here - made[-1][1] < _GAP_S:
                made[-1][1] = duration_s
            else:
                made.append([here, duration_s])
            is_open = True
        elif is_open and share < _SILENCE_MAX:
            made[-1][1] = here
            is_open = False
    return tuple((start, end) for start, end in made if end - start >= _SPAN_S_MIN)


def seconds(spans: tuple[Span, ...]) -> float:
    """How long is spoken, all in all."""
    return sum(end - start for start, end in spans)


def inside(spans: tuple[Span, ...], *, samples: int, margin_s: float = 0.0) -> NDArray[np.bool_]:
    """Which samples at 16 kHz lie in speech, (samples,); ``margin_s`` widens every stretch."""
    mask = np.zeros(samples, np.bool_)
    for start, end in spans:
        first, last = round((start - margin_s) * SAMPLE_RATE), round((end + margin_s) * SAMPLE_RATE)
        mask[max(0, first) : max(0, last)] = True
    return mask


def packaged_file() -> Path:
    """The net's file in the faster-whisper package, which is not imported for it."""
    spec = importlib.util.find_spec("faster_whisper")
    folders = [] if spec is None else list(spec.submodule_search_locations or ())
    found = [one for folder in folders for one in sorted(Path(folder, "assets").glob("silero_vad*.onnx"))]
    if not found:
        raise WeightsError("there is no silero_vad*.onnx in faster-whisper; install: pip install 'sayso[engines]'")
    return found[-1]
