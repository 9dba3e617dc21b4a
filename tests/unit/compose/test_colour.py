from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.compose.colour import WHITE, darkened_to, ink_on, luminance, parse_colour, wall_and_accent
from pipelines.disclosure.contrast import contrast_ratio

COLOUR = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06X}")


@given(colours=st.lists(COLOUR, min_size=1, max_size=4).map(tuple))
def test_white_letters_can_be_read_on_every_wall(colours: tuple[str, ...]) -> None:
    wall, accent = wall_and_accent(colours)
    assert contrast_ratio(luminance(darkened_to(wall, 0.13)), luminance(WHITE)) >= 4.5
    assert wall != accent


@given(colour=COLOUR)
def test_ink_can_be_read_on_any_ground(colour: str) -> None:
    ground = parse_colour(colour)
    assert contrast_ratio(luminance(ground), luminance(ink_on(ground))) >= 3.9


@pytest.mark.parametrize(
    ("colours", "wall", "accent"),
    [
        (("#1F3A5F", "#E8A33D"), "#1F3A5F", "#E8A33D"),
        (("#F4C542", "#222222"), "#222222", "#F4C542"),  # a yellow brand speaks from its black, in yellow
    ],
)
def test_dark_colour_paints_and_the_other_accents(colours: tuple[str, ...], wall: str, accent: str) -> None:
    assert wall_and_accent(colours) == (parse_colour(wall), parse_colour(accent))
