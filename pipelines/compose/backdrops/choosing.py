"""Opens the backdrop that a scene asks for."""

from __future__ import annotations

from pipelines.compose.backdrops.base import Backdrop, StillBackdrop
from pipelines.compose.backdrops.film import SUFFIXES, FilmBackdrop
from pipelines.compose.backdrops.gradient import draw_gradient
from pipelines.compose.backdrops.picture import load_picture
from pipelines.compose.backdrops.room import draw_room
from pipelines.compose.backdrops.wall import draw_wall
from pipelines.compose.colour import parse_colour, wall_and_accent
from pipelines.compose.spec import SceneSpec
from pipelines.errors import InputInvalidError
from pipelines.media import ByteArray


def open_backdrop(spec: SceneSpec, *, light: tuple[float, float], surroundings: ByteArray | None) -> Backdrop:
    """Open a backdrop.

    Args:
        spec: what the scene is to be.
        light: where the presenter's head is, as shares of width and height.
        surroundings: the portrait's picture without the person, for ``backdrop="blur"``.

    Raises:
        InputInvalidError: the picture or film cannot be used; says what to give instead.
    """
    width, height = spec.width, spec.height
    if spec.background is not None:
        if spec.background.suffix.lower() in SUFFIXES:
            return FilmBackdrop(spec.background, width=width, height=height, fps=spec.fps)
        return StillBackdrop(load_picture(spec.background, width, height))
    if spec.backdrop == "gradient":
        colours = spec.brand.colours
        ends = parse_colour(colours[0]), parse_colour(colours[1]) if len(colours) > 1 else wall_and_accent(colours)[1]
        return StillBackdrop(draw_gradient(width, height, ends, seed=spec.seed))
    if spec.backdrop == "blur":
        if surroundings is None:
            raise InputInvalidError('background = "blur" needs the portrait\'s own picture; take another background')
        return StillBackdrop(draw_room(surroundings, width, height, seed=spec.seed))
    return StillBackdrop(draw_wall(width, height, wall_and_accent(spec.brand.colours), light=light, seed=spec.seed))
