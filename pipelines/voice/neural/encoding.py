"""From symbols and a prosody style to what the decoder needs: the first half of the net, for one or many sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from pipelines.errors import InputInvalidError
from pipelines.media import Float32Array
from pipelines.voice.neural.building import KokoroModules
from pipelines.voice.neural.features import Features, with_pitch
from pipelines.voice.neural.layers import STYLE_DIM, Mask
from pipelines.voice.neural.source import harmonics, spectrum
from pipelines.voice.neural.text import SYMBOLS, SYMBOLS_MAX


@torch.no_grad()
def encode(
    net: KokoroModules,
    ids: Sequence[Sequence[int]],
    styles: Sequence[Float32Array],
    *,
    speed: float,
    f0_scale: float,
    f0_range: float,
) -> tuple[Features, ...]:
    """Compute the features of sentences; see ``TorchKokoro.features``.

    Raises:
        InputInvalidError: A sentence, a style or the speed is out of range.
    """
    _check(ids, styles, speed=speed)
    device = net.text_encoder.embedding.weight.device
    tokens, lengths = _tokens(ids)
    present = _inside(lengths, tokens.shape[1], device)
    tokens = tokens.to(device)
    prosody = torch.from_numpy(np.stack([each[STYLE_DIM:] for each in styles]).astype(np.float32)).to(device)
    encoded, wanted = net.predictor.durations(net.bert(tokens, present), prosody, present, lengths)
    durations = [
        torch.round(row[:length] / speed).clamp(min=1).to(torch.int64)
        for row, length in zip(wanted, lengths.tolist(), strict=True)
    ]
    sounds = net.text_encoder(tokens, present, lengths)
    stretched = nn.utils.rnn.pad_sequence(
        [_stretch(row, its) for row, its in zip(encoded, durations, strict=True)], batch_first=True
    )
    frames = torch.tensor([int(its.sum()) for its in durations])
    inside = _inside(frames, stretched.shape[1], device)
    mask: Mask = None if inside is None else inside.to(torch.float32).unsqueeze(1)
    pitch, energy = net.predictor.curves(stretched, prosody, mask, frames)
    made = []
    for row, its in enumerate(durations):
        end = 2 * int(frames[row])
        f0 = with_pitch(pitch[row, :end], scale=f0_scale, spread=f0_range)
        made.append(
            Features(
                asr=_stretch(sounds[row], its).mT,
                f0=f0,
                energy=energy[row, :end],
                durations=its,
                symbols=tuple(ids[row]),
                excitation=excitation(net, f0),
            )
        )
    return tuple(made)


@torch.no_grad()
def excitation(net: KokoroModules, f0: Tensor) -> Tensor:
    """Return the decoder's excitation, (22, frame), for a pitch curve of (time,) in Hz."""
    return spectrum(net.decoder.generator.m_source(harmonics(f0).to(f0.device)))


def _tokens(ids: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Pad sentences with id 0, one before and at least one behind; returns (batch, symbol) and the lengths."""
    lengths = torch.tensor([len(each) + 2 for each in ids])
    tokens = torch.zeros(len(ids), int(lengths.max()), dtype=torch.int64)
    for row, each in enumerate(ids):
        tokens[row, 1 : len(each) + 1] = torch.tensor(each)
    return tokens, lengths


def _inside(lengths: Tensor, longest: int, device: torch.device) -> Tensor | None:
    """Return (batch, time) bool, True inside each row's length; None when all are full."""
    if bool((lengths == longest).all()):
        return None
    return (torch.arange(longest)[None] < lengths[:, None]).to(device)


def _stretch(rows: Tensor, durations: Tensor) -> Tensor:
    """Repeat each symbol's row for its frames: (symbol, channel) to (frame, channel)."""
    return rows[: len(durations)].repeat_interleave(durations, dim=0)


def _check(ids: Sequence[Sequence[int]], styles: Sequence[Float32Array], *, speed: float) -> None:
    if not ids or len(ids) != len(styles):
        raise InputInvalidError(
            f"{len(ids)} sentences came with {len(styles)} styles; give one style for each sentence"
        )
    for each in ids:
        if not 1 <= len(each) <= SYMBOLS_MAX - 2:
            raise InputInvalidError(f"a sentence has {len(each)} symbols; the net takes 1 to {SYMBOLS_MAX - 2}")
        if not all(0 <= one < SYMBOLS for one in each):
            raise InputInvalidError(f"a symbol's id is outside 0 to {SYMBOLS - 1}")
    for style in styles:
        if style.shape != (2 * STYLE_DIM,):
            raise InputInvalidError(f"a style has the shape {style.shape} and needs ({2 * STYLE_DIM},)")
    if not speed > 0:
        raise InputInvalidError(f"speed {speed} is not above 0")
