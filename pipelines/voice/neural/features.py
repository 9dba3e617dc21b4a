"""What a sentence is before a timbre speaks it: aligned text, pitch, energy and durations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from pipelines.errors import InputInvalidError
from pipelines.voice.kokoro.network import VOICED_HZ
from pipelines.voice.neural.layers import Mask


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Features:
    """One sentence, ready for the decoder. Tensors carry no gradient.

    Attributes:
        asr: (512, frame) text features at 40 Hz.
        f0: (2 x frame,) in Hz at 80 Hz; below 40 Hz is voiceless.
        energy: (2 x frame,), the net's own scale.
        durations: (symbol + 2,) int64 frames of 25 ms, both pads counted; they sum to ``frame``.
        symbols: The ids that were asked for, without the pads.
        excitation: (22, 120 x frame + 1) spectrum of the harmonics of ``f0``.
    """

    asr: Tensor
    f0: Tensor
    energy: Tensor
    durations: Tensor
    symbols: tuple[int, ...]
    excitation: Tensor

    @property
    def frames(self) -> int:
        """Frames of 25 ms."""
        return self.asr.shape[-1]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """Sentences padded to the longest, time last; ``mask`` is None when all are equally long."""

    asr: Tensor
    f0: Tensor
    energy: Tensor
    excitation: Tensor
    mask: Mask


def together(features: Sequence[Features]) -> Batch:
    """Pad sentences into one batch.

    Raises:
        InputInvalidError: There is none.
    """
    if not features:
        raise InputInvalidError("there are no sentences to decode; give at least one")
    longest = max(each.frames for each in features)
    is_even = all(each.frames == longest for each in features)
    mask = None
    if not is_even:
        at = torch.arange(longest, device=features[0].asr.device)
        ends = torch.tensor([each.frames for each in features], device=at.device)
        mask = (at[None, :] < ends[:, None]).to(features[0].asr.dtype).unsqueeze(1)
    return Batch(
        asr=_padded([each.asr for each in features]),
        f0=_padded([each.f0 for each in features]),
        energy=_padded([each.energy for each in features]),
        excitation=_padded([each.excitation for each in features]),
        mask=mask,
    )


def with_pitch(f0: Tensor, *, scale: float, spread: float) -> Tensor:
    """Move a pitch curve: ``scale`` its median, widen its intervals around that by ``spread``.

    Args:
        f0: (time,) in Hz; voiceless values stay as they are.
        scale: 2.0 is an octave up.
        spread: 1.0 keeps the intervals, 0.0 is a monotone; it acts on semitones.
    """
    voiced = f0 > VOICED_HZ
    if (scale == 1.0 and spread == 1.0) or not bool(voiced.any()):
        return f0
    median = f0[voiced].median()
    moved = median * scale * (f0.clamp(min=VOICED_HZ) / median) ** spread
    return torch.where(voiced, moved, f0)


def on_device(features: Features, device: torch.device) -> Features:
    """Return the same features on another device."""
    return replace(
        features,
        asr=features.asr.to(device),
        f0=features.f0.to(device),
        energy=features.energy.to(device),
        durations=features.durations.to(device),
        excitation=features.excitation.to(device),
    )


def _padded(parts: Sequence[Tensor]) -> Tensor:
    longest = max(part.shape[-1] for part in parts)
    return torch.stack([functional.pad(part, (0, longest - part.shape[-1])) for part in parts])
