"""Layers with random parameters: a sentence in a batch sounds as it does alone, and the source holds its pitch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from pipelines.errors import InputInvalidError
from pipelines.voice.neural.features import together, with_pitch
from pipelines.voice.neural.layers import (
    STYLE_DIM,
    AdaIN,
    Convolution,
    ResidualBlock,
    SnakeBlock,
    Steering,
    number_norms,
)
from pipelines.voice.neural.lowrank import LowRank
from pipelines.voice.neural.source import FFT_HOP, PITCH_HOP, SAMPLE_RATE, harmonics, spectrum

SHORT, LONG = 7, 12


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(5)


BLOCKS: dict[str, Callable[[], nn.Module]] = {
    "norm": lambda: AdaIN(6),
    "plain": lambda: ResidualBlock(6, 6),
    "wider": lambda: ResidualBlock(6, 10),
    "doubling": lambda: ResidualBlock(6, 4, is_doubling=True),
    "snake": lambda: SnakeBlock(6, 7),
}


@pytest.mark.parametrize("make", BLOCKS.values(), ids=BLOCKS)
def test_a_short_sentence_is_the_same_beside_a_long_one(make: Callable[[], nn.Module]) -> None:
    block = make().eval()
    style = torch.randn(2, STYLE_DIM)
    x = torch.randn(2, 6, LONG) + 0.5
    mask = (torch.arange(LONG)[None] < torch.tensor([[SHORT], [LONG]])).float().unsqueeze(1)
    with torch.no_grad():
        together_ = block(x.clone(), style, mask)
        alone = block(x[:1, :, :SHORT].clone(), style[:1], None)
        full = block(x[1:].clone(), style[1:], None)
    assert torch.allclose(together_[:1, :, : alone.shape[-1]], alone, atol=1e-5)
    assert torch.allclose(together_[1:], full, atol=1e-5)


def test_without_gradients_the_numbers_are_the_same() -> None:
    block, style, x = SnakeBlock(6, 3).eval(), torch.randn(1, STYLE_DIM), torch.randn(1, 6, LONG)
    open_ = block(x.clone(), style, None)
    with torch.no_grad():
        closed = block(x.clone(), style, None)
    assert torch.allclose(open_, closed, atol=1e-6)


def test_a_norm_of_its_own_timbre_hears_that_and_the_others_do_not() -> None:
    block = SnakeBlock(6, 3).eval()
    names = list(number_norms(block))
    timbre, layers = torch.randn(1, STYLE_DIM), torch.zeros(1, len(names), STYLE_DIM)
    place = names.index("adain2.1")
    layers[0, place] = 1.0
    steering = Steering(timbre=timbre, layers=layers)
    one, other = block.adain2[1], block.adain1[0]
    assert torch.allclose(one.affine(steering), one.fc(timbre + 1.0))
    assert torch.allclose(other.affine(steering), other.fc(timbre))
    shifts = tuple(torch.full((1, 12), float(at)) for at in range(len(names)))
    assert torch.allclose(one.affine(Steering(timbre=timbre, shifts=shifts)), one.fc(timbre) + place)


def test_a_light_convolution_is_close_and_keeps_gradients_exact() -> None:
    conv = Convolution(16, 16, 5, dilation=2)
    x = torch.randn(1, 16, 40)
    exact = conv(x).detach()
    conv.lighten()
    with torch.no_grad():
        light = conv(x)
    assert 0 < float((light - exact).abs().max()) < 0.05
    assert torch.equal(conv(x).detach(), exact)


def test_the_source_sings_the_pitch_and_is_silent_without_one() -> None:
    f0 = torch.cat([torch.full((40,), 200.0), torch.zeros(40)])
    sines = harmonics(f0).numpy()
    assert sines.shape == (80 * PITCH_HOP, 9)
    voiced = sines[2_000:10_000, 0]
    crossings = int((np.diff(np.signbit(voiced)) != 0).sum())
    assert crossings / 2 / (len(voiced) / SAMPLE_RATE) == pytest.approx(200.0, rel=0.01)
    third = np.abs(np.fft.rfft(sines[2_000:10_000, 2]))
    assert np.argmax(third) * SAMPLE_RATE / 8_000 == pytest.approx(600.0, abs=3)
    assert not sines[41 * PITCH_HOP :].any()


def test_the_spectrum_of_a_tone_lies_in_its_bin() -> None:
    tone = torch.sin(2 * torch.pi * 2_400 / SAMPLE_RATE * torch.arange(2_400))
    made = spectrum(tone)
    assert made.shape == (22, 2_400 // FFT_HOP + 1)
    assert int(made[:11, 100].argmax()) == 2  # bins are 1,200 Hz apart


def test_moving_the_pitch_moves_its_median_and_its_intervals() -> None:
    f0 = torch.tensor([8.0, 100.0, 120.0, 144.0, 9.0])
    moved = with_pitch(f0, scale=1.5, spread=0.5)
    assert moved[2] == pytest.approx(180.0)
    assert float(moved[3] / moved[2]) == pytest.approx(1.2**0.5)
    assert moved[[0, 4]].tolist() == [8.0, 9.0]
    assert with_pitch(f0, scale=1.0, spread=1.0) is f0
    silent = torch.tensor([8.0, 9.0])
    assert with_pitch(silent, scale=2.0, spread=1.0) is silent


def test_no_sentence_makes_no_batch() -> None:
    with pytest.raises(InputInvalidError, match="at least one"):
        together([])


def low_rank(decoder: nn.Module, rank: int = 2, targets: tuple[str, ...] = ("conv?.weight",)) -> LowRank:
    return LowRank(decoder, rank=rank, generator=torch.Generator().manual_seed(1), targets=targets)


def test_a_low_rank_change_starts_at_nothing_and_learns() -> None:
    block = ResidualBlock(6, 6).requires_grad_(requires_grad=False)
    change = low_rank(block)
    assert all(torch.equal(value, dict(block.named_parameters())[name]) for name, value in change.weights().items())
    assert float(change.size().detach()) == 0.0

    def spoken() -> Tensor:
        out: Tensor = torch.func.functional_call(block, change.weights(), (x, style, None))
        return out

    x, style = torch.randn(1, 6, LONG), torch.randn(1, STYLE_DIM)
    optimiser = torch.optim.Adam(change.parameters(), lr=0.05)
    before = float(spoken().detach().square().mean())
    for _ in range(20):
        optimiser.zero_grad()
        loss = spoken().square().mean()
        loss.backward()
        optimiser.step()
    assert float(spoken().detach().square().mean()) < before
    assert float(change.size().detach()) > 0.0
    other = low_rank(block)
    other.load_state(change.state())
    assert all(torch.equal(other.weights()[name], value) for name, value in change.weights().items())


def test_a_low_rank_change_refuses_what_does_not_fit() -> None:
    block = ResidualBlock(6, 6)
    with pytest.raises(InputInvalidError, match="no parameter"):
        low_rank(block, targets=("nothing.*",))
    with pytest.raises(InputInvalidError, match="below 1"):
        low_rank(block, rank=0)
    with pytest.raises(InputInvalidError, match="do not fit"):
        low_rank(block).load_state(low_rank(block, rank=3).state())
