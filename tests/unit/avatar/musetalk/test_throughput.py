"""Nets of the real size, with random numbers, on a CUDA device."""

from __future__ import annotations

import pytest
import torch

from bench.musetalk import full_size, seconds_a_frame

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.slow,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no CUDA device"),
]


def test_footage_is_painted_in_real_time() -> None:
    """The authors say 30 frames a second on a V100; 25 are what a take needs."""
    nets = full_size(torch.device("cuda"), torch.float16)
    cost = seconds_a_frame(nets, batch=16, batches=10, still=False)
    print(f"{1 / cost:.0f} frames a second on {torch.cuda.get_device_name()}")
    assert cost < 1 / 25
