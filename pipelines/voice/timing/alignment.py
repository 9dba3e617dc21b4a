"""Which part of one string corresponds to which part of another: monotone, by least edit cost.

Words are spoken in a clause, where they run together ("of the" is one sound group) and change their vowels. The clause
is phonemized whole for the sound, and word by word for the map; this module lays the second over the first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_MARKERS = frozenset("ˈˌː ")  # come and go between a word alone and a word in a clause
_MARKER_COST = 0.3
_VOWELS = frozenset("aeiouyɑɐɒæɔəɚɛɜɨɪɯøœʊʌɤᵻᵊAIOQWY\u0303")


def boundaries(parts: tuple[str, ...], whole: str) -> tuple[int, ...]:
    """Return where each part begins in ``whole``: rising positions, the first 0.

    Parts are compared as they are, one space between them.
    """
    parted = " ".join(parts)
    path = _path(parted, whole)
    starts: list[int] = []
    at = 0
    for part in parts:
        start = int(path[at]) if at < len(path) else len(whole)
        while start < len(whole) and whole[start] == " ":
            start += 1  # a space belongs to nobody
        starts.append(max(start, starts[-1] if starts else 0))
        at += len(part) + 1
    return (0, *starts[1:])


def _path(a: str, b: str) -> NDArray[np.int64]:
    """For each character of ``a`` the position in ``b`` that it falls on."""
    cost = np.zeros((len(a) + 1, len(b) + 1))
    cost[1:, 0] = np.cumsum([_gap(c) for c in a])
    cost[0, 1:] = np.cumsum([_gap(c) for c in b])
    for i, x in enumerate(a, start=1):
        for j, y in enumerate(b, start=1):
            cost[i, j] = min(cost[i - 1, j - 1] + _swap(x, y), cost[i - 1, j] + _gap(x), cost[i, j - 1] + _gap(y))
    where = np.zeros(len(a), dtype=np.int64)
    i, j = len(a), len(b)
    while i > 0:
        x, here = a[i - 1], cost[i, j]
        if j > 0 and np.isclose(here, cost[i - 1, j - 1] + _swap(x, b[j - 1])):
            i, j = i - 1, j - 1
            where[i] = j
        elif np.isclose(here, cost[i - 1, j] + _gap(x)):
            i -= 1
            where[i] = j
        else:
            j -= 1
    return where


def _gap(symbol: str) -> float:
    return _MARKER_COST if symbol in _MARKERS else 1.0


def _swap(x: str, y: str) -> float:
    if x == y:
        return 0.0
    if (x in _MARKERS) or (y in _MARKERS):
        return 3.0
    return 0.6 if (x in _VOWELS) == (y in _VOWELS) else 1.6
