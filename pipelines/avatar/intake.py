"""Decides whether a portrait can be animated well, and says which picture to take if not.

The checks, in order: 1. is there a face; 2. only one; 3. looking into the camera; 4. all of it in the picture; 5. big
enough; 6. sharp; 7. nothing in front of it. The first fault is the one that is told: it is the one to mend first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.avatar.sharpness import eye_sharpness, lid_contrast
from pipelines.errors import PortraitRefusedError
from pipelines.faces import mesh
from pipelines.faces.landmarks import FaceFinder, FoundFace, eye_distance, mouth_opening
from pipelines.faces.pose import Pose, pose_of
from pipelines.media import ByteArray, Float32Array, Portrait

_HOW = "Take a picture of one person who looks straight into the camera, head and shoulders, in even light"

_SCORE_MIN = 0.4
_FACE_MIN = 0.6  # presence: a cat's face gives .46
# Presence of a face with nothing in front of it: 1 - 2e-8 and more on photographs, footage and drawings. Behind a mask,
# a microphone or half covered, it measured .93 to 1 - 4e-5.
_CLEAR_MIN = 1 - 5e-6
_SECOND_FACE_MIN = 0.998
_SECOND_FACE_SHARE = 0.2  # a second face smaller than this share of the first is a poster on the wall
_YAW_MAX, _PITCH_MAX, _ROLL_MAX = 22.0, 20.0, 25.0
_EYE_DISTANCE_MIN_PX = 45.0
_SHARPNESS_MIN = 0.068
_LID_CONTRAST_MIN = 0.2
_ABOVE_FOREHEAD = 0.05  # room above the forehead, as a share of the face's height
_BELOW_EYES_MIN = 1.9  # eye distances: down to the collar
_HAIR_CUT_SHARE = 0.25  # share of the head's width that may touch the upper edge


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far the person reaches from the middle of the eyes, in eye distances (outer corner to outer corner)."""

    above: float
    below: float
    half_width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PortraitReport:
    """What was measured on a portrait that may be used.

    ``sharpness`` is about .14 in a crisp photo and .07 at the limit.
    """

    width: int
    height: int
    eye_distance_px: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    sharpness: float
    has_own_matte: bool
    mouth_is_open: bool
    reach: Reach


def seen_picture(portrait: Portrait) -> ByteArray:
    """The portrait as the networks should see it: a cut-out stands before a plain grey."""
    if portrait.alpha is None:
        return portrait.rgb
    share = portrait.alpha[:, :, None].astype(np.float32) / 255
    return np.asarray(portrait.rgb * share + 200 * (1 - share), dtype=np.uint8)


def the_face(portrait: Portrait, finder: FaceFinder) -> Float32Array:
    """The landmarks of the one face, exact points of the illustrator put in.

    Raises:
        PortraitRefusedError: there is no face that can be animated well; the message says what to change.
    """
    picture = seen_picture(portrait)
    face = _only_face(finder.find(picture, score_min=_SCORE_MIN), picture, name=portrait.path.name)
    _check_view(face.landmarks, portrait)
    _check_clear(face, picture, name=portrait.path.name)
    landmarks = face.landmarks.copy()
    for index, x, y in portrait.anchors:
        landmarks[int(index), :2] = (x - 0.5, y - 0.5)  # anchors count from the corner of the first pixel
    return landmarks


def report_on(portrait: Portrait, landmarks: Float32Array, alpha: Float32Array) -> PortraitReport:
    """What was measured; refuses a head that the upper edge cuts, which only the matte shows.

    Raises:
        PortraitRefusedError: the hair is cut off.
    """
    height, width = alpha.shape
    unit = eye_distance(landmarks)
    middle = (landmarks[mesh.RIGHT_EYE_OUTER, :2] + landmarks[mesh.LEFT_EYE_OUTER, :2]) / 2
    solid = alpha > 0.5  # noqa: PLR2004  # half of the pixel
    face_width = float(np.ptp(landmarks[list(mesh.FACE_OVAL), 0]))
    if float(solid[0].sum()) > _HAIR_CUT_SHARE * face_width:
        raise PortraitRefusedError(
            f"{portrait.path.name}: the upper edge cuts through the hair; leave room above the head. {_HOW}"
        )
    rows = np.flatnonzero(solid.any(axis=1))
    columns = np.flatnonzero(solid.any(axis=0))
    top, bottom = (int(rows[0]), int(rows[-1]) + 1) if rows.size else (0, height)
    left, right = (int(columns[0]), int(columns[-1]) + 1) if columns.size else (0, width)
    pose = pose_of(landmarks)
    return PortraitReport(
        width=width,
        height=height,
        eye_distance_px=unit,
        yaw_deg=pose.yaw,
        pitch_deg=pose.pitch,
        roll_deg=pose.roll,
        sharpness=eye_sharpness(seen_picture(portrait), landmarks),
        has_own_matte=portrait.alpha is not None,
        mouth_is_open=mouth_opening(landmarks) > 0.05,  # noqa: PLR2004  # lips that just part measure .02 to .04
        reach=Reach(
            above=(float(middle[1]) - top) / unit,
            below=(bottom - float(middle[1])) / unit,
            half_width=max(float(middle[0]) - left, right - float(middle[0])) / unit,
        ),
    )


