"""Lets what is known of a picture grow smoothly over what is not, by pull and push.

Averages of what is known at ever coarser sizes fill what is not (Gortler et al., The Lumigraph, 1996, section 3.4).
Nothing is invented: it is for rooms out of focus, for the light on a screen and for colours under a soft edge.
"""

from __future__ import annotations

import cv2
import numpy as np

from pipelines.media import Float32Array

_SURE = 4  # a coarse pixel of which a quarter is known counts as known


def grown(picture: Float32Array, weight: Float32Array) -> Float32Array:
    """Return (height, width, 3): the picture where ``weight`` (height, width) is 1, what is around it where it is 0."""
    if min(weight.shape) <= 2 or float(weight.min()) >= 1.0:  # noqa: PLR2004 -- pixels: nothing is coarser
        mean = (picture * weight[..., None]).sum(axis=(0, 1)) / max(float(weight.sum()), 1e-6)
        return np.asarray(picture * weight[..., None] + mean * (1 - weight[..., None]), dtype=np.float32)
    height, width = weight.shape
    half = ((width + 1) // 2, (height + 1) // 2)
    known = np.asarray(cv2.resize(weight, half, interpolation=cv2.INTER_AREA), dtype=np.float32)
    sums = np.asarray(cv2.resize(picture * weight[..., None], half, interpolation=cv2.INTER_AREA), dtype=np.float32)
    means = np.asarray(sums / np.maximum(known, 1e-6)[..., None], dtype=np.float32)
    coarse = grown(means, np.minimum(np.float32(1), _SURE * known))
    spread = np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)
    return np.asarray(picture * weight[..., None] + spread * (1 - weight[..., None]), dtype=np.float32)
