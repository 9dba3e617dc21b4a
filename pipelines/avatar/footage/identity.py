"""Who is in footage, and dressed or not: by the same networks as a consent's evidence (``pipelines.evidence``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from pipelines.avatar.footage.reading import FPS, Footage
from pipelines.errors import EvidenceRefusedError, FootageRefusedError
from pipelines.evidence.faces import DISTANCE_MAX, FaceMatcher
from pipelines.evidence.nudity import NudityCheck
from pipelines.evidence.result import CheckResult
from pipelines.media import ByteArray
from pipelines.weights.store import WeightsStore

_EVERY_S: Final = 5.0
_LEAST: Final = 3


def strangers(frames: Sequence[ByteArray], matcher: FaceMatcher) -> tuple[float, int]:
    """The share of faces that are not the usual one's, and which frame is the strangest.

    The usual one is the face that the most others are near to, so two people of equal length make a half.
    """
    seen = [(at, one) for at, one in ((at, matcher.embed(frame)) for at, frame in enumerate(frames)) if one is not None]
    if len(seen) < _LEAST:
        return 0.0, 0
    known = np.stack([one for _, one in seen])
    apart = np.linalg.norm(known[:, None] - known[None], axis=2)
    usual = int(np.argmin(np.median(apart, axis=1)))
    middle = np.median(known[apart[usual] <= DISTANCE_MAX], axis=0)
    far = np.linalg.norm(known - middle, axis=1)
    return float(np.mean(far > DISTANCE_MAX)), seen[int(np.argmax(far))][0]


def same_person(
    footage_frames: Sequence[ByteArray], statement_frames: Sequence[ByteArray], *, weights: WeightsStore
) -> CheckResult:
    """Whether the face of footage is that of the recorded statement (or of a portrait), by each frame given.

    Args:
        footage_frames: some (height, width, 3) uint8, spread over the footage (``sampled_frames``); the worst decides,
            and those in which the detector finds no face are passed over.
        statement_frames: of the consent's evidence video (``pipelines.intake.recording.Capture.frames``).
        weights: with the cards of ``FaceMatcher``.

    Raises:
        FootageRefusedError: in too few of the footage's frames, or in none of the statement's, a face was found.
    """
    matcher = FaceMatcher(weights)
    shown = [frame for frame in footage_frames if matcher.embed(frame) is not None]
    if len(shown) < max(1, len(footage_frames) // 2):
        raise FootageRefusedError(
            f"a face was found in {len(shown)} of {len(footage_frames)} pictures of the footage, and half of them are "
            "needed to say whose it is; film one person who looks into the camera"
        )
    try:
        return matcher.match(statement_frames, shown)
    except EvidenceRefusedError as e:
        raise FootageRefusedError(f"{e}: it cannot be said whose face is in the footage; record it again") from e


def nudity(frames: Sequence[ByteArray], *, weights: WeightsStore) -> CheckResult:
    """Whether one of the frames shows nudity; without any picture it fails."""
    return NudityCheck(weights).check(frames)


def sampled_frames(footage: Footage, *, count: int = 12) -> tuple[ByteArray, ...]:
    """Some pictures spread evenly over footage, for ``same_person``.

    Raises:
        FootageRefusedError: the file is damaged inside.
    """
    most = max(1, min(count, int(footage.frame_count / (_EVERY_S * FPS)) + _LEAST))
    wished = {int(at) for at in np.linspace(0, footage.frame_count - 1, most)}
    return tuple(rgb for _, rgb, _ in footage.survey(wished) if rgb is not None)
