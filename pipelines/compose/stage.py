"""Dress the stage: a backdrop behind the presenter, the title beside them, the floor that hides a bust's end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipelines.compose.backdrops.base import Backdrop
from pipelines.compose.backdrops.choosing import open_backdrop
from pipelines.compose.colour import BLACK, WHITE, darkened_to, ink_on, mix, wall_and_accent
from pipelines.compose.framing import Framing, shape_of
from pipelines.compose.lettering import draw_text, ink_left
from pipelines.compose.logo import load_logo
from pipelines.compose.shading import WORST, needed_on, shade_left, shade_top
from pipelines.compose.spec import SceneSpec
from pipelines.disclosure.fonts import FontSet, Weight
from pipelines.disclosure.plate import Plate, paint, rounded_mask
from pipelines.geometry import Box
from pipelines.media import ByteArray, Stage

_TITLE_SHARE = 0.40  # of the width
_FLOOR_FADE = 0.16  # of the height


def dress(
    spec: SceneSpec,
    framing: Framing,
    *,
    safe: Box,
    corner: Box,
    fonts: FontSet,
    surroundings: ByteArray | None = None,
) -> Stage:
    """Return the stage with everything that never moves and never lies over the presenter already in it.

    Args:
        spec: what the scene is to be.
        framing: where the presenter stands.
        safe: where the channel covers nothing.
        corner: where the mark will be.
        fonts: the studio's fonts.
        surroundings: the portrait's picture without the person, for ``backdrop="blur"``.
    """
    light = (framing.centre_x, framing.eye_line)
    backdrop = open_backdrop(spec, light=light, surroundings=surroundings)
    plates = _title_plates(spec, backdrop, safe=safe, corner=corner, fonts=fonts)
    if not plates and backdrop.is_moving and spec.brand.logo is None:  # the wordmark is white, whatever a film shows
        plates = (shade_top(spec.width, spec.height, until=corner.y + corner.height, strength=WORST),)
    return Stage(
        background=_dressed(backdrop.first.copy(), plates),
        eye_line=framing.eye_line,
        eye_distance=framing.eye_distance,
        centre_x=framing.centre_x,
        film=(lambda: (_dressed(picture, plates) for picture in backdrop.frames())) if backdrop.is_moving else None,
    )


def _dressed(picture: ByteArray, plates: tuple[Plate, ...]) -> ByteArray:
    for plate in plates:
        plate.lay_on(picture)
    return picture


def draw_floor(spec: SceneSpec, framing: Framing) -> Plate | None:
    """Return a fade into the brand's dark colour that hides where the portrait ends, or None if no end shows."""
    if framing.floor is None:
        return None
    solid = min(spec.height - 2, round(framing.floor * spec.height) - 2)
    top = max(0, solid - round(_FLOOR_FADE * spec.height))
    share = np.clip((np.arange(top, spec.height) - top) / max(1, solid - top), 0, 1)
    alpha = share * share * (3 - 2 * share)
    rgba = np.empty((spec.height - top, spec.width, 4), dtype=np.uint8)
    rgba[..., :3] = mix(darkened_to(wall_and_accent(spec.brand.colours)[0], 0.05), BLACK, 0.35)
    rgba[..., 3] = np.round(alpha * 255)[:, None]
    return Plate(rgba=rgba, x=0, y=top)


def draw_mark(spec: SceneSpec, area: Box, ground: ByteArray, *, fonts: FontSet, is_moving: bool = False) -> Plate:
    """Return the brand's logo, or its name as a wordmark, at the left of its area and level with the label."""
    if spec.brand.logo is not None:
        rgba = load_logo(spec.brand.logo, width_max=area.width, height_max=round(area.height * 0.8))
    else:
        under = ground[area.y : area.y + area.height, area.x : area.x + area.width].reshape(-1, 3).mean(axis=0)
        red, green, blue = (round(float(value)) for value in under)
        ink = WHITE if is_moving else ink_on((red, green, blue))
        size = round(area.height * 0.50)
        rgba = draw_text(
            spec.brand.name,
            fonts,
            size_px=size,
            locale=spec.locale,
            ink=ink,
            width_max=area.width,
        )
    return Plate(rgba=rgba, x=area.x - ink_left(rgba), y=area.y + (area.height - rgba.shape[0]) // 2)


def _title_plates(spec: SceneSpec, backdrop: Backdrop, *, safe: Box, corner: Box, fonts: FontSet) -> tuple[Plate, ...]:
    """Return the title in the left of a landscape stage, an accent bar over it and the web address below."""
    title = spec.title or spec.product
    if not title or shape_of(spec.width, spec.height) != "landscape":
        return ()
    accent = wall_and_accent(spec.brand.colours)[1]
    room = round(spec.width * _TITLE_SHARE) - safe.x
    size = round(spec.height * 0.086)
    rows = [draw_text(title, fonts, size_px=size, locale=spec.locale, ink=WHITE, width_max=room, lines_max=4)]
    if spec.web_address:
        small = round(spec.height * 0.034)
        ink = mix(WHITE, accent, 0.2)
        rows.append(
            draw_text(
                spec.web_address,
                fonts,
                size_px=small,
                locale=spec.locale,
                ink=ink,
                weight=Weight.REGULAR,
                width_max=room,
            )
        )
    bar = np.zeros((max(4, round(spec.height * 0.008)), round(spec.width * 0.042), 4), dtype=np.uint8)
    paint(bar, rounded_mask(bar.shape[1], bar.shape[0], bar.shape[0] / 2), accent)
    y = round(spec.height * 0.45 - sum(row.shape[0] for row in rows) / 2)
    plates = [Plate(rgba=bar, x=safe.x, y=y - round(spec.height * 0.012))]
    for row in rows:
        plates.append(Plate(rgba=row, x=safe.x - ink_left(row), y=y))
        y += row.shape[0]
    white = [plate.box for plate in plates]
    if backdrop.is_moving and spec.brand.logo is None:
        white.append(corner)  # the wordmark is white, whatever a film shows
    shade = _title_shade(spec, backdrop, white)
    return (*([shade] if shade is not None else []), *plates)


def _title_shade(spec: SceneSpec, backdrop: Backdrop, boxes: Sequence[Box]) -> Plate | None:
    """Darken the left of whatever is not our own wall, so that white letters can be read on it."""
    if spec.background is None and spec.backdrop == "wall":
        return None
    top, until = min(box.y for box in boxes), max(box.x + box.width for box in boxes)
    under = Box(x=0, y=top, width=until, height=max(box.y + box.height for box in boxes) - top)
    strength = WORST if backdrop.is_moving else needed_on(backdrop.first, under)
    return shade_left(spec.width, spec.height, until=until, strength=strength, mood=spec.backdrop != "gradient")
