"""Where a fit starts: the stock voice that is most like the person.

The same one gives the way of speaking in every language. (The voice of each language's own that is most like the person
was tried: word errors rose by .09 and the second encoder knew the person less.)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from pipelines.errors import WeightsError
from pipelines.media import Float32Array
from pipelines.voice.engine import WeightFiles

STOCK_CARD: Final = "stock-voices"


def stock_voices(weights: WeightFiles) -> Mapping[str, Float32Array]:
    """What ``SpeakerEncoder`` says of each stock voice, (256,) by name."""
    path = weights.path(STOCK_CARD, "stock_voices.npz")
    try:
        with np.load(path, allow_pickle=False) as held:
            return {str(name): held["voices"][at] for at, name in enumerate(held["names"])}
    except (OSError, ValueError, KeyError) as e:
        raise WeightsError(f"{path} does not hold the stock voices; run: sayso models verify") from e


def nearest_voices(embedding: Float32Array, stock: Mapping[str, Float32Array]) -> list[str]:
    """The stock voices, most like the person first."""
    return sorted(stock, key=lambda name: -float(stock[name] @ embedding))
