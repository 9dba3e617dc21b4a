"""How far two clips of the same length are apart, as an ear would sort it: by bands and in decibels."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from pipelines.media import Float32Array


def log_mel(waveform: Float32Array) -> NDArray[np.float64]:
    """(80, frame) in dB, floored 60 dB under full scale of a sine."""
    window = torch.hann_window(1024)
    power = torch.stft(torch.from_numpy(waveform), 1024, 256, window=window, return_complex=True).abs() ** 2
    mels = 2595 * torch.log10(1 + torch.linspace(0, 12_000, 513) / 700)
    edges = torch.linspace(0, float(mels[-1]), 82)[:, None]
    rising = (mels - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - mels) / (edges[2:] - edges[1:-1])
    bank = torch.minimum(rising, falling).clamp(min=0)
    bands: NDArray[np.float64] = (10 * torch.log10(bank @ power + 1e-3)).double().numpy()
    return bands


def mel_error_db(one: Float32Array, other: Float32Array) -> float:
    """Mean absolute difference of two clips of the same length, in dB."""
    return float(np.abs(log_mel(one) - log_mel(other)).mean())
