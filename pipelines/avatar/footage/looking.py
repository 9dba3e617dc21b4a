"""Goes through footage once: a few pictures a second are looked at closely, three stretches at every picture.

The stretches (8 s each) are for what happens between two pictures: whether lips and sound belong together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipelines.avatar.footage.face_marks import FaceMarks, marks_of
from pipelines.avatar.footage.reading import FPS, Footage
from pipelines.faces.landmarks import FaceFinder, FoundFace, eye_distance, mouth_opening
from pipelines.faces.nets import WeightsFolder
from pipelines.media import ByteArray, CancelCheck, Float32Array, Progress

EVERY: Final = 6  # pictures: about four a second
STRETCH_S: Final = 8.0
TOLD_S_MIN: Final = 15.0  # 9 s told a wrong offset of sound and lips in three of sixteen films
STRETCHES_AT: Final = (0.15, 0.5, 0.85)  # of the length: the middle of each stretch

_FACE_MIN: Final = 0.6  # presence: a cat's face gives .46
_FIRST_MIN: Final = 0.5  # score of the detector
_SECOND_MIN: Final = 0.7
_SECOND_SHARE: Final = 0.25  # of the first face: smaller ones are noise of the detector
_CLOSELY_EVERY: Final = 8  # looks: small faces behind the person are looked for every two seconds
_KEPT: Final = 15  # whole pictures, for who it is and what is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One picture: its number, how many faces there are, and the marks of the first."""

    index: int
    faces: int
    marks: FaceMarks | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch: the first picture's number, and the lips' opening: (frame,) float32, NaN without a face."""

    start: int
    opening: Float32Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """All that was seen. ``thumbnails`` is (frame, height, width) uint8; ``kept`` are some whole pictures by number."""

    seen: tuple[Look, ...]
    stretches: tuple[Stretch, ...]
    thumbnails: ByteArray
    kept: tuple[tuple[int, ByteArray], ...]

    def marked(self) -> list[tuple[Look, FaceMarks]]:
        """The looks that show a face."""
        return [(one, one.marks) for one in self.seen if one.marks is not None]


def look_through(footage: Footage, *, weights: WeightsFolder, progress: Progress, cancel: CancelCheck) -> Looks:
    """Look at the pictures of footage.

    Raises:
        FootageRefusedError: the file is damaged inside.
        CancelledError: the person asked to stop.
    """
    finder = FaceFinder(weights)
    count = footage.frame_count
    looked = range(0, count, EVERY)
    stretches = list(_stretches(count))
    dense = {index for stretch in stretches for index in stretch}
    kept_at = {looked[at] for at in np.linspace(0, len(looked) - 1, min(_KEPT, len(looked))).astype(int)}
    seen: list[Look] = []
    kept: list[tuple[int, ByteArray]] = []
    thumbnails: list[ByteArray] = []
    openings: dict[int, float] = {}
    previous: Float32Array | None = None
    for index, rgb, thumbnail in footage.survey({*looked, *dense}):
        cancel()
        thumbnails.append(thumbnail)
        if rgb is None:
            previous = None
        elif index % EVERY == 0:
            look, face = _look(finder, rgb, index, closely=len(seen) % _CLOSELY_EVERY == 0)
            seen.append(look)
            previous = face.landmarks if face else None
            if index in kept_at:
                kept.append((index, rgb))
        else:
            previous = finder.landmarks(rgb, previous=previous) if previous is not None else None
        if index in dense:
            openings[index] = mouth_opening(previous) if previous is not None else float("nan")
        progress((index + 1) / count)
    return Looks(
        seen=tuple(seen),
        stretches=tuple(
            Stretch(start=one.start, opening=np.array([openings[at] for at in one], np.float32)) for one in stretches
        ),
        thumbnails=np.stack(thumbnails),
        kept=tuple(kept),
    )


def _stretches(count: int) -> Iterator[range]:
    length = round(STRETCH_S * FPS)
    if count < TOLD_S_MIN * FPS:
        return
    if count < length * (len(STRETCHES_AT) + 1):
        yield range(count)
        return
    for share in STRETCHES_AT:
        start = round(share * count) - length // 2
        start = min(max(0, start), count - length) // EVERY * EVERY
        yield range(start, start + length)


def _look(finder: FaceFinder, rgb: ByteArray, index: int, *, closely: bool) -> tuple[Look, FoundFace | None]:
    faces = [one for one in finder.find(rgb, score_min=_FIRST_MIN, closely=closely) if one.presence >= _FACE_MIN]
    if not faces and not closely:
        faces = [one for one in finder.find(rgb, score_min=_FIRST_MIN, closely=True) if one.presence >= _FACE_MIN]
    if not faces:
        return Look(index=index, faces=0, marks=None), None
    first = max(faces, key=lambda one: eye_distance(one.landmarks))
    smallest = _SECOND_SHARE * eye_distance(first.landmarks)
    others = [
        one
        for one in faces
        if one is not first and one.score >= _SECOND_MIN and eye_distance(one.landmarks) >= smallest
    ]
    return Look(index=index, faces=1 + len(others), marks=marks_of(rgb, first)), first
