"""Masks, ramps, curves and marks: the brushes behave."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.assets import ASSETS
from pipelines.avatar.illustration.canvas import Canvas, Frame
from pipelines.avatar.illustration.curves import resample, ribbon, side, spline
from pipelines.avatar.illustration.marks import northlight_mark, sayso_mark
from pipelines.avatar.illustration.portrait import straight_alpha
from pipelines.avatar.illustration.tone import Ramp, hex_colour

FRAME = Frame(width=100, height=100, unit=20.0, centre=(50.0, 50.0), supersampling=2)
GREYS = Ramp("#000000", "#404040", "#808080", "#c0c0c0", "#ffffff")


def test_a_square_covers_its_own_area_and_half_a_pixel_of_edge() -> None:
    mask = Canvas(FRAME).fill([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    assert mask.cover.sum() == pytest.approx((2 * 20 * 2) ** 2, rel=0.04)


def test_a_shape_beyond_the_edge_is_cut_not_an_error() -> None:
    mask = Canvas(FRAME).fill([(2, 2), (9, 2), (9, 9), (2, 9)])
    assert mask.cover.shape[0] <= FRAME.height * FRAME.supersampling
    assert Canvas(FRAME).fill([(8, 8), (9, 8), (9, 9)]).cover.size == 0


def test_two_masks_meet_only_where_both_are() -> None:
    canvas = Canvas(FRAME)
    left, right = canvas.fill([(-2, -1), (0, -1), (0, 1), (-2, 1)]), canvas.fill([(0, -1), (2, -1), (2, 1), (0, 1)])
    assert left.times(right).cover.sum() < 0.05 * left.cover.sum()
    assert left.without(right).cover.sum() == pytest.approx(left.cover.sum(), rel=0.05)
    assert left.without(left).cover.sum() < 0.05 * left.cover.sum()  # soft edges leave a little


def test_atop_paints_nothing_where_nothing_is() -> None:
    canvas = Canvas(FRAME)
    canvas.atop(canvas.disc(0, 0, 1), (1, 0, 0))
    assert canvas.alpha.max() == 0
    assert canvas.rgb.max() == 0


def test_screen_never_shines_past_the_edge() -> None:
    canvas = Canvas(FRAME)
    canvas.over(canvas.disc(0, 0, 0.5), (0.2, 0.2, 0.2))
    canvas.screen(canvas.disc(0, 0, 1.5), (1, 1, 1))
    rgb, alpha = canvas.finish()
    assert (rgb <= alpha[..., None] + 1e-5).all()


def test_moved_draws_shifted_and_restores_the_frame() -> None:
    canvas = Canvas(FRAME)
    still = canvas.disc(0, 0, 0.5)
    with canvas.moved(1.0, 0.5):
        moved = canvas.disc(0, 0, 0.5)
    assert (moved.x - still.x, moved.y - still.y) == (40, 20)
    assert canvas.frame == FRAME


def test_colours_run_on_past_the_edge() -> None:
    alpha = np.zeros((40, 40), np.float32)
    alpha[:, :20] = 1
    rgba = straight_alpha(np.repeat(alpha[..., None], 3, axis=2) * np.array([1, 0.5, 0], np.float32), alpha)
    assert rgba[20, 25].tolist() == [255, 128, 0, 0]


@given(level=st.floats(0, 1))
def test_a_ramp_rises_evenly_between_its_colours(level: float) -> None:
    assert GREYS.at(level)[0] == pytest.approx(level, abs=0.01)


def test_hex_colours_are_read_in_order() -> None:
    assert hex_colour("#ff8000").tolist() == pytest.approx([1.0, 128 / 255, 0.0])


@given(points=st.lists(st.tuples(st.floats(-2, 2), st.floats(-2, 2)), min_size=2, max_size=6))
def test_a_curve_starts_and_ends_at_its_own_points(points: list[tuple[float, float]]) -> None:
    curve = resample(spline(points), 20)
    assert curve[0] == pytest.approx(points[0], abs=1e-6)
    assert curve[-1] == pytest.approx(points[-1], abs=1e-6)


def test_a_ribbon_is_as_wide_as_asked() -> None:
    outline = ribbon(np.array([[0.0, 0.0], [1.0, 0.0]]), (0.2, 0.2))
    assert np.ptp(outline[:, 1]) == pytest.approx(0.2)


def test_a_mirrored_side_keeps_its_height() -> None:
    assert side([(0.3, 0.1)], -1).tolist() == [[-0.3, 0.1]]


@pytest.mark.parametrize("mark", [northlight_mark, sayso_mark])
def test_marks_are_centred_cut_outs(mark: object) -> None:
    assert callable(mark)
    alpha = mark(128)[..., 3]
    rows, columns = np.nonzero(alpha)
    assert alpha[0, 0] == 0
    assert abs(columns.mean() - 64) < 6
    assert np.ptp(rows) > 90


def test_the_stored_signs_are_there() -> None:
    assert (ASSETS / "brand" / "sayso-mark.svg").read_text(encoding="utf-8").startswith("<svg")
    for name in ("demo/logo.png", "demo/logo-on-light.png", "brand/sayso-mark.png"):
        assert (ASSETS / name).stat().st_size < 60_000
