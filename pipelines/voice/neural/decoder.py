"""From aligned text features, pitch and energy to samples: the styled decoder and the inverse short-time transform.

Source: iSTFTNet (Kaneko et al. 2022, arXiv:2203.02395) as in hexgrad/kokoro 0.9.4 (Apache-2.0); parameter names are
its own. Frame rates: text 40 Hz, after the last block 80 Hz, then x10 and x6 to 4,800 Hz (plus one frame).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from typing_extensions import override

from pipelines.voice.neural.layers import Mask, ResidualBlock, SnakeBlock, Style, doubled
from pipelines.voice.neural.source import BINS, FFT_HOP, FFT_SIZE, HARMONICS

ASR_CHANNELS = 512
_WIDTH = 1024
_BESIDE = 64 + 2  # the text again through a bottleneck, pitch and energy
_KERNELS = (3, 7, 11)
_RATES = (10, 6)
_CHANNELS = (512, 256, 128)


class Source(nn.Module):
    """Mix the harmonics into one excitation."""

    def __init__(self) -> None:
        super().__init__()
        self.l_linear = nn.Linear(HARMONICS, 1)

    @override
    def forward(self, sines: Tensor) -> Tensor:
        """Map (sample, 9) to (sample,)."""
        mixed: Tensor = torch.tanh(self.l_linear(sines)).squeeze(-1)
        return mixed


class Generator(nn.Module):
    """Raise the frame rate twice, adding the excitation each time, and turn spectra into samples."""

    def __init__(self) -> None:
        super().__init__()
        self.m_source = Source()
        self.ups = nn.ModuleList(
            nn.ConvTranspose1d(_CHANNELS[at], _CHANNELS[at + 1], rate * 2, rate, padding=rate // 2)
            for at, rate in enumerate(_RATES)
        )
        self.noise_convs = nn.ModuleList(
            [nn.Conv1d(2 * BINS, _CHANNELS[1], 12, stride=6, padding=3), nn.Conv1d(2 * BINS, _CHANNELS[2], 1)]
        )
        self.noise_res = nn.ModuleList([SnakeBlock(_CHANNELS[1], 7), SnakeBlock(_CHANNELS[2], 11)])
        self.resblocks = nn.ModuleList(SnakeBlock(width, kernel) for width in _CHANNELS[1:] for kernel in _KERNELS)
        self.conv_post = nn.Conv1d(_CHANNELS[2], 2 * BINS, 7, padding=3)
        self.inverse_basis = nn.Parameter(torch.zeros(2 * BINS, 1, FFT_SIZE), requires_grad=False)

    @override
    def forward(self, x: Tensor, style: Style, excitation: Tensor, mask: Mask) -> Tensor:
        """Map (batch, 512, 80 Hz) and an excitation of (batch, 22, 4,800 Hz + 1) to (batch, sample)."""
        masks = (mask, doubled(mask, _RATES[0]), doubled(mask, _RATES[0] * _RATES[1], extra=1))
        for at, rise in enumerate(self.ups):
            after = masks[at + 1]
            beside = self.noise_res[at](self.noise_convs[at](excitation), style, after)
            x = rise(masked(functional.leaky_relu(x, 0.1), masks[at]))
            if at + 1 == len(_RATES):
                x = functional.pad(x, (1, 0), mode="reflect")
            x = x + beside
            blocks = self.resblocks[at * len(_KERNELS) : (at + 1) * len(_KERNELS)]
            x = sum((block(x, style, after) for block in blocks[1:]), start=blocks[0](x, style, after)) / len(_KERNELS)
        x = self.conv_post(masked(functional.leaky_relu(x), masks[-1]))
        magnitude, phase = masked(torch.exp(x[:, :BINS]), masks[-1]), torch.sin(x[:, BINS:])
        parts = torch.cat([magnitude * torch.cos(phase), magnitude * torch.sin(phase)], dim=1)
        samples = functional.conv_transpose1d(parts, self.inverse_basis, stride=FFT_HOP) * (FFT_SIZE / FFT_HOP)
        return samples[:, 0, FFT_SIZE // 2 : -(FFT_SIZE // 2)]


class Decoder(nn.Module):
    """The whole decoder. Its style is the timbre half of a voice, (batch, 128)."""

    def __init__(self) -> None:
        super().__init__()
        self.F0_conv = nn.Conv1d(1, 1, 3, stride=2, padding=1)
        self.N_conv = nn.Conv1d(1, 1, 3, stride=2, padding=1)
        self.asr_res = nn.Sequential(nn.Conv1d(ASR_CHANNELS, 64, 1))
        self.encode = ResidualBlock(ASR_CHANNELS + 2, _WIDTH)
        self.decode = nn.ModuleList(
            [ResidualBlock(_WIDTH + _BESIDE, _WIDTH) for _ in range(3)]
            + [ResidualBlock(_WIDTH + _BESIDE, _CHANNELS[0], is_doubling=True)]
        )
        self.generator = Generator()

    @override
    def forward(self, asr: Tensor, f0: Tensor, energy: Tensor, style: Style, excitation: Tensor, mask: Mask) -> Tensor:
        """Speak.

        Args:
            asr: (batch, 512, frame) text features at 40 Hz.
            f0: (batch, 2 x frame) in Hz.
            energy: (batch, 2 x frame), the net's own scale.
            style: The timbre, (batch, 128), or one for each norm.
            excitation: (batch, 22, 120 x frame + 1), see ``source.spectrum``.
            mask: (batch, 1, frame) or None; see ``layers``.

        Returns:
            (batch, 600 x frame) float32 samples at 24 kHz.
        """
        pitch, loudness = self.F0_conv(f0.unsqueeze(1)), self.N_conv(energy.unsqueeze(1))
        x = self.encode(torch.cat([asr, pitch, loudness], dim=1), style, mask)
        beside = [self.asr_res(asr), pitch, loudness]
        for block in self.decode:
            x = block(torch.cat([x, *beside], dim=1), style, mask)
        out: Tensor = self.generator(x, style, excitation, doubled(mask))
        return out


def masked(x: Tensor, mask: Mask) -> Tensor:
    """Silence what lies beyond the mask."""
    return x if mask is None else x * mask
