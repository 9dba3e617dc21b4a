"""Did the head follow? Two movements are asked for at random, in an order that nobody could have filmed before.

The direction of the face comes from its 468 landmarks, frame by frame, against the person's own resting direction (the
median). A movement counts when the head goes far enough to one side and comes back. The two asked for must come first
and in their order: a film in which somebody moves in every direction would otherwise answer whatever is asked. What
comes after them, such as a look down at the button, is nobody's business. The camera's picture is not mirrored: the
person's left is the picture's right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
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
        first = next((one.movement for one in moves_of(directions[seen])), None)
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
            reason=f"{told}{_other_first(first, asked)}; needed are both, first of all, in this order, and back",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One movement that was made: which frames it took, and how far it went (1 is enough)."""

    movement: Movement
    start: int
    peak: int
    end: int  # the first frame in which the head was back
    reach: float


def moves_of(directions: Float32Array) -> tuple[Move, ...]:
    """Every movement, in the order in which they were made. Of two at once, as up and left, the farther one counts.

    Args:
        directions: (frames, 2) yaw and pitch in degrees.
    """
    kept: list[Move] = []
    found = [move for movement in _AXES for move in _moves_to(_way(directions, movement), movement)]
    for move in sorted(found, key=lambda one: -one.reach):
        if all(move.end <= other.start or other.end <= move.start for other in kept):
            kept.append(move)
    return tuple(sorted(kept, key=lambda one: one.start))


def find_movements(
    directions: Float32Array, times_s: Float32Array, asked: Sequence[Movement]
) -> list[tuple[float, float | None]]:
    """For each asked movement: how far the head went that way (1 is enough), and when; None if it was not made in turn.

    Args:
        directions: (frames, 2) yaw and pitch in degrees.
        times_s: (frames,) seconds, rising.
        asked: the movements, in their order.
    """
    moves = list(moves_of(directions))
    # Twice to the same side is one answer: people repeat what they think was not seen.
    in_turn = [*moves[:1], *(after for before, after in pairwise(moves) if after.movement != before.movement)]
    found: list[tuple[float, float | None]] = []
    is_right = True
    for place, movement in enumerate(asked):
        made = in_turn[place] if place < len(in_turn) else None
        is_right = is_right and made is not None and made.movement == movement
        if is_right and made is not None:
            found.append((made.reach, float(times_s[made.peak])))
        else:
            found.append((float(_way(directions, movement).max(initial=0.0)), None))
    return found


def _way(directions: Float32Array, movement: Movement) -> Float32Array:
    """How far the head is from its rest towards one side, frame by frame; 1 is enough."""
    axis, sign = _AXES[movement]
    if len(directions) == 0:
        return np.zeros(0, np.float32)
    away = directions[:, axis] - np.median(directions[:, axis])
    return np.asarray(sign * away / (TURN_MIN_DEG if axis == 0 else TILT_MIN_DEG), dtype=np.float32)


def _moves_to(way: Float32Array, movement: Movement) -> Iterator[Move]:
    """Each time that the head goes far enough and comes back."""
    start = 0
    while (far := np.flatnonzero(way[start:] >= 1)).size:
        begun = start + int(far[0])
        back = np.flatnonzero(way[begun:] < RETURN_SHARE)
        if back.size == 0:
            return
        end = begun + int(back[0])
        peak = begun + int(np.argmax(way[begun:end]))
        yield Move(movement=movement, start=begun, peak=peak, end=end, reach=float(way[peak]))
        start = end


def _other_first(first: Movement | None, asked: Sequence[Movement]) -> str:
    return "" if first is None or first in asked[:1] else f"; {_WORDS[first]} came first"
