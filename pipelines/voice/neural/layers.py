"""The layers that every part of the net shares: style-adaptive normalisation and the residual blocks around it.

Arrays read (batch, channel, time). A batch of sentences of several lengths carries a mask, (batch, 1, time) with 1.0
inside a sentence: statistics are taken inside it and each convolution sees zeros beyond its end, as it would if the
sentence came alone. ``None`` means that all are equally long.
Source: StyleTTS 2 (Li et al. 2023, arXiv:2306.07691) in the form of hexgrad/kokoro 0.9.4 (Apache-2.0).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from typing_extensions import override

STYLE_DIM = 128
_EPSILON = 1e-5  # of nn.InstanceNorm1d, as in the published graph
_HALF_POWER = 0.5**0.5  # two branches of equal power are summed
_DILATIONS = (1, 3, 5)

Mask = Tensor | None


class Convolution(nn.Conv1d):
    """A convolution that keeps its length; ``lighten`` makes it multiply in bfloat16.

    The gradient with respect to the input goes the light way too; a weight that wants one is multiplied in float32.
    Only the products are light: input and output, and so every sum along the net, stay float32.
    """

    def __init__(self, channels_in: int, channels_out: int, kernel: int, *, dilation: int = 1) -> None:
        super().__init__(channels_in, channels_out, kernel, dilation=dilation, padding=(kernel - 1) * dilation // 2)
        self._light: Tensor | None = None

    def lighten(self) -> None:
        """Keep a bfloat16 copy of the weight and use it."""
        self._light = self.weight.detach().to(torch.bfloat16)

    @override
    def forward(self, input: Tensor) -> Tensor:
        """Map (batch, channel, time) to (batch, channel, time)."""
        if self._light is None or (self.weight.requires_grad and torch.is_grad_enabled()):
            return super().forward(input)
        out = functional.conv1d(input.bfloat16(), self._light, None, 1, self.padding, self.dilation).float()
        return out if self.bias is None else out.add_(self.bias[:, None])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Steering:
    """A timbre that is not the same for every norm of the decoder.

    Attributes:
        timbre: (batch, 128).
        layers: (1 or batch, norm, 128) to add to the timbre at each norm, norms sorted by name; or None.
        shifts: What to add to each norm's scales and shifts, (1 or batch, 2 x channel) each; empty for nothing.
    """

    timbre: Tensor
    layers: Tensor | None = None
    shifts: tuple[Tensor, ...] = ()


Style = Tensor | Steering  # (batch, 128), or one that differs from norm to norm


class AdaIN(nn.Module):
    """Normalise each channel over time, then scale and shift it as the style says. Output is zero beyond the mask."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fc = nn.Linear(STYLE_DIM, channels * 2)
        self.place = 0  # among the decoder's norms, sorted by name; see ``number_norms``

    def affine(self, style: Style) -> Tensor:
        """Return scales less one, then shifts, (batch, 2 x channel)."""
        if isinstance(style, Tensor):
            plain: Tensor = self.fc(style)
            return plain
        timbre = style.timbre if style.layers is None else style.timbre + style.layers[:, self.place]
        out: Tensor = self.fc(timbre)
        return out + style.shifts[self.place] if style.shifts else out

    @override
    def forward(self, x: Tensor, style: Style, mask: Mask) -> Tensor:
        """Map (batch, channel, time) with a style of (batch, 128)."""
        gamma, beta = self.affine(style).unsqueeze(-1).chunk(2, dim=1)
        if mask is None:
            inside, count = x, torch.tensor(float(x.shape[-1]), device=x.device)
        else:
            inside, count = x * mask, mask.sum(dim=-1, keepdim=True)
        mean = inside.sum(dim=-1, keepdim=True) / count
        # By the norm, not torch.var_mean: thirty times as fast, and means here are of the order of deviations.
        power = torch.linalg.vector_norm(inside, dim=-1, keepdim=True).square() / count
        variance = (power - mean.square()).clamp(min=0.0)
        scale = (1 + gamma) * torch.rsqrt(variance + _EPSILON)
        out = torch.addcmul(beta - mean * scale, x, scale)
        return out if mask is None else out * mask


