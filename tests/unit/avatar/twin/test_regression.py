from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipelines.avatar.twin.regression import Manner, fit
from pipelines.media import Float32Array

MANNER = Manner(ridge=30.0, context_weight=1.0, bend=4.0, heard_reach=1.0, around_reach=1.0, around_axes=1)


@pytest.fixture(scope="module")
def heard() -> Float32Array:
    # Slow, so that neighbours say the same.
    at = np.arange(900)[:, None] / np.array([9.0, 14.0, 23.0, 31.0])
    return np.sin(at + np.array([0, 1, 2, 3])).astype(np.float32)


@pytest.fixture(scope="module")
def around() -> Float32Array:
    return np.cos(np.arange(900) / 200)[:, None].astype(np.float32)


def _goals(heard: Float32Array, around: Float32Array) -> Float32Array:
    bent = np.maximum(heard[:, 0], 0) ** 2
    return np.column_stack([heard[:, 0] + 2 * bent + around[:, 0], heard[:, 1]]).astype(np.float32)


def _error(found: Float32Array, goals: Float32Array) -> float:
    return float(((found - goals)[:, 0] ** 2).mean())


def test_a_bent_fit_says_more_of_what_it_was_not_shown(heard: Float32Array, around: Float32Array) -> None:
    goals = _goals(heard, around)
    straight = replace(MANNER, bend=0.0)
    _, by_bent = fit([heard], around, goals, MANNER)
    _, by_straight = fit([heard], around, goals, straight)
    assert _error(by_bent, goals) < 0.5 * _error(by_straight, goals)


def test_far_from_what_was_filmed_the_straight_part_remains(heard: Float32Array, around: Float32Array) -> None:
    found, _ = fit([heard], around, _goals(heard, around), MANNER)
    far = found.said(heard[:50] + 40, around[:50])
    bare = replace(found, heights=found.heights * 0)
    np.testing.assert_allclose(far, bare.said(heard[:50] + 40, around[:50]), rtol=1e-4)


def test_frames_take_turns_between_hearings(heard: Float32Array, around: Float32Array) -> None:
    other = heard + 0.3
    goals = _goals(heard, around)
    both, _ = fit([heard, other], around, goals, MANNER)
    one, _ = fit([heard], around, goals, MANNER)
    assert _error(both.said(other, around), goals) < _error(one.said(other, around), goals)


def test_guides_give_directions_and_nothing_else(heard: Float32Array, around: Float32Array) -> None:
    goals = _goals(heard, around)
    found, left_out = fit([heard], around, goals[:, :1], MANNER, guides=goals[:, 1:])
    assert found.said(heard, around).shape == left_out.shape == (900, 1)
    assert found.spread.shape == (1,)
    assert found.marks.shape[1] == 3  # two directions of sound, one of context


def test_the_same_footage_gives_the_same_fit(heard: Float32Array, around: Float32Array) -> None:
    goals = _goals(heard, around)
    first, again = fit([heard], around, goals, MANNER)[0], fit([heard], around, goals, MANNER)[0]
    np.testing.assert_array_equal(first.said(heard, around), again.said(heard, around))


def test_a_context_without_axes_stays_straight(heard: Float32Array, around: Float32Array) -> None:
    flat = replace(MANNER, around_axes=0)
    found, _ = fit([heard], around, _goals(heard, around), flat)
    moved = found.said(heard, around + 1) - found.said(heard, around)
    np.testing.assert_allclose(moved, np.broadcast_to(moved[0], moved.shape), atol=1e-4)
