"""Small changes to the decoder's convolutions that a fit may learn beside the timbre: W + B A, of low rank.

Source: Hu et al. 2021 (LoRA, arXiv:2106.09685). B starts at zero, so that nothing changes until it is trained.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

import torch
from torch import Tensor, nn

from pipelines.errors import InputInvalidError

# The styled blocks at text rate: they shape the spectrum, cost little, and hold no pitch.
DEFAULT_TARGETS = ("decode.*.conv?.weight",)


class LowRank:
    """Trainable low-rank changes of decoder parameters.

    Args:
        decoder: The decoder whose parameters change; it is not touched itself.
        rank: Columns of each change.
        generator: Where the random half of each change comes from.
        targets: Shell patterns of parameter names.

    Raises:
        InputInvalidError: No parameter has such a name, or the rank is below 1.
    """

    def __init__(
        self,
        decoder: nn.Module,
        *,
        rank: int,
        generator: torch.Generator,
        targets: Sequence[str] = DEFAULT_TARGETS,
    ) -> None:
        if rank < 1:
            raise InputInvalidError(f"the rank {rank} is below 1; 2 to 8 is usual")
        self._plain = {
            name: value.detach()
            for name, value in decoder.named_parameters()
            if value.ndim > 1 and any(fnmatchcase(name, target) for target in targets)
        }
        if not self._plain:
            raise InputInvalidError(f"no parameter of the decoder is called {' or '.join(targets)}")
        self._down: dict[str, Tensor] = {}
        self._up: dict[str, Tensor] = {}
        for name, value in self._plain.items():
            rows = value.flatten(1)
            start = torch.randn(rank, rows.shape[1], generator=generator) / rows.shape[1] ** 0.5
            self._down[name] = start.to(value.device).requires_grad_()
            self._up[name] = torch.zeros(rows.shape[0], rank, device=value.device, requires_grad=True)

    def parameters(self) -> list[Tensor]:
        """What an optimiser moves."""
        return [*self._down.values(), *self._up.values()]

    def weights(self) -> dict[str, Tensor]:
        """Return the changed parameters by name, for ``TorchKokoro.decode``; differentiable."""
        return {name: plain + (self._up[name] @ self._down[name]).view_as(plain) for name, plain in self._plain.items()}

    def size(self) -> Tensor:
        """Return the mean squared change relative to the mean squared parameter; for a regulariser."""
        parts = [
            (self._up[name] @ self._down[name]).square().mean() / plain.square().mean()
            for name, plain in self._plain.items()
        ]
        return torch.stack(parts).mean()

    def state(self) -> dict[str, Tensor]:
        """Return both halves of each change by name, detached, for storing as safetensors."""
        halves = (("down", self._down), ("up", self._up))
        return {f"{name}.{half}": value.detach().clone() for half, held in halves for name, value in held.items()}

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        """Take over what ``state`` returned.

        Raises:
            InputInvalidError: It was made for other parameters or another rank.
        """
        mine = self.state()
        if mine.keys() != state.keys() or any(mine[name].shape != state[name].shape for name in mine):
            raise InputInvalidError(
                f"the stored change has {len(state)} parts that do not fit; this one has {len(mine)}"
            )
        with torch.no_grad():
            for half, held in (("down", self._down), ("up", self._up)):
                for name, value in held.items():
                    value.copy_(state[f"{name}.{half}"])
