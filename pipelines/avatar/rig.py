"""A portrait made ready to move: upright, at the size the stage needs, cut out, with its landmarks.

Rig pixels are a little finer than stage pixels, because everything is sampled once more when the head moves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from pipelines.avatar.matte import feather_cuts
from pipelines.faces import mesh
from pipelines.faces.landmarks import eye_distance, roll_radians
from pipelines.media import ByteArray, Float32Array, Stage

_OVERSAMPLE = 1.35  # rig pixels per stage pixel, where the portrait has the detail
_MARGIN = 0.35  # eye distances around what the stage shows: room for motion
_SHARPEN_ABOVE = 1.2  # enlarged by more than this, a portrait gets a little sharpening
_SHARPEN = 0.45


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOut:
    """A portrait after intake: clean colours (height, width, 3), matte (height, width) in [0, 1], landmarks (468, 3).

    ``lids_are_exact``: an illustrator gave the lids' points, they need no search.
    """

    colours: ByteArray
    alpha: Float32Array
    landmarks: Float32Array
    lids_are_exact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """``rgba`` is (height, width, 4) uint8 with straight alpha; ``landmarks`` are (468, 3) in its pixels.

    ``unit`` is the eye distance in rig pixels; ``from_stage`` the affine (2, 3) from stage pixels to rig pixels.
    """

    rgba: ByteArray
    landmarks: Float32Array
    unit: float
    from_stage: Float32Array
    lids_are_exact: bool

    def points(self, name: str) -> Float32Array:
        """Named landmarks, (point, 2)."""
        return self.landmarks[list(mesh.NAMED_POINTS[name]), :2]

    def point(self, index: int) -> Float32Array:
        """One landmark, (2,)."""
        return self.landmarks[index, :2]


def build_rig(cut: CutOut, stage: Stage) -> Rig:
    """Turn, scale and crop a cut-out for a stage."""
    frame_height, frame_width = stage.background.shape[:2]
    native = eye_distance(cut.landmarks)
    wanted = stage.eye_distance * frame_height
    unit = min(max(native, wanted), _OVERSAMPLE * wanted)
    scale, roll = unit / native, roll_radians(cut.landmarks)
    eyes = cut.landmarks[[mesh.RIGHT_EYE_OUTER, mesh.LEFT_EYE_OUTER], :2].mean(axis=0)
    turn = _rotation(-roll)
    # The picture's outline and the stage's, in rig pixels around the eyes.
    height, width = cut.alpha.shape
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32) - 0.5
    outline = (corners - eyes) @ turn.T * scale
    per_stage_px = unit / wanted
    eyes_on_stage = np.array([stage.centre_x * frame_width, stage.eye_line * frame_height], np.float32)
    seen = np.array([(0, 0), (frame_width, 0), (frame_width, frame_height), (0, frame_height)], np.float32)
    seen = (seen - eyes_on_stage) @ turn.T * per_stage_px
    margin = _MARGIN * unit
    low = np.floor(np.maximum(outline.min(axis=0), seen.min(axis=0) - margin))
    high = np.ceil(np.minimum(outline.max(axis=0), seen.max(axis=0) + margin))
    size = (max(8, int(high[0] - low[0])), max(8, int(high[1] - low[1])))
    rgba = _resample(cut, scale=scale, turn=turn, eyes=eyes, origin=low, size=size, unit=unit)
    landmarks = cut.landmarks.copy()
    landmarks[:, :2] = (cut.landmarks[:, :2] - eyes) @ turn.T * scale - low
    landmarks[:, 2] *= scale
    from_stage = np.empty((2, 3), np.float32)
    from_stage[:, :2] = turn * per_stage_px
    from_stage[:, 2] = -from_stage[:, :2] @ eyes_on_stage - low
    return Rig(
        rgba=rgba,
        landmarks=landmarks.astype(np.float32),
        unit=unit,
        from_stage=from_stage,
        lids_are_exact=cut.lids_are_exact,
    )


def _rotation(angle: float) -> Float32Array:
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, -sin], [sin, cos]], np.float32)


def _resample(
    cut: CutOut,
    *,
    scale: float,
    turn: Float32Array,
    eyes: Float32Array,
    origin: Float32Array,
    size: tuple[int, int],
    unit: float,
) -> ByteArray:
    alpha = feather_cuts(cut.alpha, width_px=0.35 * unit / scale)
    rgba = np.dstack([cut.colours, np.asarray(alpha * 255 + 0.5, dtype=np.uint8)])
    about = eyes
    rest = scale
    if scale < 1:  # average first: Lanczos alone would alias
        height, width = alpha.shape
        small = (max(1, round(width * scale)), max(1, round(height * scale)))
        rgba = cv2.resize(rgba, small, interpolation=cv2.INTER_AREA)
        ratio = np.array([small[0] / width, small[1] / height], np.float32)
        about, rest = (eyes + 0.5) * ratio - 0.5, scale / float(ratio.mean())
    affine = np.empty((2, 3), np.float32)
    affine[:, :2] = turn * rest
    affine[:, 2] = -affine[:, :2] @ about - origin
    out = cv2.warpAffine(rgba, affine, size, flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REPLICATE)
    if scale > _SHARPEN_ABOVE:
        soft = cv2.GaussianBlur(out, (0, 0), 0.5 * scale)
        sharp = cv2.addWeighted(out, 1 + _SHARPEN, soft, -_SHARPEN, 0)
        out[:, :, :3] = sharp[:, :, :3]
    return np.ascontiguousarray(out, dtype=np.uint8)
