"""Principal components of pictures: many values, few rows."""

from __future__ import annotations

import numpy as np

from pipelines.media import Float32Array


def components(rows: Float32Array, count: int) -> tuple[Float32Array, Float32Array]:
    """Mean (value,) and first components (component, value), of length one, largest first.

    By the small Gram matrix, because values are many and pictures few.
    """
    mean = rows.mean(axis=0)
    off = rows - mean
    values, vectors = np.linalg.eigh(off @ off.T)
    best = np.argsort(values)[::-1][: min(count, len(rows) - 1)]
    basis = vectors[:, best].T @ off
    length = np.maximum(np.linalg.norm(basis, axis=1, keepdims=True), 1e-9)
    return mean.astype(np.float32), (basis / length).astype(np.float32)
