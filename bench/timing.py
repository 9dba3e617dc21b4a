"""How good our times are: symbols against what can be heard of them, and forced alignment against known times.

    SAYSO_WEIGHTS=~/.sayso/weights python -m bench.timing [--languages es,de] [--speech ../shared/media/speech] [--json]

1. Engine: where a vowel meets a sibilant or a closure, the moment can be measured in the sound (the step in the share
   of high frequencies, or in the level). Printed: the engine's boundary minus that moment.
2. Aligner: one voice's reading laid over another's whose times are known; and, with ``--speech``, LJSpeech sentences
   whose pauses can be heard: the aligned start of the word after a pause minus the end of the pause, without snapping.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import soundfile

from bench.consenting import grant_for
from bench.voices import SENTENCES
from pipelines.media import AudioClip, Float32Array, Speech
from pipelines.voice.kokoro.engine import KokoroVoice
from pipelines.voice.timing.aligner import align, heard_pauses
from pipelines.voice.timing.warping import HOP_S, warp

WITHIN_S = 0.04
SHARE_MIN = 0.9
LOCALES = {"en": "en-US", "pt": "pt-BR"}
OTHER_VOICE = {"en": "am_michael", "fr": "jm_kumo", "es": "em_alex", "de": "jf_alpha", "it": "im_nicola"}
_SIBILANTS, _CLOSURES = frozenset("szʃʒʂɕ"), frozenset("ptk")
_VOWELS = frozenset("aeiouyɑɐɒæɔəɚɛɜɨɪɯøœʊʌɤᵻᵊAIOQWY")
_HOP_S = 0.005
_TOUCHING_S = 0.001
_STEP_DB = 9.0  # a smaller step is no boundary that an ear would place


class Folder:
    """Weights as they lie on disk."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, card_id: str, file: str) -> Path:
        """Where a file of a card lies."""
        return self._root / card_id / file

    def folder(self, card_id: str) -> Path:
        """Where a card lies."""
        return self._root / card_id


def heard_boundaries(speech: Speech) -> Iterator[float]:
    """The engine's boundary minus the heard one, in seconds, for each that can be heard."""
    high, level = _curves(speech.audio)
    for before, after in pairwise(speech.phonemes):
        kinds = _kind(before.text) + _kind(after.text)
        if after.start_s - before.end_s > _TOUCHING_S or kinds not in {"VS", "SV", "VT"}:
            continue
        curve = level if kinds == "VT" else high
        sign = -1.0 if kinds in {"SV", "VT"} else 1.0
        low = max(0, round(before.start_s / _HOP_S) - 8)
        step = _steepest(sign * curve[low : round(after.end_s / _HOP_S) + 8])
        if step is not None:
            yield after.start_s - (low + step) * _HOP_S


def _kind(phoneme: str) -> str:
    sound = phoneme.lstrip("ˈˌ")[:1]
    return "S" if sound in _SIBILANTS else "V" if sound in _VOWELS else "T" if sound in _CLOSURES else "?"


def _curves(audio: AudioClip) -> tuple[Float32Array, Float32Array]:
    """Every 5 ms: high against low frequencies, and the level, in dB."""
    hop, size = round(_HOP_S * audio.sample_rate), round(0.02 * audio.sample_rate)
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(audio.waveform, size // 2), size)[::hop]
    power = np.abs(np.fft.rfft(frames * np.hanning(size), axis=1)) ** 2
    hertz = np.fft.rfftfreq(size, 1 / audio.sample_rate)
    high, low = power[:, hertz > 4000].sum(axis=1), power[:, (hertz > 80) & (hertz < 3000)].sum(axis=1)  # noqa: PLR2004 -- Hz
    ratio, level = 10 * np.log10((high + 1e-9) / (low + 1e-9)), 10 * np.log10(power.sum(axis=1) + 1e-9)
    return ratio.astype(np.float32), level.astype(np.float32)


def _steepest(curve: Float32Array) -> int | None:
    """Where the means of 70 ms on both sides differ most; None if they hardly do."""
    sums = np.concatenate([[0.0], np.cumsum(curve, dtype=np.float64)])
    best, place = _STEP_DB, None
    for at in range(4, len(curve) - 4):
        width = min(at, len(curve) - at, 14)
        step = (sums[at + width] + sums[at - width] - 2 * sums[at]) / width
        if step > best:
            best, place = float(step), at
    return place


def after_pauses(reference: Speech, audio: AudioClip) -> Iterator[float]:
    """Aligned starts minus heard ones, for the words after the pauses of a real recording."""
    places, _ = warp(reference.audio, audio)
    clock = np.arange(len(places)) * HOP_S
    starts = np.array([np.interp(word.start_s, clock, places) for word in reference.words])
    for start, end in heard_pauses(audio):
        if start > 0.05 and end < audio.duration_s - 0.05:  # noqa: PLR2004 -- pauses inside
            yield float(starts[np.argmin(np.abs(starts - end))] - end)


def main() -> None:
    """Print the table, or with ``--json`` the bars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--languages", default="en,es,it,de,fr")
    parser.add_argument("--speech", type=Path)
    parser.add_argument("--sentences", type=int, default=3)
    parser.add_argument(
        "--weights", type=Path, default=Path(os.environ.get("SAYSO_WEIGHTS", "~/.sayso/weights")).expanduser()
    )
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    engine = KokoroVoice(Folder(asked.weights), lambda: datetime.now(UTC))

    def say(text: str, locale: str, voice: str | None = None, speed: float = 1.0) -> Speech:
        return engine.speak(text, locale=locale, voice=voice, grant=grant_for(text, locale), seed=1, speed=speed)

    found: dict[str, list[float]] = {}
    for language in asked.languages.split(","):
        locale = LOCALES.get(language, language)
        for text in SENTENCES[language][: asked.sentences]:
            reading, other = say(text, locale), say(text, locale, OTHER_VOICE[language], 0.9)
            aligned = align(other.audio, reference=reading)
            pairs = zip(aligned.phonemes, other.phonemes, strict=True)
            found.setdefault(f"engine, {language}", []).extend(heard_boundaries(reading))
            found.setdefault(f"aligner, {language}", []).extend(a.start_s - b.start_s for a, b in pairs)
    if asked.speech is not None:
        lines = (asked.speech / "ljspeech" / "metadata.csv").read_text(encoding="utf-8").splitlines()
        for line in lines[: 4 * asked.sentences]:
            name, *texts = line.split("|")
            waveform, rate = soundfile.read(asked.speech / "ljspeech" / f"{name}.wav", dtype="float32")
            recording = AudioClip(waveform=waveform, sample_rate=rate)
            found.setdefault("aligner, LJSpeech after pauses", []).extend(
                after_pauses(say(texts[-1], "en-US"), recording)
            )
    bars = []
    for what, errors in found.items():
        share = float(np.mean(np.abs(errors) <= WITHIN_S))
        bars.append(
            {"what": f"{what}: within 40 ms", "value": round(share, 3), "bar": SHARE_MIN, "holds": share >= SHARE_MIN}
        )
        if not asked.json:
            late, off = np.median(errors), np.median(np.abs(errors))
            print(f"{what:32} n {len(errors):4}  late {late * 1e3:4.0f} ms  off {off * 1e3:3.0f} ms  40 ms {share:.2f}")
    if asked.json:
        print(json.dumps({"name": "timing", "bars": bars}))


if __name__ == "__main__":
    main()
