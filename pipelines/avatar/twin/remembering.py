"""Which pictures of the footage come next: near what was predicted, and one after the other as they were filmed.

A prediction is smooth; the footage is sharp. The cheapest path through the footage (Viterbi) pays for each picture's
distance from the prediction and for each jump in appearance that the footage itself does not have.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from pipelines.media import Float32Array

CANDIDATES: Final = 60
_JUMP: Final = 0.25
_KEEP: Final = 24  # leading components that decide


def cheapest_path(wanted: Float32Array, bank: Float32Array) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """For each wanted row, (frame, component), the number of a row of ``bank``, (picture, component)."""
    scale = 1 / max(float(np.sqrt(bank.var(axis=0).sum())), 1e-6)
    near, rows = wanted[:, :_KEEP] * scale, bank * scale
    few = rows[:, :_KEEP]
    distance = (near**2).sum(1)[:, None] + (few**2).sum(1)[None] - 2 * near @ few.T
    count = min(CANDIDATES, len(bank))
    chosen = np.argpartition(distance, count - 1, axis=1)[:, :count]
    cost = np.maximum(np.take_along_axis(distance, chosen, axis=1), 0)
    total, back = cost[0], []
    for at in range(1, len(wanted)):
        follower = np.minimum(chosen[at - 1] + 1, len(bank) - 1)
        a, b = rows[follower], rows[chosen[at]]
        jump = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
        way = total[:, None] + _JUMP * np.sqrt(np.maximum(jump, 0))
        best = way.argmin(axis=0)
        back.append(best)
        total = way[best, np.arange(count)] + cost[at]
    place = int(total.argmin())
    path = [place]
    for best in reversed(back):
        place = int(best[place])
        path.append(place)
    return np.array([chosen[at][one] for at, one in enumerate(reversed(path))], dtype=np.int64)
