"""Signs that the voice of a statement came out of a machine: two of them, easy to name and easy to defeat.

1. **Silence.** Speech that a program feeds to the browser or that is uploaded as a file has pauses without any noise; a
   microphone in a room never has. Playing it by a loudspeaker into a microphone defeats this.
2. **A stock voice.** The voice is one of those that this studio's own engine speaks with. A cloned voice defeats this.

A trained detector was tried and left out: on speakers and generators that it had not seen it did hardly better than
chance (docs/evidence.md). So "passed" means "none of these signs", and a person listens before anything is approved.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from pipelines.evidence.result import SYNTHETIC_SPEECH, CheckResult, Outcome
from pipelines.media import AudioClip
from pipelines.speech.encoder import SpeakerEncoder, WeightFiles
from pipelines.speech.stock import stock_voices

SOURCE: Final = "measured by bench/evidence.py; weak: a played-back or cloned voice passes; see docs/evidence.md"

SILENCE_DB: Final = 74.0
STOCK_LIKENESS: Final = 0.82

_PIECE: Final = 320  # 20 ms at 16 kHz
_SPEECH_MIN_S: Final = 3.0


class SyntheticSpeech:
    """Looks for signs of a synthesized voice."""

    def __init__(self, weights: WeightFiles) -> None:
        self._encoder = SpeakerEncoder(weights)
        self._stock = stock_voices(weights)

    def check(self, audio: AudioClip) -> CheckResult:
        """Count the signs; one is enough to fail."""
        if audio.duration_s < _SPEECH_MIN_S or not np.any(audio.waveform):
            return _result("missing", None, f"there is too little sound: {audio.duration_s:.1f} s")
        signs = []
        depth_db = silence_depth_db(audio)
        if depth_db > SILENCE_DB:
            signs.append(f"the pauses are {depth_db:.0f} dB below the voice; rooms were at most {SILENCE_DB:.0f}")
        voice = self._encoder.embed(audio)
        likeness, nearest = max((float(one.embedding @ voice), one.name) for one in self._stock)
        if likeness > STOCK_LIKENESS:
            signs.append(f"the voice is like the stock voice {nearest} by {likeness:.2f}")
        if signs:
            return _result("failed", float(len(signs)), "; ".join(signs))
        return _result(
            "passed",
            0.0,
            f"no sign was found (pauses {depth_db:.0f} dB below the voice, stock voices {likeness:.2f}); "
            "a played-back or cloned voice would pass too, so listen to it",
        )


def silence_depth_db(audio: AudioClip) -> float:
    """How far the quietest pauses lie below the loudest speech."""
    count = len(audio.waveform) // _PIECE
    pieces = audio.waveform[: count * _PIECE].reshape(count, _PIECE).astype(np.float64)
    loudness = 10 * np.log10(np.mean(np.square(pieces), axis=1) + 1e-12)
    return float(np.percentile(loudness, 95) - np.percentile(loudness, 2))


def _result(outcome: Outcome, score: float | None, reason: str) -> CheckResult:
    return CheckResult(name=SYNTHETIC_SPEECH, outcome=outcome, score=score, threshold=0.0, source=SOURCE, reason=reason)
