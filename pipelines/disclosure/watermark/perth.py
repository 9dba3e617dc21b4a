"""Perth, the watermark that Resemble AI trained (resemble-perth 1.0.1, MIT), read anew from its published weights.

One net changes the loudness of each tone below 2 kHz by at most some 3.5 dB, 1.8 dB on average, from 10 ms to 10 ms;
another hears the pattern again, at three speeds. The pattern carries no message and its weights are public: whoever has
them can find the mark in anybody's sound, put it there, or take it out.

The nets work at 32 kHz. Only what they change is brought to the clip's own rate and added, so everything above 2 kHz
stays as it was, sample by sample.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import gcd
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.signal import resample_poly
from typing_extensions import override

from pipelines.disclosure.watermark.sound import SoundWatermark, WatermarkReading
from pipelines.errors import WeightsError
from pipelines.media import AudioClip, Float32Array

if TYPE_CHECKING:
    from torch import Tensor, nn

CARD_ID: Final = "perth-implicit"
CARD_FILE: Final = "perth_net_250000.pth.tar"
FOUND_MIN: Final = 0.9  # docs/watermark.md has both distributions

SAMPLE_RATE: Final = 32_000
_WINDOW: Final = 2048
_HOP: Final = 320
_BANDS: Final = 128  # tones up to 2 kHz
_HIDDEN: Final = 256
_FLOOR_DB: Final = 180.0  # magnitudes are put between this below full scale ...
_SPAN_DB: Final = 195.0  # ... and 15 dB above it, as 0 to 1
_LOUD_SHARE: Final = 0.05  # of the loudest moment; the mark is put where sound is louder than that, and read there
_SPEEDS: Final = (("slow", 1.25), ("normal", 1.0), ("fast", 0.75))
_SHORTEST_S: Final = 1.0
_FADE_S: Final = 0.005


class WeightFiles(Protocol):
    """Where a model card's files lie. ``pipelines.weights.store.WeightsStore`` is one."""

    def path(self, card_id: str, file: str) -> Path:
        """The file; raises ``WeightsError`` if it is absent."""
        ...


class PerthWatermark(SoundWatermark):
    """The two nets, on one CPU thread: .01 s for each second of sound.

    Raises:
        WeightsError: the weights are absent or are not this net's.
    """

    name = "perth"

    def __init__(self, weights: WeightFiles) -> None:
        import torch  # noqa: PLC0415 - seconds and 200 MB, for sound alone

        path = weights.path(CARD_ID, CARD_FILE)
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)["model"]
            self._writer = _stack(state, "encoder.layers", outputs=_BANDS)
            self._readers = [_stack(state, f"decoder.{name}_layers", outputs=2) for name, _ in _SPEEDS]
        except Exception as e:
            raise WeightsError(f"{path.name} is not Perth's net: {e}; run: sayso models pull {CARD_ID}") from e
        self._window = torch.hann_window(_WINDOW)

    @override
    def mark(self, clip: AudioClip) -> AudioClip:
        """Put the mark in; a clip shorter than one window of the net stays as it is."""
        import torch  # noqa: PLC0415 - as above

        plain = _resampled(clip.waveform, clip.sample_rate, SAMPLE_RATE)
        if len(plain) < _WINDOW:
            return clip
        with torch.inference_mode():
            spectrum = self._spectrum(plain)
            levels = _levels(spectrum)
            change = self._writer(levels[:, :_BANDS]) * _loud(levels)
            gain = 10 ** (change * _SPAN_DB / 20)
            changed = torch.zeros_like(spectrum)
            changed[:, :_BANDS] = spectrum[:, :_BANDS] * (gain - 1)
            added = torch.istft(changed, _WINDOW, _HOP, window=self._window, length=len(plain))[0].numpy()
        own = np.zeros_like(clip.waveform)
        fitted = _resampled(added, SAMPLE_RATE, clip.sample_rate)[: len(own)]
        own[: len(fitted)] = fitted
        waveform = _below_peak(clip.waveform, own, rate=clip.sample_rate)
        return AudioClip(waveform=waveform, sample_rate=clip.sample_rate)

    @override
    def read(self, clip: AudioClip) -> WatermarkReading:
        """Look for the mark; in less than a second, or in silence, none is found."""
        import torch  # noqa: PLC0415 - as above
        from torch.nn.functional import interpolate  # noqa: PLC0415 - as above

        heard = _resampled(clip.waveform, clip.sample_rate, SAMPLE_RATE)
        if len(heard) < _SHORTEST_S * SAMPLE_RATE or not heard.any():
            return WatermarkReading(engine=self.name, confidence=0.0, is_found=False)
        with torch.inference_mode():
            levels = _levels(self._spectrum(heard))
            loud, bands = _loud(levels), levels[:, :_BANDS]
            votes, weights = [], []
            for (_, speed), reader in zip(_SPEEDS, self._readers, strict=True):
                frames = int(bands.shape[2] * speed)
                said = reader(interpolate(bands, size=frames, mode="linear", align_corners=True))
                where = interpolate(loud, size=frames, mode="nearest")
                mean = (said * where).sum(2) / where.sum(2)
                weights.append(mean[:, 0])
                votes.append(mean[:, 1])
            confidence = float((torch.stack(votes) * torch.stack(weights).softmax(0)).sum())
        confidence = min(max(confidence, 0.0), 1.0)
        return WatermarkReading(engine=self.name, confidence=confidence, is_found=confidence >= FOUND_MIN)

    def _spectrum(self, waveform: Float32Array) -> Tensor:
        import torch  # noqa: PLC0415 - as above

        sound = torch.from_numpy(waveform)[None]
        return torch.stft(sound, _WINDOW, _HOP, window=self._window, pad_mode="reflect", return_complex=True)


