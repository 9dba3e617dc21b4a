"""The studio's own stock voices, as the speaker encoder hears them (card "stock-voices").

`bench/make_stock_voices.py` makes the table. No person's voice is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from pipelines.errors import WeightsError
from pipelines.media import Float32Array
from pipelines.speech.encoder import WeightFiles

CARD: Final = "stock-voices"
FILE: Final = "stock_voices.npz"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StockVoice:
    """A stock voice: what ``SpeakerEncoder`` says of it, (256,) of length 1, and its median pitch."""

    name: str
    embedding: Float32Array
    pitch_hz: float


def stock_voices(weights: WeightFiles) -> tuple[StockVoice, ...]:
    """All of them.

    Raises:
        WeightsError: the file is no such table.
    """
    path = weights.path(CARD, FILE)
    try:
        with np.load(path, allow_pickle=False) as held:
            return tuple(
                StockVoice(name=str(name), embedding=voice, pitch_hz=float(pitch_hz))
                for name, voice, pitch_hz in zip(held["names"], held["voices"], held["pitches"], strict=True)
            )
    except (OSError, ValueError, KeyError) as e:
        raise WeightsError(f"{path} is not a table of voices; reinstall Sayso") from e
