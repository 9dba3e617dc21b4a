"""What the mouth of a twin does to a speech: coefficients and remembered pictures, frame by frame.

For the person's own recordings the opening is what the person's footage taught. For other voices and languages it is
what the photo engine plans, from Whisper through a driver of many voices and from the exact phonemes, brought to how
far this person opens their mouth; the footage then says what that looks like.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from pipelines.avatar.driver import load_driver
from pipelines.avatar.motion import OPENING_P95, plan_motion
from pipelines.avatar.sync import in_step
from pipelines.avatar.twin.model import FPS, Twin
from pipelines.avatar.twin.remembering import cheapest_path
from pipelines.media import Float32Array, Speech

_SMOOTH: Final = 0.5  # frames
_WIDEST: Final = 1.4  # of the usual widest opening
_LIVELY: Final = 1.22  # what landmarks see is calmer than what was planned
_SHUT_BELOW: Final = 0.12  # of it; less is a mouth at rest


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinMotion:
    """``coefficients`` (frame, component), ``pictures`` (frame,) of the bank, ``opening`` (frame,) in eye distances."""

    coefficients: Float32Array
    pictures: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    opening: Float32Array

    @property
    def frame_count(self) -> int:
        """Frames."""
        return len(self.coefficients)


def plan_mouth(twin: Twin, speech: Speech, features: Float32Array, *, own_voice: bool = False) -> TwinMotion:
    """From Whisper's features, (frame, 512), and the speech's phonemes.

    Raises:
        SyncError: lips and sound are not together, and moving them did not help.
    """
    at = np.arange(len(features)) % twin.loop.frame_count
    coefficients, opening = twin.hearing.predict(features, twin.loop.context[at], own_voice=own_voice)
    coefficients = np.asarray(gaussian_filter1d(coefficients, _SMOOTH, axis=0), dtype=np.float32)
    if not own_voice:
        share = _planned(speech, features)
        opening = twin.opening_p5 + (twin.opening_p95 - twin.opening_p5) * share
        coefficients = twin.hearing.opened(coefficients, opening)
        rest = np.clip(1 - share / _SHUT_BELOW, 0, 1)[:, None]
        coefficients = coefficients * (1 - rest) + twin.shut * rest
    path = cheapest_path(coefficients, twin.bank.coefficients)
    return TwinMotion(coefficients=coefficients.astype(np.float32), pictures=path, opening=opening.astype(np.float32))


def _planned(speech: Speech, features: Float32Array) -> Float32Array:
    """How far the mouth is open, (frame,): 0 shut, 1 as wide as it usually gets."""
    curves = load_driver().curves(features)
    track = plan_motion(speech, curves[:, 0], seed=0, fps=FPS, wide_heard=curves[:, 1])
    together, _ = in_step(track, speech.audio)
    return np.asarray(np.clip(_LIVELY * together.jaw[: len(features)] / OPENING_P95, 0, _WIDEST), dtype=np.float32)