def _stack(state: Mapping[str, Tensor], name: str, *, outputs: int) -> nn.Sequential:
    """Seven convolutions over time: a mix of the tones, five that hear 70 ms each, and a mix again."""
    from torch import nn  # noqa: PLC0415 - as above

    widths = [(_BANDS, 1), *[(_HIDDEN, 7)] * 5, (_HIDDEN, 1)]
    parts: list[nn.Module] = []
    for index, (inputs, kernel) in enumerate(widths):
        is_last = index == len(widths) - 1
        layer = nn.Conv1d(inputs, outputs if is_last else _HIDDEN, kernel, padding=kernel // 2)
        layer.load_state_dict({key: state[f"{name}.{index}.conv.{key}"] for key in ("weight", "bias")})
        parts += [layer] if is_last else [layer, nn.LeakyReLU()]
    return nn.Sequential(*parts).eval()


def _levels(spectrum: Tensor) -> Tensor:
    """Magnitudes in decibels, scaled as the nets learned them."""
    import torch  # noqa: PLC0415 - as above

    return (20 * torch.log10(spectrum.abs().clip(1e-9)) + _FLOOR_DB) / _SPAN_DB


def _loud(levels: Tensor) -> Tensor:
    """Where the mark lives: (1, 1, frames), 1 or 0."""
    total = levels.sum(1)
    return (total > total.max(1).values[:, None] * _LOUD_SHARE).float()[:, None]


def _resampled(waveform: Float32Array, rate: int, wanted: int) -> Float32Array:
    if rate == wanted:
        return np.ascontiguousarray(waveform, dtype=np.float32)
    shared = gcd(rate, wanted)
    return np.asarray(resample_poly(waveform, wanted // shared, rate // shared), dtype=np.float32)


def _below_peak(plain: Float32Array, added: Float32Array, *, rate: int) -> Float32Array:
    """The sum, without the mark for the milliseconds in which it would lift the clip over its own highest peak."""
    is_over = np.abs(plain + added) > np.abs(plain).max(initial=0.0)
    if not is_over.any():
        return plain + added
    width = 2 * round(_FADE_S * rate) + 1
    kept = uniform_filter1d(1.0 - maximum_filter1d(is_over.astype(np.float32), width), width)
    return np.asarray(plain + added * kept, dtype=np.float32)
