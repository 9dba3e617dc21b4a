"""From sound and surroundings to goals: ridge regression, bent where the footage says so.

The straight part is ridge regression on features of a frame and its neighbours, and on the context. The bent part is a
Gaussian process on the few directions of both that the straight part found to matter: near what was filmed it corrects,
far from it (another voice, another language) it says nothing and the straight part remains. Both are solved at once in
the dual (Rasmussen and Williams 2006, chapter 2), because frames are fewer than features.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve

from pipelines.avatar.driver import with_context
from pipelines.media import Float32Array

Float64Array = NDArray[np.float64]
Indices = NDArray[np.intp]

_HEARD_AXES: Final = 16
_FOLDS: Final = 4
_FOLD_FRAMES: Final = 75


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How to fit.

    ``ridge`` and ``context_weight`` are of the straight part. ``bend`` is the variance of the bent part when the noise
    has 1; ``heard_reach`` and ``around_reach`` are how far it reaches in sound and in context, in median squared
    distances of the footage. ``around_axes`` of the context bend it; nought leaves the context straight.
    """

    ridge: float
    context_weight: float
    bend: float
    heard_reach: float
    around_reach: float
    around_axes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """``weights`` (input, output) and ``bias`` (output,); ``marks`` (mark, axis) and their ``heights`` (mark, output).

    ``heard_axes`` (7 * feature, axis) and ``around_axes`` (context, axis) lead to where the marks are.
    ``spread`` (output,) is the standard deviation of what it said of speech that was left out.
    """

    context_weight: float
    weights: Float32Array
    bias: Float32Array
    heard_axes: Float32Array
    around_axes: Float32Array
    marks: Float32Array
    heights: Float32Array
    spread: Float32Array

    def said(self, features: Float32Array, context: Float32Array) -> Float32Array:
        """(frame, output) for standardised features (frame, 512) and context (frame, component)."""
        return self.said_of(with_context(features), self.context_weight * context)

    def said_of(self, heard: Float32Array, around: Float32Array) -> Float32Array:
        """The same for features with their neighbours, (frame, 7 * feature), and weighted context."""
        straight = np.column_stack([heard, around]) @ self.weights + self.bias
        there = np.column_stack([heard @ self.heard_axes, around @ self.around_axes])
        return np.asarray(straight + _near(there, self.marks) @ self.heights, dtype=np.float32)


def fit(
    hearings: Sequence[Float32Array],
    context: Float32Array,
    goals: Float32Array,
    manner: Manner,
    *,
    guides: Float32Array | None = None,
) -> tuple[Fit, Float32Array]:
    """A fit, and what fits say of the quarter that each was not shown.

    Args:
        hearings: the same frames as heard in different windows, each (frame, 512); frames take turns between them.
        context: (frame, component).
        goals: (frame, output).
        manner: how.
        guides: (frame, value), in the goals' own scale: where goals are few, these too say which directions matter.
    """
    turn = np.arange(len(goals)) % len(hearings)
    heard = with_context(hearings[0])
    for number, other in enumerate(hearings[1:], start=1):
        heard[turn == number] = with_context(other)[turn == number]
    around = (manner.context_weight * context).astype(np.float32)
    inputs = np.column_stack([heard, around])
    gram = (inputs @ inputs.T).astype(np.float64) / manner.ridge
    own, goals = goals.shape[1], goals if guides is None else np.column_stack([goals, guides])
    left_out = np.zeros_like(goals)
    everything = np.arange(len(goals))
    for fold in range(_FOLDS):
        apart = (everything // _FOLD_FRAMES) % _FOLDS == fold
        part = _solved(heard, around, gram, goals, everything[~apart], manner)
        left_out[apart] = part.said_of(heard[apart], around[apart])
    whole = _solved(heard, around, gram, goals, everything, manner)
    found = replace(
        whole,
        weights=whole.weights[:, :own],
        bias=whole.bias[:own],
        heights=whole.heights[:, :own],
        spread=left_out[:, :own].std(axis=0).astype(np.float32),
    )
    return found, left_out[:, :own]


def _solved(
    heard: Float32Array, around: Float32Array, gram: Float64Array, goals: Float32Array, some: Indices, manner: Manner
) -> Fit:
    middle = goals[some].mean(axis=0)
    off = (goals[some] - middle).astype(np.float64)
    own = gram[np.ix_(some, some)]
    own[np.diag_indices_from(own)] += 1.0
    rows = np.column_stack([heard, around])[some]
    straight = _straight(rows, solve(own, off, assume_a="pos"), manner)
    features = heard.shape[1]
    heard_axes = _axes(straight[:features], rows[:, :features], _HEARD_AXES, manner.heard_reach)
    around_axes = _axes(straight[features:], rows[:, features:], manner.around_axes, manner.around_reach)
    marks = np.column_stack([rows[:, :features] @ heard_axes, rows[:, features:] @ around_axes])
    own += manner.bend * _near(marks, marks)
    shares = solve(own, off, assume_a="pos", overwrite_a=True)
    return Fit(
        context_weight=manner.context_weight,
        weights=_straight(rows, shares, manner),
        bias=middle.astype(np.float32),
        heard_axes=heard_axes,
        around_axes=around_axes,
        marks=marks,
        heights=(manner.bend * shares).astype(np.float32),
        spread=np.zeros(goals.shape[1], np.float32),
    )


def _straight(rows: Float32Array, shares: Float64Array, manner: Manner) -> Float32Array:
    return np.asarray(rows.T @ (shares / manner.ridge).astype(np.float32), dtype=np.float32)


def _axes(weights: Float32Array, rows: Float32Array, count: int, reach: float) -> Float32Array:
    """The directions of the inputs that move the goals most, so long that a Gaussian of width one suits them."""
    turned, size, _ = np.linalg.svd(weights, full_matrices=False)
    axes = turned[:, :count] * size[:count]
    if axes.shape[1] == 0:
        return np.asarray(axes, dtype=np.float32)
    there = rows @ axes
    usual = float(np.median(_apart(there[::4], there[1::4])))
    return np.asarray(axes / np.sqrt(reach * max(usual, 1e-12)), dtype=np.float32)


def _near(places: Float32Array, marks: Float32Array) -> Float32Array:
    return np.asarray(np.exp(-0.5 * _apart(places, marks)), dtype=np.float32)


def _apart(places: Float32Array, marks: Float32Array) -> Float32Array:
    """Squared distances, (place, mark)."""
    apart = (places**2).sum(axis=1)[:, None] + (marks**2).sum(axis=1)[None] - 2 * places @ marks.T
    return np.asarray(np.maximum(apart, 0), dtype=np.float32)
