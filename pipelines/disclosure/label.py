"""The visible label: what it says, how big it is, where it stands, and how it gets into a frame.

1. ``label_for`` turns a market's and a channel's rules into a plain spec.
2. ``draw_label`` draws it once on its own plate and finds a place inside the channel's safe area, as near to the top
   right as subtitles, logo and face allow. Its contrast is computed against the worst background there can be.
3. ``burn`` blends it into a frame. Every frame of a release goes through it; nothing anywhere turns it off.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from pipelines.disclosure.channel import ChannelProfile
from pipelines.disclosure.contrast import contrast_ratio, relative_luminance
from pipelines.disclosure.fonts import FontSet, TextMask, Weight
from pipelines.disclosure.market import MarketProfile, label_text
from pipelines.disclosure.plate import OPAQUE, Plate, paint, rounded_mask
from pipelines.errors import DisclosureError
from pipelines.geometry import Box
from pipelines.media import ByteArray

_INK = (255, 255, 255)
_GROUND = (17, 19, 26)
_GROUND_OPACITY = 0.84  # dark enough for 11:1 over pure white, light enough to sit in the picture
_SOLID = 128  # a pixel counts as letter from half coverage on
_GAP_SHARE = 0.012  # of the short side, kept free between label and anything else
_STEP_SHARE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSpec:
    """What a label must be. ``text_height_px`` is the least height of every line's ink, from its top to its bottom."""

    text: str
    locale: str
    width: int
    height: int
    text_height_px: int
    contrast_min: float
    safe: Box


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LabelPlate:
    """A drawn label. ``letters`` is (height, width) uint8, the text alone; ``contrast`` is the worst there can be."""

    plate: Plate
    letters: ByteArray
    text: str
    text_height_px: int
    contrast: float
    contrast_min: float

    @property
    def box(self) -> Box:
        """Where it stands in the frame."""
        return self.plate.box

    @property
    def rgba(self) -> ByteArray:
        """The picture, (height, width, 4) uint8 with straight alpha."""
        return self.plate.rgba


def label_for(
    market: MarketProfile, channel: ChannelProfile, *, locale: str, subject_class: str, width: int, height: int
) -> LabelSpec:
    """Return the label that a take must carry.

    Raises:
        DisclosureError: there is no wording for the locale, or the market's required words are not in it.
    """
    return LabelSpec(
        text=label_text(market, locale=locale, subject_class=subject_class),
        locale=locale,
        width=width,
        height=height,
        text_height_px=math.ceil(market.label.text_height_min * min(width, height)),
        contrast_min=market.label.contrast_min,
        safe=channel.safe_area(width, height),
    )


def draw_label(spec: LabelSpec, fonts: FontSet, *, reserved: tuple[Box, ...]) -> LabelPlate:
    """Draw the label and find its place.

    Args:
        spec: what it must be.
        fonts: the studio's fonts.
        reserved: boxes that it must not touch: subtitles, logo, face.

    Raises:
        DisclosureError: it fits nowhere at the height it must have; the scene must make room, never the label.
    """
    for lines in _ways_to_break(spec.text):
        rgba, letters, text_height = _draw(lines, spec, fonts)
        place = _place(rgba.shape[1], rgba.shape[0], spec, reserved)
        if place is not None:
            contrast = _worst_contrast()
            if contrast < spec.contrast_min:
                raise DisclosureError(f"the label's contrast is {contrast:.1f}:1, but {spec.contrast_min}:1 is needed")
            return LabelPlate(
                plate=Plate(rgba=rgba, x=place[0], y=place[1]),
                letters=letters,
                text=spec.text,
                text_height_px=text_height,
                contrast=contrast,
                contrast_min=spec.contrast_min,
            )
    raise DisclosureError(
        f"the label {spec.text!r} at {spec.text_height_px} px does not fit into {spec.width}x{spec.height} beside "
        f"{len(reserved)} reserved boxes; make the picture larger or the subtitles and logo smaller"
    )


