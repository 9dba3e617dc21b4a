"""How a face moves to a speech: the driver's curve of the mouth, shaped by the exact phonemes, and the gestures.

The driver hears how far a mouth opens; the phonemes know when lips must meet and round. Openings are normalised per
utterance, because synthetic voices speak more evenly than people and would else mumble.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from pipelines.avatar.alignment import aligned
from pipelines.avatar.articulation import Articulation, articulate
from pipelines.avatar.manner import NEUTRAL, Manner
from pipelines.avatar.prosody import gestures
from pipelines.avatar.speech_features import activity, loudness
from pipelines.media import Float32Array, MotionTrack, Speech

OPENING_P95 = 0.112  # eye distances; natural speech measures .09 to .11
OPENING_MAX = 0.150
PRESSED = -0.012  # lips that meet for p, b or m press a little

_DRIVER_SHARE = 0.5  # of the opening; the phonemes give the rest
_EFFORT_SHARE = 0.38  # of the opening; loudness, against driver and phonemes together
_DRIVER_WIDE_SHARE = 0.3
_SPEAKING = 0.5  # of the activity


def plan_motion(
    speech: Speech,
    heard: Float32Array,
    *,
    seed: int,
    fps: int,
    wide_heard: Float32Array | None = None,
    manner: Manner = NEUTRAL,
) -> MotionTrack:
    """Combine what was heard with what is being said.

    Args:
        speech: sound and phonemes.
        heard: the driver's opening per frame, in any unit.
        seed: decides the gestures.
        fps: frames a second.
        wide_heard: the driver's width per frame, in any unit.
        manner: how the tone shows in the face.
    """
    level = loudness(speech.audio, fps=fps)
    frames = len(level)
    active = activity(level)
    phonemes = aligned(speech.phonemes, speech.audio)
    said = articulate(phonemes, frames=frames, fps=fps) if phonemes else None
    jaw = _opening(heard, said, level, active)
    wide = np.clip(_wide(wide_heard, said, active) + np.float32(manner.smile), -1, 1)
    rng = np.random.default_rng(seed)
    extra = gestures(level, phonemes, fps=fps, rng=rng, manner=manner)
    upper_lip = 0.10 * np.clip(jaw, 0, None) * np.clip(wide, 0, None)  # a spread mouth shows more of its teeth
    return MotionTrack(
        fps=fps,
        jaw=jaw,
        wide=wide,
        upper_lip=upper_lip.astype(np.float32),
        blink=extra.blink,
        dx=extra.dx,
        dy=extra.dy,
        yaw=extra.yaw,
        pitch=extra.pitch,
        roll=extra.roll,
        brow=extra.brow,
        breath=extra.breath,
    )


def _opening(heard: Float32Array, said: Articulation | None, level: Float32Array, active: Float32Array) -> Float32Array:
    speaking = active > _SPEAKING
    if not speaking.any():
        return np.zeros_like(active)
    opening = _to_unit(heard, speaking)
    if said is not None:
        opening = _DRIVER_SHARE * opening + (1 - _DRIVER_SHARE) * _to_unit(said.opening, speaking)
    # Effort opens the mouth: listeners see the beat of speech before its sounds.
    effort = np.clip((level + 22) / 22, 0, 1.15)
    opening = np.asarray((1 - _EFFORT_SHARE) * opening + _EFFORT_SHARE * effort**1.3, dtype=np.float32)
    smooth = gaussian_filter1d(opening * (0.30 + 0.75 * effort) * active, 0.45)
    held = said.closure if said is not None else np.zeros_like(active)
    opening = np.asarray(smooth * (1 - held), dtype=np.float32)
    top = float(np.percentile(opening[speaking], 95))
    scaled = np.clip(opening * (OPENING_P95 / max(top, 1e-6)), 0, OPENING_MAX)
    pressed = PRESSED * np.clip((held - 0.6) / 0.4, 0, 1) * active
    return np.asarray(scaled + pressed, dtype=np.float32)


def _to_unit(values: Float32Array, speaking: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Float32Array:
    """This utterance's own range, 0 (5th percentile) to 1 (95th)."""
    low, high = np.percentile(values[speaking], (5, 95))
    return np.asarray(np.clip((values - low) / max(1e-6, high - low), 0, 1.25), dtype=np.float32)


def _wide(heard: Float32Array | None, said: Articulation | None, active: Float32Array) -> Float32Array:
    speaking = active > _SPEAKING
    wide = np.zeros_like(active)
    if heard is not None and speaking.any():
        middle = np.median(heard[speaking])
        spread = max(1e-6, float(np.percentile(np.abs(heard[speaking] - middle), 90)))
        wide = np.clip((heard - middle) / spread, -1, 1).astype(np.float32)
    if said is not None:
        share = _DRIVER_WIDE_SHARE if heard is not None else 0.0
        wide = share * wide + (1 - share) * said.wide
    return np.asarray(np.clip(gaussian_filter1d(wide * active, 0.8), -1, 1), dtype=np.float32)
