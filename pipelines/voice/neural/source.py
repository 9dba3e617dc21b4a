"""The excitation of the voice: a pitch curve becomes nine harmonics, and these a short-time spectrum.

Source: Wang et al. 2019 (neural source-filter, arXiv:1904.12088) as in hexgrad/kokoro 0.9.4, without its noise: the
published graph dropped every random node, so that voiceless frames get a constant, and the same input the same samples.

The graph's arithmetic is float32 and that can be heard: the phase of the ninth harmonic reaches a million radians,
where neighbouring float32 numbers are .06 apart. ``harmonics`` therefore runs in the graph's own order and precision.
Nothing here is differentiable, as in training; and nothing here depends on the timbre, so a fit computes it once.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

SAMPLE_RATE = 24_000
PITCH_HOP = 300  # samples in one value of the pitch curve (80 Hz)
HARMONICS = 9
FFT_SIZE, FFT_HOP = 20, 5
BINS = FFT_SIZE // 2 + 1
_AMPLITUDE = 0.1
_VOICED_HZ = 10.0  # below this the net means "voiceless"


def harmonics(f0: Tensor) -> Tensor:
    """Return sines at the first nine multiples of a pitch curve.

    Args:
        f0: (time,) in Hz, 80 values a second.

    Returns:
        (sample, 9) float32 on the CPU, zero where the pitch is below 10 Hz.
    """
    curve = f0.detach().to("cpu", torch.float32).numpy()
    turns = np.outer(curve, np.arange(1, HARMONICS + 1, dtype=np.float32)).astype(np.float32) / np.float32(SAMPLE_RATE)
    turns -= np.floor(turns)
    phase = np.cumsum(turns, axis=0, dtype=np.float32) * np.float32(2.0) * np.float32(np.pi) * np.float32(PITCH_HOP)
    sines = np.sin(_stretched(phase.astype(np.float32))) * np.float32(_AMPLITUDE)
    voiced = np.repeat(curve > _VOICED_HZ, PITCH_HOP)[:, None]
    return torch.from_numpy((sines * voiced).astype(np.float32))


def spectrum(excitation: Tensor) -> Tensor:
    """Return magnitude and phase of an excitation, (22, frame) float32: 11 bins of each, every 5 samples.

    Args:
        excitation: (sample,) float32.
    """
    padded = functional.pad(excitation[None, None], (FFT_SIZE // 2, FFT_SIZE // 2), mode="reflect")[0, 0]
    window = torch.hann_window(FFT_SIZE, dtype=torch.float32, device=excitation.device)
    parts = torch.stft(padded, FFT_SIZE, FFT_HOP, window=window, center=False, return_complex=True)
    return torch.cat([parts.abs(), parts.angle()])


def _stretched(phase: NDArray[np.float32]) -> NDArray[np.float32]:
    """Interpolate linearly to one value a sample; ends are held (ONNX Resize, half_pixel)."""
    count = len(phase)
    at = ((np.arange(count * PITCH_HOP, dtype=np.float32) + np.float32(0.5)) / np.float32(PITCH_HOP)) - np.float32(0.5)
    at = np.clip(at, 0.0, count - 1.0)
    low = np.floor(at).astype(np.int64)
    high = np.minimum(low + 1, count - 1)
    share = (at - low).astype(np.float32)[:, None]
    return np.asarray(phase[low] * (np.float32(1.0) - share) + phase[high] * share, dtype=np.float32)