def _only_face(candidates: Sequence[FoundFace], picture: ByteArray, *, name: str) -> FoundFace:
    faces = sorted(
        (face for face in candidates if face.presence >= _FACE_MIN), key=lambda face: -eye_distance(face.landmarks)
    )
    if not faces:
        raise PortraitRefusedError(f"{name}: no face was found. {_HOW}; no sunglasses, no mask")
    first = faces[0]
    others = [
        face
        for face in faces[1:]
        if face.presence >= _SECOND_FACE_MIN
        and eye_distance(face.landmarks) > _SECOND_FACE_SHARE * eye_distance(first.landmarks)
        and lid_contrast(picture, face.landmarks) > _LID_CONTRAST_MIN  # a badge can look like a face, but has no eyes
    ]
    if others:
        raise PortraitRefusedError(
            f"{name}: {len(others) + 1} faces were found and exactly one is needed; crop the picture to one person"
        )
    return first


def _check_view(landmarks: Float32Array, portrait: Portrait) -> None:
    name = portrait.path.name
    turn = _turned(pose_of(landmarks))
    if turn:
        raise PortraitRefusedError(f"{name}: {turn}. {_HOW}")
    height, width = portrait.rgb.shape[:2]
    oval = landmarks[list(mesh.FACE_OVAL), :2]
    low, high = oval.min(axis=0), oval.max(axis=0)
    unit = eye_distance(landmarks)
    eyes_y = float(landmarks[[mesh.RIGHT_EYE_OUTER, mesh.LEFT_EYE_OUTER], 1].mean())
    cuts = (
        ("upper", low[1] < _ABOVE_FOREHEAD * (high[1] - low[1])),
        ("left", low[0] < 0),
        ("right", high[0] > width),
        ("lower", height - eyes_y < _BELOW_EYES_MIN * unit),
    )
    cut = [edge for edge, is_cut in cuts if is_cut]
    if cut:
        raise PortraitRefusedError(
            f"{name}: the face is cropped by the {' and the '.join(cut)} edge; leave room around the head, "
            f"down to the shoulders. {_HOW}"
        )
    if unit < _EYE_DISTANCE_MIN_PX:
        raise PortraitRefusedError(
            f"{name}: the face is too small, {unit:.0f} pixels between the outer corners of the eyes where at least "
            f"{_EYE_DISTANCE_MIN_PX:.0f} are needed and 200 look good; go closer or give the full-size file"
        )


def _turned(pose: Pose) -> str:
    if abs(pose.yaw) > _YAW_MAX:
        return f"the face is turned away to the side by about {abs(pose.yaw):.0f} degrees"
    if abs(pose.pitch) > _PITCH_MAX:
        return f"the face looks {'up' if pose.pitch > 0 else 'down'} by about {abs(pose.pitch):.0f} degrees"
    if abs(pose.roll) > _ROLL_MAX:
        return f"the head is tilted by about {abs(pose.roll):.0f} degrees; turn the picture upright"
    return ""


def _check_clear(face: FoundFace, picture: ByteArray, *, name: str) -> None:
    if eye_sharpness(picture, face.landmarks) < _SHARPNESS_MIN:
        raise PortraitRefusedError(
            f"{name}: the face is blurred; focus on the eyes, hold the camera still, and give the file as it was taken"
        )
    if lid_contrast(picture, face.landmarks) < _LID_CONTRAST_MIN:
        raise PortraitRefusedError(
            f"{name}: the eyes are hidden or closed; take off dark glasses, open both eyes. {_HOW}"
        )
    if face.presence < _CLEAR_MIN:
        raise PortraitRefusedError(
            f"{name}: something covers part of the face (a hand, a mask, a microphone, hair); uncover it. {_HOW}"
        )
