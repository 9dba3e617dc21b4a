"""The watermark of sound, where its weights are installed; its nets are loaded with the first sound that needs them."""

from __future__ import annotations

import threading

from pipelines.disclosure.watermark.perth import CARD_ID, PerthWatermark
from pipelines.disclosure.watermark.sound import SoundWatermark
from pipelines.release.watermarking import WatermarkSource
from pipelines.weights.store import WeightsStore


def installed_watermark(weights: WeightsStore) -> WatermarkSource:
    """Return what the door and the checks ask for the engine."""
    made: list[PerthWatermark] = []
    lock = threading.Lock()

    def source() -> SoundWatermark | None:
        with lock:
            if not made and weights.state(CARD_ID) == "installed":
                made.append(PerthWatermark(weights))
            return made[0] if made else None

    return source
