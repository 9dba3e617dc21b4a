"""Whether painted lips and sound are together, measured from the finished frames."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pipelines.avatar.sync import Lag, lag_of
from pipelines.faces.landmarks import FaceFinder, mouth_opening
from pipelines.media import AudioClip, ByteArray


def seen_lag(frames: Iterable[ByteArray], audio: AudioClip, *, fps: int, finder: FaceFinder) -> Lag | None:
    """How late the lips in these frames are; None where that cannot be told (short, still, silent, no face).

    It costs one pass of the landmark net per frame. Unlike a planned motion, a painted mouth cannot be moved in time
    afterwards; what to do about a lag is the caller's.
    """
    points = None
    openings: list[float] = []
    for frame in frames:
        points = finder.landmarks(frame, previous=points)
        if points is None and not openings:
            return None
        openings.append(openings[-1] if points is None else mouth_opening(points))
    return lag_of(np.array(openings, np.float32), audio, fps=fps)
