"""Looks at what was painted, before anybody else does: no face, no nudity."""

from __future__ import annotations

from typing import Final

from pipelines.errors import InputInvalidError
from pipelines.evidence.nudity import NudityCheck
from pipelines.faces.landmarks import FaceFinder
from pipelines.media import ByteArray
from pipelines.weights.store import WeightsStore

CARDS: Final = (*FaceFinder.cards, *NudityCheck.cards)
_SCORE_MIN: Final = 0.5  # of the detector
_PRESENCE_MIN: Final = 0.4  # of the mesh: half a face in the distance, or a statue, is one too many
_PLAIN: Final = 4.0  # of 255: on a picture of one colour there is nothing to judge, and the check says no to nothing
_ANSWER: Final = "take another seed, or other words"


class Looker:
    """Judges pictures. Not for sharing between threads."""

    def __init__(self, weights: WeightsStore, *, threads: int = 1) -> None:
        self._faces = FaceFinder(weights, threads=threads)
        self._nudity = NudityCheck(weights)

    def require_nobody(self, rgb: ByteArray) -> None:
        """Refuse a picture, (height, width, 3) uint8, in which a person can be seen.

        Raises:
            InputInvalidError: says what was seen and what to do.
        """
        seen = [face for face in self._faces.find(rgb, score_min=_SCORE_MIN) if face.presence >= _PRESENCE_MIN]
        if seen:
            raise InputInvalidError(f"{len(seen)} faces were painted into the background; {_ANSWER}")
        result = self._nudity.check([rgb])
        if result.outcome != "passed" and float(rgb.std()) > _PLAIN:
            raise InputInvalidError(f"the painted background may not be decent ({result.reason}); {_ANSWER}")
