"""The visible label, burned into every frame on its way to the encoder. There is no way around it and no switch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipelines.disclosure.label import LabelPlate, burn
from pipelines.errors import ReleaseError
from pipelines.media import ByteArray, CancelCheck, FrameSource


def labelled_frames(source: FrameSource, plate: LabelPlate, *, cancel: CancelCheck) -> Iterator[ByteArray]:
    """Yield copies of the source's frames with the label burned in, exactly ``frame_count`` of them.

    Copies, because the source may keep a reference and draw over the label after it was burned in.

    Raises:
        ReleaseError: a frame of another shape, or more or fewer frames than announced.
    """
    shape = (source.height, source.width, 3)
    announced = source.frame_count
    count = 0
    for frame in source.frames():
        cancel()
        if count == announced:
            raise ReleaseError(f"the scene goes on after the {announced} frames it announced")
        if frame.shape != shape or frame.dtype != np.uint8:
            raise ReleaseError(f"frame {count} is no {shape[1]}x{shape[0]} RGB picture of bytes")
        labelled = np.array(frame, order="C", copy=True)
        burn(labelled, plate)
        count += 1
        yield labelled
    if count != announced:
        raise ReleaseError(f"the scene ended after {count} of {announced} frames")
