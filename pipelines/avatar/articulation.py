"""What the mouth does for each phoneme, and how neighbours blend: curves of opening and width from exact times.

The targets are relative (1 = the open vowel of "father"; -1 to 1 from rounded to spread). Vowels and consonants of the
Kokoro alphabet, which is IPA with capitals for English diphthongs. Blending is wider for the lips' width than for the
opening, because lips round before the vowel that needs it (coarticulation).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from pipelines.media import Float32Array, Timed

_RATE = 200  # steps a second of the inner clock
_BRIDGE_S = 0.14  # shorter gaps between phonemes are not pauses
_OPENING_SIGMA_S, _WIDE_SIGMA_S = 0.026, 0.055
_CLOSE_BEFORE_S = 0.02  # lips meet a little before a bilabial's own time
_STOP_CLOSED_SHARE = 0.85  # of p and b, before the burst
_FADE_S = 0.045  # how fast lips part after a closure


@dataclass(frozen=True, slots=True)
class _Shape:
    opening: float
    wide: float


_OPEN, _MID, _SMALL = 1.0, 0.66, 0.36
_SHAPES: Final[dict[str, tuple[_Shape, ...]]] = {
    **dict.fromkeys("aɑɐ", (_Shape(_OPEN, 0.1),)),
    **dict.fromkeys("æ", (_Shape(0.95, 0.5),)),
    **dict.fromkeys("ʌ", (_Shape(0.75, 0.0),)),
    **dict.fromkeys("ɔɒ", (_Shape(0.85, -0.55),)),
    **dict.fromkeys("o", (_Shape(0.55, -0.8),)),
    **dict.fromkeys("øœɞɵ", (_Shape(0.5, -0.7),)),
    **dict.fromkeys("ɛ", (_Shape(0.75, 0.45),)),
    **dict.fromkeys("e", (_Shape(0.58, 0.65),)),
    **dict.fromkeys("əᵊɜɚɝɘɤ", (_Shape(0.5, 0.0),)),
    **dict.fromkeys("ɪᵻɨ", (_Shape(0.42, 0.5),)),
    **dict.fromkeys("i", (_Shape(0.36, 0.9),)),
    **dict.fromkeys("yʏ", (_Shape(0.28, -0.9),)),
    **dict.fromkeys("ʊ", (_Shape(0.36, -0.7),)),
    **dict.fromkeys("u", (_Shape(0.27, -1.0),)),
    **dict.fromkeys("ɯ", (_Shape(0.32, -0.2),)),
    "A": (_Shape(0.68, 0.5), _Shape(0.42, 0.8)),
    "I": (_Shape(_OPEN, 0.1), _Shape(0.5, 0.6)),
    "O": (_Shape(0.62, -0.5), _Shape(0.35, -0.9)),
    "Q": (_Shape(0.55, -0.1), _Shape(0.35, -0.9)),
    "W": (_Shape(_OPEN, 0.0), _Shape(0.45, -0.8)),
    "Y": (_Shape(0.75, -0.7), _Shape(0.45, 0.5)),
    **dict.fromkeys("pbm", (_Shape(0.0, 0.0),)),
    **dict.fromkeys("fvɱ", (_Shape(0.12, 0.1),)),
    **dict.fromkeys("ɸβʋ", (_Shape(0.14, -0.3),)),
    **dict.fromkeys("wɥʍ", (_Shape(0.18, -1.0),)),
    **dict.fromkeys("θð", (_Shape(0.34, 0.1),)),
    **dict.fromkeys("szʦʣ", (_Shape(0.22, 0.4),)),
    **dict.fromkeys("ʃʒʧʤTS", (_Shape(0.26, -0.55),)),
    **dict.fromkeys("ʂʐɕʑʨʥꭧ", (_Shape(0.26, -0.2),)),
    **dict.fromkeys("tdnlɾʈɖɳɲɭʎ", (_Shape(0.32, 0.15),)),
    **dict.fromkeys("ɹɻ", (_Shape(0.34, -0.5),)),
    **dict.fromkeys("rʀʁɽ", (_Shape(0.38, 0.0),)),
    **dict.fromkeys("kɡgqcɟ", (_Shape(0.40, 0.1),)),
    **dict.fromkeys("ŋɴxɣχhɦçʝɰʔ", (_Shape(0.42, 0.0),)),
    **dict.fromkeys("j", (_Shape(0.34, 0.7),)),
}
_SHAPES["T"] = (_Shape(0.32, 0.15),)  # the flapped t of American English
_SHAPES["ʔ"] = (_Shape(0.4, 0.0),)
_UNKNOWN: Final = (_Shape(0.45, 0.0),)
_STOPS: Final = frozenset("pb")
BILABIALS: Final = frozenset("pbm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Articulation:
    """Per video frame: ``opening`` 0 to 1, ``wide`` -1 to 1, ``closure`` 0 to 1 (1: the lips must be shut)."""

    opening: Float32Array
    wide: Float32Array
    closure: Float32Array


def sound_of(phoneme: str) -> str:
    """The phoneme's own letter, without stress, length and other marks; "" if there is none."""
    for letter in unicodedata.normalize("NFD", phoneme):
        if letter in _SHAPES:
            return letter
    return ""


