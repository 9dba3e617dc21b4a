"""Did the head follow? Two movements are asked for at random, in an order that nobody could have filmed before.

The direction of the face comes from its 468 landmarks, frame by frame, against the person's own resting direction (the
median). A movement counts when the head goes far enough to one side and comes back, and the two come in the order
asked. The camera's picture is not mirrored: the person's left is the picture's right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from pipelines.errors import EvidenceRefusedError
from pipelines.evidence import result as names
from pipelines.evidence.result import CheckResult, Movement
from pipelines.faces.landmarks import FaceFinder
from pipelines.faces.pose import pose_of
from pipelines.media import ByteArray, Float32Array
from pipelines.weights.store import WeightsStore

TURN_MIN_DEG: Final = 12.0  # as the landmarks see it: about 17 degrees in truth, they see seven tenths
TILT_MIN_DEG: Final = 8.0  # about 10 in truth; people nod less far than they turn
RETURN_SHARE: Final = 0.5  # back to less than half of the way
SOURCE: Final = "a choice, measured on turned faces of known angles; docs/evidence.md"
_SEEN_SHARE_MIN: Final = 0.5
_AXES: Final[dict[Movement, tuple[int, int]]] = {  # axis of (yaw, pitch), sign
    "turn_left": (0, 1),
    "turn_right": (0, -1),
    "look_up": (1, -1),
    "look_down": (1, 1),
}
_WORDS: Final[dict[Movement, str]] = {
    "turn_left": "a turn to the left",
    "turn_right": "a turn to the right",
    "look_up": "a look up",
    "look_down": "a look down",
}


class HeadMovements:
    """Checks the movements of one head. Not for sharing between threads."""

    cards = FaceFinder.cards

    def __init__(self, weights: WeightsStore) -> None:
        self._finder = FaceFinder(weights)

    def check(self, frames: Sequence[ByteArray], times_s: Sequence[float], asked: tuple[Movement, ...]) -> CheckResult:
        """Say whether the asked movements were made, in their order.

        Args:
            frames: (height, width, 3) uint8, not mirrored.
            times_s: when each was taken.
            asked: the movements.

        Raises:
            EvidenceRefusedError: the face is seen in too few frames to say anything.
        """
        directions = self._directions(frames)
        seen = ~np.isnan(directions[:, 0])
        if seen.mean() < _SEEN_SHARE_MIN:
            raise EvidenceRefusedError(
                f"a face was found in {seen.mean():.0%} of the frames, needed is half of them at least"
            )
        when = np.asarray(times_s, np.float32)[seen]
        found = find_movements(directions[seen], when, asked)
        reached = min((one for one, _ in found), default=0.0)
        in_order = all(at is not None for _, at in found)
        told = "; ".join(
            f"{_WORDS[movement]}: {'seen' if at is not None else 'not seen'} ({share:.0%} of what is needed)"
            for movement, (share, at) in zip(asked, found, strict=True)
        )
        return CheckResult(
            name=names.HEAD_MOVEMENTS,
            outcome="passed" if in_order and found else "failed",
            score=reached,
            threshold=1.0,
            source=SOURCE,
            reason=f"{told}; needed are both, in this order, and back",
        )

    def _directions(self, frames: Sequence[ByteArray]) -> Float32Array:
        """Yaw and pitch in degrees, (frames, 2); NaN where no face was found."""
        directions = np.full((len(frames), 2), np.nan, np.float32)
        previous: Float32Array | None = None
        for number, frame in enumerate(frames):
            previous = self._finder.landmarks(frame, previous=previous)
            if previous is not None:
                pose = pose_of(previous)
                directions[number] = pose.yaw, pose.pitch
        return directions


def find_movements(
    directions: Float32Array, times_s: Float32Array, asked: Sequence[Movement]
) -> list[tuple[float, float | None]]:
    """For each asked movement: how far it went (1 is enough), and when it peaked; None if it was not made.

    Args:
        directions: (frames, 2) yaw and pitch in degrees.
        times_s: (frames,) seconds, rising.
        asked: the movements, in their order.
    """
    away = directions - np.median(directions, axis=0)
    found: list[tuple[float, float | None]] = []
    after = -1
    for movement in asked:
        axis, sign = _AXES[movement]
        needed = TURN_MIN_DEG if axis == 0 else TILT_MIN_DEG
        way = np.asarray(sign * away[after + 1 :, axis] / needed, dtype=np.float32)
        if way.size == 0:
            found.append((0.0, None))
            continue
        peak = _first_peak(way)
        if peak is None:
            found.append((float(way.max()), None))
            continue
        after += 1 + peak
        found.append((float(way[peak]), float(times_s[after])))
    return found


def _first_peak(way: Float32Array) -> int | None:
    """Index of the first point that goes far enough and from which the head comes back."""
    far = np.flatnonzero(way >= 1)
    if far.size == 0:
        return None
    begun = int(far[0])
    back = np.flatnonzero(way[begun:] < RETURN_SHARE)
    if back.size == 0:
        return None
    return begun + int(np.argmax(way[begun : begun + int(back[0])]))
