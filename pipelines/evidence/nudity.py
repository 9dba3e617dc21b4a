"""No nudity in any reference: Yahoo's open_nsfw network, as ONNX, looks at each picture.

It scores 0 to 1; its authors call below .2 safe and above .8 very probably not, and leave the choice in between to
who uses it. Nobody's advertisement needs what lies between, so the safe end is ours. It misses drawings and
partial nudity, and it is no judge of taste: a person looks at every record (docs/evidence.md). A blank picture, such as
the first one of many cameras, shows nobody; the network takes a grey one for .21, so blank ones are passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import onnxruntime
from PIL import Image

from pipelines.evidence import result as names
from pipelines.evidence.result import CheckResult
from pipelines.media import ByteArray, Float32Array
from pipelines.weights.store import WeightsStore

CARD_ID: Final = "nsfw"
SCORE_MAX: Final = 0.2
SOURCE: Final = "open_nsfw's authors: below .2 is safe"

_SIDE_PX: Final = 256
_CROP_PX: Final = 224
_BLANK_MAX: Final = 4.0  # of 255: the deviation of all values of a picture on which there is nothing
_MEAN_BGR: Final = np.array([104, 117, 123], np.float32)  # of the network's training


class NudityCheck:
    """Scores pictures. Not for sharing between threads."""

    cards = (CARD_ID,)

    def __init__(self, weights: WeightsStore) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(weights.path(CARD_ID, "open-nsfw.onnx")), options, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0]

    def score(self, rgb: ByteArray) -> float:
        """How sure the network is that (height, width, 3) uint8 shows nudity, 0 to 1."""
        batch = _prepared(rgb)
        if list(self._input.shape[1:2]) == [3]:
            batch = batch.transpose(0, 3, 1, 2)
        (answer,) = self._session.run(None, {self._input.name: np.ascontiguousarray(batch)})[:1]
        return float(np.asarray(answer).reshape(-1)[-1])

    def check(self, pictures: Sequence[ByteArray]) -> CheckResult:
        """Say whether any picture shows nudity; the worst one decides, and without any picture it fails."""
        shown = [picture for picture in pictures if float(picture.std()) > _BLANK_MAX]
        worst = max((self.score(picture) for picture in shown), default=1.0)
        return CheckResult(
            name=names.NUDITY,
            outcome="passed" if worst <= SCORE_MAX else "failed",
            score=worst,
            threshold=SCORE_MAX,
            source=SOURCE,
            reason=f"the highest score of {len(shown)} pictures is {worst:.2f}; up to {SCORE_MAX} is taken for safe",
        )


def _prepared(rgb: ByteArray) -> Float32Array:
    """The network's own preparation: (1, 224, 224, 3) float32 BGR around zero, from the middle of the picture."""
    scaled = Image.fromarray(rgb).resize((_SIDE_PX, _SIDE_PX), Image.Resampling.BILINEAR)  # as in its training
    edge = (_SIDE_PX - _CROP_PX) // 2
    crop = np.asarray(scaled, dtype=np.float32)[edge : edge + _CROP_PX, edge : edge + _CROP_PX, ::-1]
    return (crop - _MEAN_BGR)[None]