def burn(frame: ByteArray, plate: LabelPlate) -> None:
    """Blend the label into an RGB frame, in place; only the pixels of ``plate.box`` change.

    Raises:
        DisclosureError: the frame cannot hold the label.
    """
    plate.plate.lay_on(frame)


def _ways_to_break(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the text in one, two and three lines: between languages first, else between words, as even as can be."""
    parts = tuple(text.split(" | "))
    yield (text,)
    if len(parts) > 1:
        yield parts
    words = text.replace(" | ", " ").split(" ")
    for lines in (2, 3):
        cuts = combinations(range(1, len(words)), lines - 1)
        broken = [tuple(" ".join(words[a:b]) for a, b in pairwise((0, *cut, len(words)))) for cut in cuts]
        if broken:
            yield min(broken, key=lambda cut: max(map(len, cut)))


def _draw(lines: tuple[str, ...], spec: LabelSpec, fonts: FontSet) -> tuple[ByteArray, ByteArray, int]:
    """Return (rgba, letters, height of the lowest line) at the smallest size whose every line is high enough."""
    need = spec.text_height_px
    size = need
    while True:
        masks = [fonts.draw(line, size_px=size, locale=spec.locale, weight=Weight.SEMIBOLD) for line in lines]
        heights = [_solid_height(mask) for mask in masks]
        if min(heights) >= need:
            break
        size += max(
            1, round((need - min(heights)) * 0.9 * size / need)
        )  # a little short of the goal, then step by step
    pad_x, pad_y, gap = round(need * 0.52), round(need * 0.42), round(need * 0.34)
    inks = [mask.alpha[mask.ink_top : mask.ink_bottom] for mask in masks]
    width = max(ink.shape[1] for ink in inks) + 2 * pad_x
    height = sum(ink.shape[0] for ink in inks) + gap * (len(inks) - 1) + 2 * pad_y
    width, height = width + width % 2, height + height % 2  # whole chroma samples
    letters = np.zeros((height, width), dtype=np.uint8)
    y = pad_y
    for ink in inks:
        x = (width - ink.shape[1]) // 2
        letters[y : y + ink.shape[0], x : x + ink.shape[1]] = ink
        y += ink.shape[0] + gap
    rgba = np.zeros((height, width, 4), dtype=np.uint8)
    paint(rgba, rounded_mask(width, height, min(need * 0.42, height / 2)), _GROUND, opacity=_GROUND_OPACITY)
    paint(rgba, letters, _INK)
    return rgba, letters, min(heights)


def _solid_height(mask: TextMask) -> int:
    rows = np.flatnonzero(mask.alpha.max(axis=1) >= _SOLID)
    return int(rows[-1] - rows[0] + 1)


def _place(width: int, height: int, spec: LabelSpec, reserved: tuple[Box, ...]) -> tuple[int, int] | None:
    safe, short = spec.safe, min(spec.width, spec.height)
    if width > safe.width or height > safe.height:
        return None
    gap, step = round(short * _GAP_SHARE), max(2, round(short * _STEP_SHARE / 2) * 2)
    kept = [Box(x=b.x - gap, y=b.y - gap, width=b.width + 2 * gap, height=b.height + 2 * gap) for b in reserved]
    right, left = safe.x + safe.width - width, safe.x
    for y in range(safe.y, safe.y + safe.height - height + 1, step):
        for x in (right, left):
            box = Box(x=x, y=y, width=width, height=height)
            if not any(box.overlaps(other) for other in kept):
                return x - x % 2, y
    return None


def _worst_contrast() -> float:
    """Return the contrast over pure white, where the ground is lightest."""
    ground = np.array(_GROUND) * _GROUND_OPACITY + OPAQUE * (1 - _GROUND_OPACITY)
    return contrast_ratio(float(relative_luminance(np.array(_INK))), float(relative_luminance(ground)))