class ResidualBlock(nn.Module):
    """Two styled convolutions beside a short cut; ``is_doubling`` doubles the frame rate on both ways."""

    def __init__(self, channels_in: int, channels_out: int, *, is_doubling: bool = False) -> None:
        super().__init__()
        self.is_doubling = is_doubling
        self.norm1 = AdaIN(channels_in)
        self.conv1 = Convolution(channels_in, channels_out, 3)
        self.norm2 = AdaIN(channels_out)
        self.conv2 = Convolution(channels_out, channels_out, 3)
        self.conv1x1 = nn.Conv1d(channels_in, channels_out, 1, bias=False) if channels_in != channels_out else None
        self.pool = (
            nn.ConvTranspose1d(channels_in, channels_in, 3, stride=2, groups=channels_in, padding=1, output_padding=1)
            if is_doubling
            else None
        )

    @override
    def forward(self, x: Tensor, style: Style, mask: Mask) -> Tensor:
        """Map (batch, channel, time); the mask is that of the input's frame rate."""
        out = functional.leaky_relu(self.norm1(x, style, mask), 0.2)
        if self.pool is not None:
            out, x, mask = self.pool(out), x.repeat_interleave(2, dim=-1), doubled(mask)
            out = out if mask is None else out * mask
        out = functional.leaky_relu(self.norm2(self.conv1(out), style, mask), 0.2)
        out = self.conv2(out)
        if self.conv1x1 is not None:
            x = self.conv1x1(x)
        return torch.add(out, x) * _HALF_POWER


class SnakeBlock(nn.Module):
    """Three dilated pairs of styled convolutions with the Snake activation (arXiv:2006.08195): x + sin^2(ax)/a."""

    def __init__(self, channels: int, kernel: int) -> None:
        super().__init__()
        self.convs1 = nn.ModuleList(Convolution(channels, channels, kernel, dilation=step) for step in _DILATIONS)
        self.convs2 = nn.ModuleList(Convolution(channels, channels, kernel) for _ in _DILATIONS)
        self.adain1 = nn.ModuleList(AdaIN(channels) for _ in _DILATIONS)
        self.adain2 = nn.ModuleList(AdaIN(channels) for _ in _DILATIONS)
        self.alpha1 = nn.ParameterList(nn.Parameter(torch.ones(1, channels, 1)) for _ in _DILATIONS)
        self.alpha2 = nn.ParameterList(nn.Parameter(torch.ones(1, channels, 1)) for _ in _DILATIONS)

    @override
    def forward(self, x: Tensor, style: Style, mask: Mask) -> Tensor:
        """Map (batch, channel, time) to the same shape."""
        layers = zip(self.adain1, self.alpha1, self.convs1, self.adain2, self.alpha2, self.convs2, strict=True)
        for norm1, alpha1, conv1, norm2, alpha2, conv2 in layers:
            out = conv1(snake(norm1(x, style, mask), alpha1))
            out = conv2(snake(norm2(out, style, mask), alpha2))
            x = out.add_(x)
        return x


def number_norms(decoder: nn.Module) -> dict[str, AdaIN]:
    """Tell each norm its place among the decoder's norms, and return them by name, sorted."""
    norms = {name: each for name, each in decoder.named_modules() if isinstance(each, AdaIN)}
    for place, name in enumerate(sorted(norms)):
        norms[name].place = place
    return dict(sorted(norms.items()))


def snake(x: Tensor, alpha: Tensor) -> Tensor:
    """Bend a signal periodically; zero stays zero, so a masked end stays silent. Without gradients ``x`` is used up."""
    if not torch.is_grad_enabled():  # in place: half the time at this rate is spent on touching fresh memory
        return x.addcdiv_((alpha * x).sin_().square_(), alpha)
    return torch.addcdiv(x, torch.sin(alpha * x).square(), alpha)


def doubled(mask: Mask, times: int = 2, *, extra: int = 0) -> Mask:
    """Stretch a mask to a frame rate ``times`` as high; ``extra`` frames more belong to every sentence's start."""
    if mask is None:
        return None
    stretched = mask.repeat_interleave(times, dim=-1)
    return functional.pad(stretched, (extra, 0), value=1.0) if extra else stretched
