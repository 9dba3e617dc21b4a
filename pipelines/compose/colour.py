"""Brand colours as numbers, and the few mixes that a scene needs."""

from __future__ import annotations

from pipelines.disclosure.contrast import contrast_ratio, relative_luminance

Rgb = tuple[int, int, int]
WHITE: Rgb = (255, 255, 255)
BLACK: Rgb = (0, 0, 0)
_NIGHT: Rgb = (18, 20, 27)
_TOO_LIGHT = 0.24  # relative luminance; a lighter wall must be darkened so far that its hue turns
_ACCENT_CONTRAST = 1.8


def parse_colour(text: str) -> Rgb:
    """Read "#RRGGBB"."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def mix(a: Rgb, b: Rgb, share: float) -> Rgb:
    """Return the colour that is ``share`` of the way from ``a`` to ``b``."""
    red, green, blue = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return red, green, blue


def luminance(colour: Rgb) -> float:
    """Return the relative luminance, 0 to 1."""
    return float(relative_luminance([colour])[0])  # type: ignore[arg-type]  # a list of three numbers is an array of one colour


def ink_on(ground: Rgb) -> Rgb:
    """Return the readable ink on a ground: white where it reaches 4.5:1, else near black."""
    return WHITE if contrast_ratio(luminance(ground), 1.0) >= 4.5 else (18, 20, 26)  # noqa: PLR2004 - WCAG 1.4.3


def darkened_to(colour: Rgb, luminance_max: float) -> Rgb:
    """Return the colour mixed with black until it is no lighter than this."""
    share = 0.0
    while luminance(mix(colour, BLACK, share)) > luminance_max and share < 1.0:
        share += 0.02
    return mix(colour, BLACK, share)


def wall_and_accent(colours: tuple[str, ...]) -> tuple[Rgb, Rgb]:
    """Return the colour that paints the wall and the one that accents it, from a brand's "#RRGGBB".

    The first colour paints and the second accents, unless the first is too light for white letters: a darkened yellow
    is olive, which is no brand's colour. Then a dark colour of the brand paints, or a near black with a hint of it.
    """
    parsed = [parse_colour(colour) for colour in colours]
    wall, accent = parsed[0], parsed[1] if len(parsed) > 1 else mix(parsed[0], WHITE, 0.5)
    if luminance(wall) > _TOO_LIGHT:
        accent = wall
        darkest = min(parsed, key=luminance)
        wall = darkest if luminance(darkest) <= _TOO_LIGHT else mix(wall, _NIGHT, 0.82)
    if contrast_ratio(luminance(wall), luminance(accent)) < _ACCENT_CONTRAST:
        accent = mix(accent, WHITE, 0.45)
    return wall, accent
