"""Where a fit starts: the stock voice that is most like the person.

Alike is not enough: a voice that must be moved by an octave sounds worse (DNSMOS .8 lower for one reader of seven
semitones, .2 for the same reader from a voice of her pitch), and one of another language is harder to understand.

The same one gives the way of speaking in every language. (The voice of each language's own that is most like the person
was tried: word errors rose by .09 and the second encoder knew the person less.)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from pipelines.media import Float32Array
from pipelines.speech.stock import StockVoice
from pipelines.voice.voices import voice_named

_A_SEMITONE: Final = 0.02  # of likeness, for each that the pitch must be moved
_ANOTHER_LANGUAGE: Final = 0.05
_WHISPERS: Final = frozenset({"af_nicole"})


def nearest_voices(
    embedding: Float32Array, stock: Sequence[StockVoice], *, pitch_hz: float, language: str
) -> list[str]:
    """The names of the stock voices, the best to start from first.

    Args:
        embedding: Who it shall be, (256,) of length 1.
        stock: From ``stock_voices``.
        pitch_hz: The person's median.
        language: Of the recordings, BCP 47.
    """

    def worth(voice: StockVoice) -> float:
        semitones = abs(12 * math.log2(voice.pitch_hz / pitch_hz))
        other = voice_named(voice.name).language.partition("-")[0] != language.partition("-")[0]
        return float(voice.embedding @ embedding) - _A_SEMITONE * semitones - _ANOTHER_LANGUAGE * other

    return [voice.name for voice in sorted(stock, key=worth, reverse=True) if voice.name not in _WHISPERS]
