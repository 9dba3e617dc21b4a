"""From speech to a mouth's coefficients: ridge regression on Whisper's features of a frame and its neighbours.

Two fits see the same features: appearance leans on pose and light (the context), the opening hardly does. Trained on
one voice, both under-open the mouth for others: 28 to 55 % of the spread that it has in the footage. So for other
voices features are brought to the training voice's mean and spread, and the opening comes from ``speaking``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipelines.avatar.driver import with_context
from pipelines.media import Float32Array

_RIDGE, _CONTEXT_WEIGHT = 1e4, 25.0  # for appearance; all by folds over the clips of one speaker
_OPENING_RIDGE, _OPENING_CONTEXT_WEIGHT = 1e4, 7.5
_EVEN: Final = 0.3  # 0: a component of the context weighs as it varies; 1: all weigh the same
_FOLDS: Final = 4
_FOLD_FRAMES: Final = 75
_GAIN_MIN, _GAIN_MAX = 0.7, 1.8

Float64Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One ridge fit: ``weights`` (input, output), ``bias`` (output,), ``context_weight``.

    ``spread`` (output,) is the standard deviation of what it said of speech that was left out.
    """

    weights: Float32Array
    bias: Float32Array
    context_weight: float
    spread: Float32Array

    def said(self, features: Float32Array, context: Float32Array) -> Float32Array:
        """(frame, output) for standardised inputs."""
        return np.asarray(_inputs(features, context, self.context_weight) @ self.weights + self.bias, dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """Two fits and how their inputs are standardised; ``along`` (component,): how looks go with the opening."""

    mean: Float32Array
    scale: Float32Array
    context_mean: Float32Array
    context_scale: Float32Array
    look: Line
    opening: Line
    along: Float32Array
    opening_of_look: Float32Array  # (component + 1,): the opening that coefficients show, linear, its constant last

    def predict(
        self, features: Float32Array, context: Float32Array, *, own_voice: bool
    ) -> tuple[Float32Array, Float32Array]:
        """Coefficients (frame, component) and opening (frame,) for features (frame, 512) and its context.

        ``own_voice``: the speech is the trained person's own recording, whose level and spread need no matching.
        """
        mean, scale = (self.mean, self.scale) if own_voice else _standard(features)
        heard = ((features - mean) / scale).astype(np.float32)
        around = ((context - self.context_mean) / self.context_scale).astype(np.float32)
        look, opening = self.look.said(heard, around), self.opening.said(heard, around)[:, 0]
        if not own_voice:
            look = _respread(look, self.look.spread)
        return self.opened(look, opening), opening

    def opened(self, look: Float32Array, opening: Float32Array) -> Float32Array:
        """Coefficients (frame, component) moved until they show this opening, (frame,)."""
        shown = look @ self.opening_of_look[:-1] + self.opening_of_look[-1]
        return np.asarray(look + (opening - shown)[:, None] * self.along, dtype=np.float32)


def learn_hearing(
    hearings: Sequence[Float32Array], context: Float32Array, coefficients: Float32Array, opening: Float32Array
) -> Hearing:
    """Fit.

    Args:
        hearings: the same frames as heard in different windows, each (frame, 512).
        context: (frame, component), of ``Surroundings.context``.
        coefficients: (frame, component).
        opening: (frame,), in eye distances.
    """
    mean, scale = _standard(np.concatenate(list(hearings)))
    context_mean, spread = _standard(context)
    context_scale = spread**_EVEN
    heard = [((one - mean) / scale).astype(np.float32) for one in hearings]
    around = ((context - context_mean) / context_scale).astype(np.float32)
    look, left_out = _line(heard, around, coefficients, ridge=_RIDGE, context_weight=_CONTEXT_WEIGHT)
    gap, _ = _line(heard, around, opening[:, None], ridge=_OPENING_RIDGE, context_weight=_OPENING_CONTEXT_WEIGHT)
    shown = np.linalg.lstsq(np.column_stack([coefficients, np.ones(len(opening))]), opening, rcond=None)[0]
    missed = opening - (left_out @ shown[:-1] + shown[-1])
    missed = missed - missed.mean()
    along = missed @ (coefficients - left_out) / float(missed @ missed + 1e-9)
    along = along / max(float(along @ shown[:-1]), 0.2)  # a step along it is a step of the opening
    return Hearing(
        mean=mean,
        scale=scale,
        context_mean=context_mean,
        context_scale=context_scale,
        look=look,
        opening=gap,
        along=along.astype(np.float32),
        opening_of_look=shown.astype(np.float32),
    )


def _line(
    hearings: Sequence[Float32Array],
    around: Float32Array,
    goals: Float32Array,
    *,
    ridge: float,
    context_weight: float,
) -> tuple[Line, Float32Array]:
    """A fit, and what fits say of the quarter that each was not shown."""
    middle = goals.mean(axis=0)
    off = (goals - middle).astype(np.float64)
    parts = [np.flatnonzero((np.arange(len(goals)) // _FOLD_FRAMES) % _FOLDS == fold) for fold in range(_FOLDS)]
    inputs = [_inputs(heard, around, context_weight) for heard in hearings]
    sums = [_sums(inputs, off, part) for part in parts]
    gram, cross = sum(one for one, _ in sums), sum(one for _, one in sums)
    penalty = ridge * len(hearings) * np.eye(inputs[0].shape[1])
    left_out = np.zeros_like(off)
    for part, (its_gram, its_cross) in zip(parts, sums, strict=True):
        weights = np.linalg.solve(gram - its_gram + penalty, cross - its_cross)
        left_out[part] = np.mean([one[part] for one in inputs], axis=0) @ weights
    line = Line(
        weights=np.linalg.solve(gram + penalty, cross).astype(np.float32),
        bias=middle.astype(np.float32),
        context_weight=context_weight,
        spread=left_out.std(axis=0).astype(np.float32),
    )
    return line, (left_out + middle).astype(np.float32)


def _sums(
    inputs: Sequence[Float32Array], off: Float64Array, part: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> tuple[Float64Array, Float64Array]:
    """Inputs by inputs and inputs by goals, over these frames of every hearing."""
    rows = np.concatenate([one[part] for one in inputs]).astype(np.float64)
    return rows.T @ rows, rows.T @ np.tile(off[part], (len(inputs), 1))


def _inputs(heard: Float32Array, around: Float32Array, context_weight: float) -> Float32Array:
    return np.column_stack([with_context(heard), context_weight * around]).astype(np.float32)


def _standard(values: Float32Array) -> tuple[Float32Array, Float32Array]:
    return values.mean(axis=0).astype(np.float32), (values.std(axis=0) + 1e-3).astype(np.float32)


def _respread(said: Float32Array, spread: Float32Array) -> Float32Array:
    middle = said.mean(axis=0)
    gain = np.clip(spread / (said.std(axis=0) + 1e-6), _GAIN_MIN, _GAIN_MAX)
    return np.asarray((said - middle) * gain + middle, dtype=np.float32)
