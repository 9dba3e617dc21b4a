"""Brand colours as numbers, and the few mixes that a scene needs."""

from __future__ import annotations

from pipelines.disclosure.contrast import contrast_ratio, relative_luminance

Rgb = tuple[int, int, int]
WHITE: Rgb = (255, 255, 255)
BLACK: Rgb = (0, 0, 0)


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
