"""From sound to mouth: ridge regression on Whisper's features of a frame and its neighbours, or loudness alone.

The coefficients are ours (``assets/driver/mouth_driver.npz``, card ``mouth-driver``) and made by
``bench/train_mouth_driver.py``, which also measures them on real footage.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter1d

from pipelines.assets import ASSETS
from pipelines.avatar.speech_features import FEATURES
from pipelines.errors import WeightsError
from pipelines.media import Float32Array

CARD_ID = "mouth-driver"
DRIVER_PATH = ASSETS / "driver" / "mouth_driver.npz"
CONTEXT = 3  # frames on each side, at 25 frames a second
FPS = 25

_SPEC_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MouthDriver:
    """Linear maps from features to (opening, wide).

    ``mean`` and ``scale`` are (512,), ``weights`` (7 * 512, 2), ``bias`` (2,).
    """

    mean: Float32Array
    scale: Float32Array
    weights: Float32Array
    bias: Float32Array

    def curves(self, features: Float32Array) -> Float32Array:
        """(frame, 2): opening and wide, in the units of the training targets."""
        return np.asarray(with_context((features - self.mean) / self.scale) @ self.weights + self.bias, np.float32)


def with_context(features: Float32Array) -> Float32Array:
    """Each row with its neighbours on both sides, (frame, 7 * feature); the ends repeat."""
    count = len(features)
    index = np.clip(np.arange(count)[:, None] + np.arange(-CONTEXT, CONTEXT + 1), 0, count - 1)
    return np.asarray(features[index].reshape(count, -1), dtype=np.float32)


def load_driver(path: Path = DRIVER_PATH) -> MouthDriver:
    """Read the coefficients.

    Raises:
        WeightsError: the file is missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            version = int(stored["spec_version"])
            mean, scale = stored["mean"].astype(np.float32), stored["scale"].astype(np.float32)
            weights = stored["weights"].astype(np.float32)
            bias = stored["bias"].astype(np.float32)
    except (OSError, KeyError, ValueError) as e:
        raise WeightsError(f"{path} cannot be read as mouth driver; restore it from the release") from e
    if version != _SPEC_VERSION or weights.shape != ((2 * CONTEXT + 1) * FEATURES, 2):
        raise WeightsError(f"{path} is of version {version} and shape {weights.shape}; restore it from the release")
    return MouthDriver(mean=mean, scale=scale, weights=weights, bias=bias)


def store_driver(driver: MouthDriver, path: Path) -> None:
    """Write the coefficients in the form that ``load_driver`` reads."""
    np.savez_compressed(
        path,
        spec_version=np.int32(_SPEC_VERSION),
        mean=driver.mean.astype(np.float32),
        scale=driver.scale.astype(np.float32),
        weights=driver.weights.astype(np.float32),
        bias=driver.bias.astype(np.float32),
    )


def opening_from_loudness(level: Float32Array) -> Float32Array:
    """A plain stand-in: louder is wider. ``level`` in dB, 0 is loud."""
    return np.asarray(gaussian_filter1d(np.clip((level + 26) / 24, 0, 1.2) ** 1.2, 0.7), dtype=np.float32)
