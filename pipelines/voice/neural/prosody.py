"""How it is said: how long each symbol lasts, and the pitch and energy curves.

Source: the prosody predictor of StyleTTS 2 (arXiv:2306.07691) as in hexgrad/kokoro 0.9.4 (Apache-2.0). Its style is
the prosody half of a voice, (batch, 128).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from typing_extensions import override

from pipelines.voice.neural.layers import STYLE_DIM, Mask, ResidualBlock, doubled
from pipelines.voice.neural.text import HIDDEN, two_way

_DURATION_BINS = 50  # a symbol lasts the sum of fifty probabilities, so 50 frames (1.25 s) at most
_LAYERS = 3


class AdaLayerNorm(nn.Module):
    """Layer norm whose scale and shift come from the style."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(STYLE_DIM, HIDDEN * 2)

    @override
    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """Map (batch, symbol, 512) to the same shape."""
        gamma, beta = self.fc(style).unsqueeze(1).chunk(2, dim=-1)
        out: Tensor = (1 + gamma) * functional.layer_norm(x, (HIDDEN,), eps=1e-5) + beta
        return out


class DurationEncoder(nn.Module):
    """Three LSTMs that each see the style again."""

    def __init__(self) -> None:
        super().__init__()
        self.lstms = nn.ModuleList()
        for _ in range(_LAYERS):
            self.lstms.append(_lstm())
            self.lstms.append(AdaLayerNorm())

    @override
    def forward(self, x: Tensor, style: Tensor, present: Tensor | None, lengths: Tensor) -> Tensor:
        """Map (batch, symbol, 512) to (batch, symbol, 640), the style's 128 last."""
        beside = style[:, None, :].expand(-1, x.shape[1], -1)
        x = _beside(x, beside, present)
        for lstm, norm in zip(self.lstms[::2], self.lstms[1::2], strict=True):
            if not isinstance(lstm, nn.LSTM):
                raise TypeError(f"layer {lstm} is no LSTM")  # the list alternates; see __init__
            x = _beside(norm(two_way(lstm, x, lengths), style), beside, present)
        return x


class ProsodyPredictor(nn.Module):
    """Durations from the text, then pitch and energy from the text stretched to these durations."""

    def __init__(self) -> None:
        super().__init__()
        self.text_encoder = DurationEncoder()
        self.lstm = _lstm()
        self.duration_proj = nn.Linear(HIDDEN, _DURATION_BINS)
        self.shared = _lstm()
        self.F0 = _curve()
        self.N = _curve()
        self.F0_proj = nn.Conv1d(HIDDEN // 2, 1, 1)
        self.N_proj = nn.Conv1d(HIDDEN // 2, 1, 1)

    def durations(self, x: Tensor, style: Tensor, present: Tensor | None, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Return the encoded text, (batch, symbol, 640), and unrounded frames of each symbol at speed 1."""
        encoded = self.text_encoder(x, style, present, lengths)
        frames = torch.sigmoid(self.duration_proj(two_way(self.lstm, encoded, lengths))).sum(dim=-1)
        return encoded, frames

    def curves(self, stretched: Tensor, style: Tensor, mask: Mask, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Return pitch in Hz and energy, (batch, 2 x frame) each, for text of (batch, frame, 640)."""
        shared = two_way(self.shared, stretched, frames).mT
        pitch = _along(self.F0, self.F0_proj, shared, style, mask)
        return pitch, _along(self.N, self.N_proj, shared, style, mask)


def _lstm() -> nn.LSTM:
    return nn.LSTM(HIDDEN + STYLE_DIM, HIDDEN // 2, batch_first=True, bidirectional=True)


def _curve() -> nn.ModuleList:
    half = HIDDEN // 2
    return nn.ModuleList(
        [ResidualBlock(HIDDEN, HIDDEN), ResidualBlock(HIDDEN, half, is_doubling=True), ResidualBlock(half, half)]
    )


def _along(blocks: nn.ModuleList, project: nn.Module, x: Tensor, style: Tensor, mask: Mask) -> Tensor:
    for block, its_mask in zip(blocks, (mask, mask, doubled(mask)), strict=True):
        x = block(x, style, its_mask)
    curve: Tensor = project(x).squeeze(1)
    doubled_mask = doubled(mask)
    return curve if doubled_mask is None else curve * doubled_mask.squeeze(1)


def _beside(x: Tensor, style: Tensor, present: Tensor | None) -> Tensor:
    both = torch.cat([x, style], dim=-1)
    return both if present is None else both * present[..., None]
