"""The last two seconds: the brand's mark, the product, what to do next. One still picture that the scene fades into."""

from __future__ import annotations

import numpy as np

from pipelines.compose.backdrops.wall import draw_wall
from pipelines.compose.colour import WHITE, Rgb, ink_on
from pipelines.compose.lettering import draw_button, draw_text
from pipelines.compose.logo import load_logo
from pipelines.compose.spec import SceneSpec
from pipelines.disclosure.fonts import FontSet, Weight
from pipelines.disclosure.plate import Plate
from pipelines.errors import InputInvalidError
from pipelines.geometry import Box
from pipelines.media import ByteArray

_SCALES = (
    1.0,
    0.92,
    0.85,
    0.78,
    0.7,
)  # tall scripts and long texts shrink together, so that the card keeps its proportions


def draw_end_card(spec: SceneSpec, area: Box, colours: tuple[Rgb, Rgb], *, fonts: FontSet) -> ByteArray:
    """Return the end card, (height, width, 3); its text stays inside ``area``.

    Raises:
        InputInvalidError: a text is too long for the card.
    """
    card = draw_wall(spec.width, spec.height, colours, light=(0.5, 0.5), seed=spec.seed + 1)
    accent = colours[1]
    for scale in _SCALES:
        rows = _rows(spec, area, accent, round(min(spec.width, spec.height) * scale), fonts)
        total = sum(picture.shape[0] + gap for picture, gap in rows) - rows[-1][1]
        if total <= area.height:
            break
    else:
        raise InputInvalidError("the end card holds more than fits; leave out the web address or shorten the texts")
    y = area.y + (area.height - total) // 2
    for picture, gap in rows:
        Plate(rgba=picture, x=(spec.width - picture.shape[1]) // 2, y=y).lay_on(card)
        y += picture.shape[0] + gap
    return np.ascontiguousarray(card)


def _text(
    text: str, size: float, spec: SceneSpec, area: Box, fonts: FontSet, *, weight: Weight = Weight.BOLD
) -> ByteArray:
    return draw_text(
        text, fonts, size_px=round(size), locale=spec.locale, ink=WHITE, weight=weight, width_max=area.width
    )


def _rows(spec: SceneSpec, area: Box, accent: Rgb, short: int, fonts: FontSet) -> list[tuple[ByteArray, int]]:
    """Return what stands on the card from top to bottom, each with the space after it."""
    rows: list[tuple[ByteArray, int]] = []
    if spec.brand.logo is not None:
        logo = load_logo(spec.brand.logo, width_max=round(area.width * 0.6), height_max=round(short * 0.16))
        rows.append((logo, round(short * 0.035)))
    else:
        rows.append((_text(spec.brand.name, short * 0.085, spec, area, fonts), round(short * 0.005)))
    if spec.product and spec.product != spec.brand.name:
        weight = Weight.BOLD if spec.brand.logo is not None else Weight.REGULAR
        rows.append((_text(spec.product, short * 0.052, spec, area, fonts, weight=weight), round(short * 0.03)))
    if spec.call_to_action:
        button = draw_button(
            spec.call_to_action,
            fonts,
            size_px=round(short * 0.046),
            locale=spec.locale,
            ground=accent,
            ink=ink_on(accent),
            width_max=area.width,
        )
        rows.append((button, round(short * 0.022)))
    if spec.web_address:
        rows.append((_text(spec.web_address, short * 0.034, spec, area, fonts, weight=Weight.REGULAR), 0))
    return rows
