"""Who speaks, as 256 numbers: Resemblyzer's network (a GE2E encoder: Wan, Wang, Papir, Lopez Moreno 2018).

Two voices are compared by the cosine between their numbers. The front end is written anew from the package's published
settings: mel power at 16 kHz, 25 ms windows every 10 ms, 40 bands, no logarithm; windows of 1.6 s, averaged. Pauses are
left out by loudness where the package uses a voice detector.

Without a logarithm the net hears how loud somebody was recorded. The package only raises what is quiet; here all speech
is brought to one level. Recordings of nine people with gains of up to 14 dB on them: equal error rate 12.7 % as the
package does it, .3 % so (docs/evidence.md).

The numbers of a voice are biometric data: keep them no longer than the consent says.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from pipelines.errors import WeightsError
from pipelines.media import AudioClip, Float32Array

CARD_ID: Final = "resemblyzer"
CARD_FILE: Final = "pretrained.pt"

SAMPLE_RATE: Final = 16_000
_HOP: Final = 160
_WINDOW: Final = 400
_BANDS: Final = 40
LOOK_FRAMES: Final = 160  # mel frames in one look of the network: 1.6 s
_STEP: Final = 77  # 1.3 looks per second
LOUDNESS_DB: Final = -21.0  # of the speech; people are told apart best between -27 and -18
_PAUSE_DB: Final = -35.0  # against the loud parts of the same recording
_SILENCE_DB: Final = -70.0  # below every room, whatever else the recording holds


class WeightFiles(Protocol):
    """Where a model card's files lie. ``pipelines.weights.store.WeightsStore`` is one."""

    def path(self, card_id: str, file: str) -> Path:
        """The file; raises ``WeightsError`` if it is absent."""
        ...


class SpeakerEncoder:
    """Turns speech into 256 numbers that say who speaks."""

    def __init__(self, weights: WeightFiles) -> None:
        path = weights.path(CARD_ID, CARD_FILE)
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)["model_state"]
            self._lstm = torch.nn.LSTM(_BANDS, 256, 3, batch_first=True)
            self._linear = torch.nn.Linear(256, 256)
            self._lstm.load_state_dict({k[5:]: v for k, v in state.items() if k.startswith("lstm.")})
            self._linear.load_state_dict({k[7:]: v for k, v in state.items() if k.startswith("linear.")})
        except Exception as e:
            raise WeightsError(f"{path} is not a speaker encoder that can be loaded; run: sayso models verify") from e
        self._lstm.requires_grad_(requires_grad=False)
        self._linear.requires_grad_(requires_grad=False)
        self._filters = mel_filters()

    def embed(self, audio: AudioClip) -> Float32Array:
        """One voice as (256,) float32 of length 1. The recording is at 16 kHz."""
        mel = self._mel(spoken(audio.waveform))
        starts = range(0, max(1, len(mel) - LOOK_FRAMES + 1), _STEP)
        looks = np.stack([_padded(mel[start : start + LOOK_FRAMES]) for start in starts])
        with torch.inference_mode():
            mean = self.look(torch.from_numpy(looks)).mean(dim=0)
            return np.asarray(torch.nn.functional.normalize(mean, dim=0).numpy(), dtype=np.float32)

    def look(self, looks: torch.Tensor) -> torch.Tensor:
        """Who speaks in each look: (look, 160, 40) mel power to (look, 256) of length 1. It passes gradients on."""
        _, (hidden, _) = self._lstm(looks)
        return torch.nn.functional.normalize(torch.relu(self._linear(hidden[-1])), dim=1)

    def _mel(self, waveform: Float32Array) -> Float32Array:
        """Mel power, (time, 40) float32."""
        padded = np.pad(waveform, _WINDOW // 2)
        frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
        power = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW + 1)[:-1], axis=1)) ** 2
        return np.asarray(power @ self._filters.T, dtype=np.float32)


def spoken(waveform: Float32Array) -> Float32Array:
    """The speech of a recording at 16 kHz, (time,) float32: without its pauses, at the encoders' level."""
    return levelled(_speech_only(levelled(waveform)))


def levelled(waveform: Float32Array) -> Float32Array:
    """The same sound, (time,) float32, with a mean power of -21 dB of full scale; silence as it is."""
    power = float(np.mean(np.square(waveform))) if len(waveform) else 0.0
    if power <= 0:
        return waveform
    return np.asarray(waveform * 10 ** (LOUDNESS_DB / 20) / math.sqrt(power), dtype=np.float32)


def _speech_only(waveform: Float32Array) -> Float32Array:
    """The recording without its pauses: 30 ms pieces far below the loud parts, unless speech is within 0.2 s."""
    piece = 480
    count = len(waveform) // piece
    if not count:
        return waveform[:0]
    pieces = waveform[: count * piece].reshape(count, piece)
    loudness = 10 * np.log10(np.mean(np.square(pieces), axis=1) + 1e-10)
    loud = loudness > max(np.percentile(loudness, 95) + _PAUSE_DB, _SILENCE_DB)
    near = _counted(loud, 13) > 0
    smooth = _counted(loud, 8) > 4  # noqa: PLR2004 -- most of a quarter of a second
    kept: NDArray[np.bool_] = near & (_counted(smooth, 13) > 0)
    return np.asarray(pieces[kept].reshape(-1), dtype=np.float32)


def _counted(flags: NDArray[np.bool_], width: int) -> NDArray[np.int64]:
    """How many of so many flags around each one are set; as many numbers as flags, however few."""
    full = np.convolve(flags.astype(np.int64), np.ones(width, np.int64))
    return np.asarray(full[(width - 1) // 2 :][: len(flags)], dtype=np.int64)


def _padded(frames: Float32Array) -> Float32Array:
    return np.pad(frames, ((0, LOOK_FRAMES - len(frames)), (0, 0)))


def mel_filters(*, fft: int = _WINDOW) -> Float32Array:
    """Triangles on Slaney's mel scale with equal area, as librosa makes them, (40, fft // 2 + 1) float32."""
    top = 15 + math.log(8000 / 1000) / (math.log(6.4) / 27)  # 8 kHz: linear below 1 kHz, logarithmic above
    mels = np.linspace(0, top, _BANDS + 2)
    hertz = np.where(mels < 15, mels * 200 / 3, 1000 * np.exp((mels - 15) * math.log(6.4) / 27))  # noqa: PLR2004 -- 1 kHz
    bins = np.linspace(0, SAMPLE_RATE / 2, fft // 2 + 1)
    rising = (bins - hertz[:-2, None]) / (hertz[1:-1] - hertz[:-2])[:, None]
    falling = (hertz[2:, None] - bins) / (hertz[2:] - hertz[1:-1])[:, None]
    triangles = np.maximum(0, np.minimum(rising, falling)) * (2 / (hertz[2:] - hertz[:-2]))[:, None]
    return np.asarray(triangles, dtype=np.float32)
