"""How the fit hears: who speaks, and with what spectrum, both with a gradient back to the samples.

The encoder's front end works at 16 kHz. 24 kHz samples in windows of 600 have the same 40 Hz bins as 16 kHz samples in
windows of 400, so nothing is resampled: the lower 201 bins are taken and brought to the same scale.
"""

from __future__ import annotations

import math
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from pipelines.speech.encoder import LOOK_FRAMES, LOUDNESS_DB, SpeakerEncoder, mel_filters

SAMPLE_RATE: Final = 24_000
_WINDOW: Final = 600
_HOP: Final = 240
_RATIO: Final = 24 / 16
_PIECE: Final = 720  # 30 ms
_PAUSE: Final = 10**-3.5  # of the power of what is loud: below it is a pause, as in the encoder's own front end
_STEP: Final = 40  # frames between two looks

SPECTRUM_BANDS: Final = 80
_FFT: Final = 1024
_TOP_HZ: Final = 7600.0  # recordings at 16 kHz have nothing reliable above
_FLOOR: Final = 1e-5


class Ear:
    """Listens to samples at 24 kHz."""

    def __init__(self, encoder: SpeakerEncoder) -> None:
        self._encoder = encoder
        self._filters = torch.from_numpy(mel_filters())
        self._hann = torch.hann_window(_WINDOW)
        self._bands = _triangles(SPECTRUM_BANDS, _FFT // 2 + 1, SAMPLE_RATE / 2, _TOP_HZ)
        self._long_hann = torch.hann_window(_FFT)

    def who(self, samples: Tensor) -> Tensor:
        """Who speaks in (time,): (256,) of length 1, comparable with ``SpeakerEncoder.embed``."""
        levelled = samples * 10 ** (LOUDNESS_DB / 20) / _speech_power(samples).sqrt()
        power = _power(levelled, _WINDOW, self._hann)[: _WINDOW // 3 + 1] / _RATIO**2
        mel = (self._filters @ power).T
        missing = max(0, LOOK_FRAMES - len(mel))
        looks = functional.pad(mel, (0, 0, 0, missing)).unfold(0, LOOK_FRAMES, _STEP).transpose(1, 2)
        return functional.normalize(self._encoder.look(looks).mean(dim=0), dim=0)

    def spectrum(self, samples: Tensor) -> Tensor:
        """The spectrum of (time,) every 10 ms: (80, frame) natural logarithms of mel power."""
        return torch.log(self._bands @ _power(samples, _FFT, self._long_hann) + _FLOOR)


def _speech_power(samples: Tensor) -> Tensor:
    """The mean power of (time,) where it is no pause."""
    powers = samples[: len(samples) // _PIECE * _PIECE].reshape(-1, _PIECE).square().mean(dim=1)
    speech: Tensor = powers[powers >= powers.detach().quantile(0.95) * _PAUSE].mean().clamp(min=1e-12)
    return speech


def _power(samples: Tensor, size: int, window: Tensor) -> Tensor:
    spectra: Tensor = torch.stft(samples, size, _HOP, window=window, return_complex=True)
    return spectra.real.square() + spectra.imag.square()


def _triangles(bands: int, bins: int, nyquist_hz: float, top_hz: float) -> Tensor:
    """Mel filters (O'Shaughnessy's scale) of equal area, (band, bin)."""
    top = 2595 * math.log10(1 + top_hz / 700)
    edges = 700 * (10 ** (torch.linspace(0, top, bands + 2) / 2595) - 1)
    hertz = torch.linspace(0, nyquist_hz, bins)
    rising = (hertz - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - hertz) / (edges[2:] - edges[1:-1])[:, None]
    return torch.minimum(rising, falling).clamp(min=0) * (2 / (edges[2:] - edges[:-2]))[:, None]
