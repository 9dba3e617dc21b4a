"""Whose face it is: dlib's ResNet gives each face 128 numbers, and the same person's lie close together.

Distance .6 is the threshold of the network's author (http://blog.dlib.net/2017/02/high-quality-face-recognition-with-deep.html),
who measured 99.38 % on Labeled Faces in the Wild with it. Our own measurements are in docs/evidence.md. Only the
5-point landmarks are used to straighten faces: the 68-point file that travels with them was trained on pictures whose
licence forbids commercial use, and no card of ours names it.

The numbers are biometric data: they live in this process for one check and are written nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import dlib
import numpy as np

from pipelines.errors import EvidenceRefusedError
from pipelines.evidence import result as names
from pipelines.evidence.result import CheckResult
from pipelines.faces.detection import FaceDetector
from pipelines.media import ByteArray, Float32Array
from pipelines.weights.store import WeightsStore

CARD_ID: Final = "face-identity"
DISTANCE_MAX: Final = 0.6
SOURCE: Final = "the network's author, 99.38 % on Labeled Faces in the Wild; docs/evidence.md"

_FRAMES_MATCHED: Final = 15  # spread over the recording; each costs some 60 ms
_STRANGERS_MAX: Final = 1  # of these frames: a smeared one may look like somebody else
_FRAMES_COUNTED: Final = 25
_SURE: Final = 0.7  # of the detector: a poster in the background is found as well, and has to be
_SHARE_WITH_ONE: Final = 0.9  # of the frames: blinks of the detector while a head turns are no absence
_SIZE_MIN_SHARE: Final = 0.25  # of the biggest face: smaller ones are noise of the detector
_CHIP_PX: Final = 150


class FaceMatcher:
    """Compares and counts faces. Not for sharing between threads."""

    cards = (CARD_ID, "face-detection-short-range")

    def __init__(self, weights: WeightsStore) -> None:
        self._detector = FaceDetector(weights, threads=1)
        self._points = dlib.shape_predictor(str(weights.path(CARD_ID, "shape_predictor_5_face_landmarks.dat")))
        self._network = dlib.face_recognition_model_v1(
            str(weights.path(CARD_ID, "dlib_face_recognition_resnet_model_v1.dat"))
        )

    def embed(self, rgb: ByteArray) -> Float32Array | None:
        """The surest face of (height, width, 3) uint8 as (128,) float32; None without a face."""
        boxes = self._detector.detect(rgb, score_min=_SURE, closely=False)
        boxes = boxes or self._detector.detect(rgb, score_min=_SURE, closely=True)
        if not boxes:
            return None
        (left, top), (right, bottom) = boxes[0].centre - boxes[0].size / 2, boxes[0].centre + boxes[0].size / 2
        rectangle = dlib.rectangle(int(left), int(top), int(right), int(bottom))
        picture = np.ascontiguousarray(rgb)
        chip = dlib.get_face_chip(picture, self._points(picture, rectangle), size=_CHIP_PX)
        return np.asarray(self._network.compute_face_descriptor(chip), dtype=np.float32)

    def match(self, frames: Sequence[ByteArray], pictures: Sequence[ByteArray]) -> CheckResult:
        """Compare the recording's face with every reference picture; the worst picture decides.

        The face must also stay one: a recording that shows somebody else for a part of it fails.

        Args:
            frames: (height, width, 3) uint8 of the statement.
            pictures: portraits, or frames of footage, of the same kind.

        Raises:
            EvidenceRefusedError: no face was found where there has to be one.
        """
        if not pictures:
            return CheckResult(
                name=names.FACE_MATCH,
                outcome="not_applicable",
                score=None,
                threshold=DISTANCE_MAX,
                source=SOURCE,
                reason="the request binds no picture of a face to compare with",
            )
        seen = [one for one in (self.embed(frame) for frame in _spread(frames, _FRAMES_MATCHED)) if one is not None]
        if not seen:
            raise EvidenceRefusedError("no face was found in the statement")
        middle = np.median(np.stack(seen), axis=0)
        distances = []
        for number, picture in enumerate(pictures, start=1):
            known = self.embed(picture)
            if known is None:
                raise EvidenceRefusedError(f"no face was found in reference picture {number}")
            distances.append(float(np.linalg.norm(known - middle)))
        worst = max(distances)
        strangers = sum(float(np.linalg.norm(one - middle)) > DISTANCE_MAX for one in seen)
        is_same = worst <= DISTANCE_MAX and strangers <= _STRANGERS_MAX
        changes = (
            f"; in {strangers} of {len(seen)} frames the face is another one" if strangers > _STRANGERS_MAX else ""
        )
        return CheckResult(
            name=names.FACE_MATCH,
            outcome="passed" if is_same else "failed",
            score=worst,
            threshold=DISTANCE_MAX,
            source=SOURCE,
            reason=(
                f"the face in the statement is {worst:.2f} away from the farthest of {len(distances)} reference "
                f"pictures; up to {DISTANCE_MAX} counts as the same person{changes}"
            ),
        )

    def one_face(self, frames: Sequence[ByteArray]) -> CheckResult:
        """Whether there is exactly one face, all the time."""
        counts = [self._count(frame) for frame in _spread(frames, _FRAMES_COUNTED)]
        share = float(np.mean([count == 1 for count in counts])) if counts else 0.0
        most = max(counts, default=0)
        passed = share >= _SHARE_WITH_ONE and most <= 1
        found = "more than one face was seen" if most > 1 else f"one face was seen in {share:.0%} of the frames"
        return CheckResult(
            name=names.ONE_FACE,
            outcome="passed" if passed else "failed",
            score=share,
            threshold=_SHARE_WITH_ONE,
            source="a choice: a detector may lose a face that turns, a second face never counts; docs/evidence.md",
            reason=f"{found}; needed is one person, alone in the picture all the time",
        )

    def _count(self, rgb: ByteArray) -> int:
        boxes = self._detector.detect(rgb, score_min=_SURE, closely=False)
        if not boxes:
            return len(self._detector.detect(rgb, score_min=_SURE, closely=True)[:2])
        biggest = max(float(box.size.max()) for box in boxes)
        return sum(float(box.size.max()) >= _SIZE_MIN_SHARE * biggest for box in boxes)


def _spread(frames: Sequence[ByteArray], count: int) -> list[ByteArray]:
    """At most ``count`` frames, evenly over the recording."""
    if len(frames) <= count:
        return list(frames)
    return [frames[at] for at in np.linspace(0, len(frames) - 1, count).astype(int)]