def is_bilabial(phoneme: str) -> bool:
    """Whether the lips meet for this phoneme."""
    return sound_of(phoneme) in BILABIALS


def articulate(phonemes: Sequence[Timed], *, frames: int, fps: int) -> Articulation:
    """The mouth's targets; a frame is looked at in the middle of its time."""
    steps = int(frames / fps * _RATE) + 2
    opening, wide = np.zeros(steps), np.zeros(steps)
    closure = np.zeros(steps)
    for place, phoneme in enumerate(phonemes):
        after = phonemes[place + 1].start_s if place + 1 < len(phonemes) else phoneme.end_s
        end_s = after if after - phoneme.end_s < _BRIDGE_S else phoneme.end_s
        shapes = _SHAPES.get(sound_of(phoneme.text), _UNKNOWN)
        edges = np.linspace(phoneme.start_s, end_s, len(shapes) + 1)
        for shape, start, stop in zip(shapes, edges[:-1], edges[1:], strict=True):
            span = slice(max(0, round(start * _RATE)), max(0, round(stop * _RATE)))
            opening[span], wide[span] = shape.opening, shape.wide
        if is_bilabial(phoneme.text):
            share = _STOP_CLOSED_SHARE if sound_of(phoneme.text) in _STOPS else 1.0
            stop = phoneme.start_s + share * (phoneme.end_s - phoneme.start_s)
            closure[max(0, round((phoneme.start_s - _CLOSE_BEFORE_S) * _RATE)) : round(stop * _RATE) + 1] = 1
    opening = gaussian_filter1d(opening, _OPENING_SIGMA_S * _RATE)
    wide = gaussian_filter1d(wide, _WIDE_SIGMA_S * _RATE)
    distance = _distance_to(closure > 0) / _RATE
    held = np.clip(1 - distance / _FADE_S, 0, 1)
    at = np.clip(((np.arange(frames) + 0.5) / fps * _RATE).round().astype(int), 0, steps - 1)
    shut = held[at].astype(np.float32)
    _keep_short_closures(shut, phonemes, fps=fps)
    return Articulation(
        opening=opening[at].astype(np.float32), wide=np.clip(wide[at], -1, 1).astype(np.float32), closure=shut
    )


def _keep_short_closures(closure: Float32Array, phonemes: Sequence[Timed], *, fps: int) -> None:
    """A closure shorter than a frame still gets the frame that holds its middle."""
    for phoneme in phonemes:
        if is_bilabial(phoneme.text):
            frame = int((phoneme.start_s + 0.4 * (phoneme.end_s - phoneme.start_s)) * fps)
            if frame < len(closure):
                closure[frame] = 1


def _distance_to(marked: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Float32Array:
    """Steps to the nearest marked step."""
    places = np.flatnonzero(marked)
    if places.size == 0:
        return np.full(marked.shape, 1e6, np.float32)
    all_steps = np.arange(marked.size)
    after = np.searchsorted(places, all_steps).clip(0, places.size - 1)
    before = (after - 1).clip(0)
    nearest = np.minimum(np.abs(places[after] - all_steps), np.abs(places[before] - all_steps))
    return np.asarray(nearest, dtype=np.float32)
