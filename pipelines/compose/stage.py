"""Dress the stage: wall or picture behind the presenter, the title beside them, the floor that hides a bust's end."""

from __future__ import annotations

import numpy as np

from pipelines.compose.backdrop import draw_wall, load_logo, load_picture
from pipelines.compose.colour import BLACK, WHITE, Rgb, darkened_to, ink_on, mix, wall_and_accent
from pipelines.compose.framing import Framing, shape_of
from pipelines.compose.lettering import draw_text, ink_left
from pipelines.compose.spec import SceneSpec
from pipelines.disclosure.fonts import FontSet, Weight
from pipelines.disclosure.plate import Plate, paint, rounded_mask
from pipelines.geometry import Box
from pipelines.media import ByteArray, Stage

_TITLE_SHARE = 0.40  # of the width
_FLOOR_FADE = 0.16  # of the height


def dress(spec: SceneSpec, framing: Framing, *, safe: Box, fonts: FontSet) -> Stage:
    """Return the stage with everything that never moves and never lies over the presenter already in it."""
    colours = wall_and_accent(spec.brand.colours)
    light = (framing.centre_x, framing.eye_line)
    if spec.background is None:
        background = draw_wall(spec.width, spec.height, colours, light=light, seed=spec.seed)
    else:
        background = load_picture(spec.background, spec.width, spec.height)
    title = spec.title or spec.product
    if title and shape_of(spec.width, spec.height) == "landscape":
        _set_title(background, title, spec, safe=safe, fonts=fonts, accent=colours[1])
    return Stage(
        background=background, eye_line=framing.eye_line, eye_distance=framing.eye_distance, centre_x=framing.centre_x
    )


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


def draw_mark(spec: SceneSpec, area: Box, ground: ByteArray, *, fonts: FontSet) -> Plate:
    """Return the brand's logo, or its name as a wordmark, at the left of its area and level with the label."""
    if spec.brand.logo is not None:
        rgba = load_logo(spec.brand.logo, width_max=area.width, height_max=round(area.height * 0.8))
    else:
        under = ground[area.y : area.y + area.height, area.x : area.x + area.width].reshape(-1, 3).mean(axis=0)
        red, green, blue = (round(float(value)) for value in under)
        size = round(area.height * 0.50)
        rgba = draw_text(
            spec.brand.name,
            fonts,
            size_px=size,
            locale=spec.locale,
            ink=ink_on((red, green, blue)),
            width_max=area.width,
        )
    return Plate(rgba=rgba, x=area.x - ink_left(rgba), y=area.y + (area.height - rgba.shape[0]) // 2)


def _set_title(background: ByteArray, title: str, spec: SceneSpec, *, safe: Box, fonts: FontSet, accent: Rgb) -> None:
    """Set the title in the left of a landscape stage, an accent bar over it and the web address below."""
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
    if spec.background is not None:
        _shade(background, round(spec.width * (_TITLE_SHARE + 0.1)))
    bar = np.zeros((max(4, round(spec.height * 0.008)), round(spec.width * 0.042), 4), dtype=np.uint8)
    paint(bar, rounded_mask(bar.shape[1], bar.shape[0], bar.shape[0] / 2), accent)
    y = round(spec.height * 0.45 - sum(row.shape[0] for row in rows) / 2)
    Plate(rgba=bar, x=safe.x, y=y - round(spec.height * 0.012)).lay_on(background)
    for row in rows:
        Plate(rgba=row, x=safe.x - ink_left(row), y=y).lay_on(background)
        y += row.shape[0]


def _shade(background: ByteArray, reach: int) -> None:
    """Darken the left of a picture so that white letters can be read on it whatever it shows."""
    alpha = 0.62 * np.clip(1 - np.arange(reach) / reach, 0, 1) ** 0.8
    region = background[:, :reach].astype(np.float32)
    background[:, :reach] = (region * (1 - alpha[None, :, None])).astype(np.uint8)
