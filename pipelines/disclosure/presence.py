"""Is the label really there? Measured on a decoded frame, as a stranger's player would show it.

Two things must hold where the label was burned in: the letters correlate with the ones we drew, over the whole text and
in every part of it (a cover over two letters is a missing label), and the measured contrast is at least the market's.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from pipelines.disclosure.contrast import contrast_ratio, relative_luminance
from pipelines.disclosure.label import LabelPlate
from pipelines.media import ByteArray, Float32Array

# Measured on x264 crf 18 to 35: a label that is there correlates at .97 and more (weakest part .93); one of another
# language, moved by a few pixels or blurred beyond reading falls under .8 (weakest part under .5).
CORRELATION_MIN = 0.85
WEAKEST_MIN = 0.65
_CORE = 250  # pixels that are all letter
_CORE_PIXELS_MIN = 60
_PART_HEIGHTS = 1.2  # a part is this many text heights wide


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFinding:
    """What was measured; ``reason`` is empty when the label is present."""

    present: bool
    correlation: float
    weakest: float
    contrast: float
    reason: str = ""


def label_is_present(frame: ByteArray, plate: LabelPlate) -> LabelFinding:
    """Measure the label in a decoded RGB frame of the released size."""
    box = plate.box
    if box.y + box.height > frame.shape[0] or box.x + box.width > frame.shape[1]:
        return LabelFinding(
            present=False,
            correlation=0.0,
            weakest=0.0,
            contrast=1.0,
            reason=f"the frame is {frame.shape[1]}x{frame.shape[0]} and cannot hold the label at {box}",
        )
    region = frame[box.y : box.y + box.height, box.x : box.x + box.width]
    seen = cv2.cvtColor(region, cv2.COLOR_RGB2GRAY).astype(np.float32)
    drawn = plate.letters.astype(np.float32)
    correlation = _correlation(seen, drawn)
    weakest = _weakest_part(seen, drawn, plate)
    contrast = _contrast(region, plate)
    reason = ""
    if correlation < CORRELATION_MIN or weakest < WEAKEST_MIN:
        reason = (
            f"the label {plate.text!r} cannot be read at {box}: correlation {correlation:.2f}, weakest {weakest:.2f}"
        )
    elif contrast < plate.contrast_min:
        reason = f"the label's contrast is {contrast:.1f}:1, but {plate.contrast_min}:1 is needed"
    return LabelFinding(present=not reason, correlation=correlation, weakest=weakest, contrast=contrast, reason=reason)


def _correlation(a: Float32Array, b: Float32Array) -> float:
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / size if size > 1 else 0.0


def _weakest_part(seen: Float32Array, drawn: Float32Array, plate: LabelPlate) -> float:
    """Cut every line into parts a letter or two wide and return the worst correlation among those that hold ink."""
    rows = np.flatnonzero(drawn.max(axis=1) > 0)
    lines = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    found: list[float] = []
    for line in lines:
        if len(line) < plate.text_height_px // 2:
            continue  # a dot or an accent on its own
        columns = np.flatnonzero(drawn[line].max(axis=0) > 0)
        count = max(1, round((columns[-1] - columns[0] + 1) / (plate.text_height_px * _PART_HEIGHTS)))
        edges = np.linspace(columns[0], columns[-1] + 1, count + 1).astype(int)
        for start, end in pairwise(edges):
            found.append(
                _correlation(seen[line[0] : line[-1] + 1, start:end], drawn[line[0] : line[-1] + 1, start:end])
            )
    return min(found, default=0.0)


def _contrast(region: ByteArray, plate: LabelPlate) -> float:
    """Return the contrast of the darker letters against the lighter ground: quartiles, as averages hide bad parts."""
    luminance = relative_luminance(region)
    core = cv2.erode(plate.letters, np.ones((3, 3), np.uint8)) >= _CORE
    if core.sum() < _CORE_PIXELS_MIN:  # strokes of a small picture are one or two pixels wide
        core = plate.letters >= _CORE
    reach = max(3, plate.text_height_px // 8)
    around = cv2.dilate(plate.letters, np.ones((reach, reach), np.uint8)) == 0
    ground = around & (plate.rgba[..., 3] > 0) & (plate.rgba[..., 3] == np.median(plate.rgba[..., 3]))
    if not core.any() or not ground.any():
        return 1.0
    ink, back = float(np.quantile(luminance[core], 0.25)), float(np.quantile(luminance[ground], 0.75))
    return contrast_ratio(ink, back) if ink > back else 1.0
