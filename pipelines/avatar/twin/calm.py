"""Values that hold still: smoothed in time, but not across the cuts of a film."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from scipy.ndimage import gaussian_filter1d

from pipelines.media import Float32Array


def calmed(values: Float32Array, cuts: Sequence[int], *, sigma: float) -> Float32Array:
    """Rows, (frame, ...), smoothed over ``sigma`` frames between ``cuts``, the first frames of new pieces."""
    edges = [0, *cuts, len(values)]
    parts = [values[a:b] for a, b in itertools.pairwise(edges) if b > a]
    return np.concatenate([gaussian_filter1d(part, sigma, axis=0, mode="nearest") for part in parts]).astype(np.float32)
