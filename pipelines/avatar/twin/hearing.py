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

from pipelines.avatar.twin.regression import Fit, Manner, fit
from pipelines.media import Float32Array

# Chosen by folds over the clips of one speaker.
_LOOK: Final = Manner(ridge=1e4, context_weight=25.0, bend=2.0, heard_reach=1.0, around_reach=1.0, around_axes=10)
_OPENING: Final = Manner(ridge=1e4, context_weight=7.5, bend=4.0, heard_reach=0.5, around_reach=1.0, around_axes=0)
_EVEN: Final = 0.3  # 0: a component of the context weighs as it varies; 1: all weigh the same
_GAIN_MIN, _GAIN_MAX = 0.7, 1.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """Two fits and how their inputs are standardised; ``along`` (component,): how looks go with the opening."""

    mean: Float32Array
    scale: Float32Array
    context_mean: Float32Array
    context_scale: Float32Array
    look: Fit
    opening: Fit
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
    look, left_out = fit(heard, around, coefficients, _LOOK)
    guides = coefficients * (opening.std() / (2 * coefficients[:, 0].std()))
    gap, _ = fit(heard, around, opening[:, None], _OPENING, guides=np.asarray(guides, dtype=np.float32))
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


def _standard(values: Float32Array) -> tuple[Float32Array, Float32Array]:
    return values.mean(axis=0).astype(np.float32), (values.std(axis=0) + 1e-3).astype(np.float32)


def _respread(said: Float32Array, spread: Float32Array) -> Float32Array:
    middle = said.mean(axis=0)
    gain = np.clip(spread / (said.std(axis=0) + 1e-6), _GAIN_MIN, _GAIN_MAX)
    return np.asarray((said - middle) * gain + middle, dtype=np.float32)
