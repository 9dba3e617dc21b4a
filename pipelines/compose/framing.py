"""Where the presenter stands in each shape of frame, so that nothing covers the face and no cut edge of the bust shows.

All lengths of a person are in eye distances (outer corner to outer corner), as ``Stage`` has them.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.media import Box

_SQUARE_RATIO = 1.2  # as channel profiles have it
# From the middle of the eyes: measured on the demo presenters and on portrait photographs.
_FOREHEAD = 0.85
_CHIN = 1.32  # with the jaw dropped
_HALF_FACE = 0.95
_HAIR = 1.45
_HEADROOM = 0.03
_STEP = 0.985
_STEPS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Bust:
    """How far a portrait reaches from the middle of the eyes, in eye distances; the default is the demo presenters'."""

    above: float = 2.29
    below: float = 3.43
    half_width: float = 2.29


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """A presenter's place, as shares of the frame (see ``Stage``). ``floor`` is where the bust must be faded out, or None."""

    eye_line: float
    eye_distance: float
    centre_x: float
    floor: float | None

    def face(self, width: int, height: int) -> Box:
        """Return the box that nothing may cover: forehead to dropped chin, ear to ear."""
        unit = self.eye_distance * height
        top, bottom = self.eye_line * height - _FOREHEAD * unit, self.eye_line * height + _CHIN * unit
        left, right = self.centre_x * width - _HALF_FACE * unit, self.centre_x * width + _HALF_FACE * unit
        return Box(x=round(left), y=round(top), width=round(right - left), height=round(bottom - top))


@dataclass(frozen=True, slots=True)
class _Ideal:
    eye_line: float
    eye_distance: float
    centre_x: float
    eye_distance_max: float


def shape_of(width: int, height: int) -> str:
    """Return "landscape", "portrait" or "square"."""
    if width > height * _SQUARE_RATIO:
        return "landscape"
    return "portrait" if height > width * _SQUARE_RATIO else "square"


def frame_presenter(width: int, height: int, *, bust: Bust, face_bottom_max: int, beside_title: bool) -> Framing:
    """Return where the presenter stands.

    Args:
        width: of the frame, in pixels.
        height: of the frame, in pixels.
        bust: how far the portrait reaches.
        face_bottom_max: the chin stays above this row: subtitles begin there.
        beside_title: leave the left side of a landscape frame to a title.
    """
    ideal = {
        "landscape": _Ideal(0.42, 0.196, 0.665 if beside_title else 0.5, 0.24),
        "portrait": _Ideal(0.385, 0.158, 0.5, 0.185),
        "square": _Ideal(0.42, 0.182, 0.5, 0.24),
    }[shape_of(width, height)]
    eye_line, distance = ideal.eye_line, ideal.eye_distance
    reach = (1 - eye_line) / bust.below * 1.01
    if reach <= ideal.eye_distance_max:
        distance = max(distance, reach) if shape_of(width, height) != "portrait" else distance
    for _ in range(_STEPS):
        if (eye_line + _CHIN * distance) * height <= face_bottom_max:
            break
        room = eye_line - _HAIR * distance
        if room > _HEADROOM + 0.09:
            eye_line -= 0.01  # up, while there is room over the hair
        else:
            distance *= _STEP
    bottom = eye_line + bust.below * distance
    return Framing(
        eye_line=eye_line,
        eye_distance=distance,
        centre_x=ideal.centre_x,
        floor=bottom if bottom < 1.0 else None,
    )
