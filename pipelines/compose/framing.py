"""Where the presenter stands in each shape of frame, so that nothing covers the face and no cut edge of the bust shows.

All lengths of a person are in eye distances (outer corner to outer corner), as ``Stage`` has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pipelines.avatar.look import Framing as Closeness
from pipelines.errors import InputInvalidError
from pipelines.geometry import Box

_SQUARE_RATIO = 1.2  # as channel profiles have it
# From the middle of the eyes: measured on the demo presenters and on portrait photographs.
FOREHEAD = 0.85
CHIN = 1.32  # with the jaw dropped
_HALF_FACE = 0.95
_GROWTH = 1.12
_TALLEST_CROWN = 2.6  # a portrait may reach higher than its hair: a hat, a background
_SHRINK = 0.86  # as much smaller as a person may stand to keep clear of the label
_SMALLEST = 0.07  # of the height: below that a mouth is a handful of pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Bust:
    """How far a portrait reaches from the middle of the eyes, in eye distances; the default is the demo presenters'."""

    above: float = 2.29
    below: float = 3.43
    half_width: float = 2.29


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """A presenter's place, as shares of the frame (see ``Stage``); the bust fades out above ``floor``, if it is set."""

    eye_line: float
    eye_distance: float
    centre_x: float
    floor: float | None

    def face(self, width: int, height: int) -> Box:
        """Return the box that nothing may cover: forehead to dropped chin, ear to ear."""
        unit = self.eye_distance * height
        top, bottom = self.eye_line * height - FOREHEAD * unit, self.eye_line * height + CHIN * unit
        left, right = self.centre_x * width - _HALF_FACE * unit, self.centre_x * width + _HALF_FACE * unit
        return Box(x=round(left), y=round(top), width=round(right - left), height=round(bottom - top))


@dataclass(frozen=True, slots=True)
class _Ideal:
    eye_line: float
    eye_line_max: float  # lower than this a head looks as if it had slipped
    eye_distance: float
    centre_x: float  # beside a title


IDEALS: Final = {
    "landscape": _Ideal(0.42, 0.46, 0.196, 0.665),
    "portrait": _Ideal(0.385, 0.46, 0.158, 0.5),
    "square": _Ideal(0.43, 0.5, 0.178, 0.5),
}
# How much larger than the ideal a face is; "all" is as small as the footage has it.
CLOSER: Final[dict[Closeness, float]] = {"close": 1.3, "bust": 1.0, "half": 0.55, "all": 0.0}


def shape_of(width: int, height: int) -> str:
    """Return "landscape", "portrait" or "square"."""
    if width > height * _SQUARE_RATIO:
        return "landscape"
    return "portrait" if height > width * _SQUARE_RATIO else "square"


def frame_presenter(
    width: int,
    height: int,
    *,
    bust: Bust,
    face_top_min: int,
    face_bottom_max: int,
    beside_title: bool,
    closeness: Closeness = "bust",
) -> Framing:
    """Return where the presenter stands: as the shape likes best, or moved and shrunk to lie between two rows.

    Args:
        width: of the frame, in pixels.
        height: of the frame, in pixels.
        bust: how far the portrait reaches.
        face_top_min: the forehead stays below this row: the label ends there.
        face_bottom_max: the dropped chin stays above this row: subtitles begin there.
        beside_title: leave the left side of a landscape frame to a title.
        closeness: "close" is nearer than "bust"; a portrait has no more than a bust.

    Raises:
        InputInvalidError: there is no room for a face.
    """
    shape = shape_of(width, height)
    ideal = IDEALS[shape]
    liked = ideal.eye_distance * CLOSER[closeness]
    room = (face_bottom_max - face_top_min) / height
    widest = room / (FOREHEAD + CHIN)
    covering = (1 - ideal.eye_line) / bust.below * 1.005  # a little larger is better than a fade, where that is enough
    wanted = max(liked, covering) if covering <= liked * _GROWTH else liked
    distance = min(wanted, widest)
    if distance < _SMALLEST:
        raise InputInvalidError(
            f"{width}x{height} leaves no room for a face between label and subtitles on this channel; "
            "take another format or leave out the subtitles"
        )
    # The forehead must stay clear of the label; the hair does too, as far as standing lower and a little smaller goes.
    crown = min(bust.above, _TALLEST_CROWN)
    label_end = face_top_min / height
    reaching = (1 - ideal.eye_line_max) / bust.below * 1.005  # where the bust still reaches the bottom edge
    smaller = max((ideal.eye_line_max - label_end) / crown, _SHRINK * distance, reaching)
    distance = min(distance, smaller)
    clear_of_label = min(label_end + crown * distance, ideal.eye_line_max)
    lowest = face_bottom_max / height - CHIN * distance
    eye_line = min(max(ideal.eye_line, clear_of_label, label_end + FOREHEAD * distance), lowest)
    bottom = eye_line + bust.below * distance
    return Framing(
        eye_line=eye_line,
        eye_distance=distance,
        centre_x=ideal.centre_x if beside_title else 0.5,
        floor=bottom if bottom < 1.0 else None,
    )
