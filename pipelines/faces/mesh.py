"""The 468 points of the face mesh, by name. Indices are those of MediaPipe's canonical face model.

"Right" and "left" are the person's own: the right eye is on the left of the picture. Lip lists run from the left of the
picture to the right; lid and brow lists from the outer corner to the inner one. The names are also the keys of an
illustrator's ``<stem>.anchors.json``.
"""

from __future__ import annotations

from typing import Final

POINT_COUNT: Final = 468

RIGHT_EYE_OUTER: Final = 33
LEFT_EYE_OUTER: Final = 263
RIGHT_EYE_INNER: Final = 133
LEFT_EYE_INNER: Final = 362
NOSE_TIP: Final = 1
NOSE_BASE: Final = 2
CHIN: Final = 152
FOREHEAD: Final = 10
UPPER_LIP_TOP: Final = 0
UPPER_LIP_INNER: Final = 13
LOWER_LIP_INNER: Final = 14
LOWER_LIP_BOTTOM: Final = 17
MOUTH_RIGHT: Final = 61
MOUTH_LEFT: Final = 291
CHEEK_RIGHT: Final = 234
CHEEK_LEFT: Final = 454

NAMED_POINTS: Final[dict[str, tuple[int, ...]]] = {
    "right_upper_lid": (33, 246, 161, 160, 159, 158, 157, 173, 133),
    "right_lower_lid": (33, 7, 163, 144, 145, 153, 154, 155, 133),
    "left_upper_lid": (263, 466, 388, 387, 386, 385, 384, 398, 362),
    "left_lower_lid": (263, 249, 390, 373, 374, 380, 381, 382, 362),
    "outer_upper_lip": (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291),
    "outer_lower_lip": (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291),
    "inner_upper_lip": (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308),
    "inner_lower_lip": (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308),
    "right_brow": (46, 53, 52, 65, 55),
    "left_brow": (276, 283, 282, 295, 285),
    "chin": (CHIN,),
}

FACE_OVAL: Final[tuple[int, ...]] = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
