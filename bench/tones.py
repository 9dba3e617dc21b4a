"""What each tone does to the sound, measured on the sound: three voices in three languages, against neutral.

    SAYSO_WEIGHTS=~/.sayso/weights python -m bench.tones [--languages en-US,es,it] [--voices af_heart] [--json]

Pitch comes from an autocorrelation tracker that knows nothing of the net. Per tone: F0
median in Hz and range (standard deviation) in semitones, vowels per second of speech without its pauses, the pause
between two sentences, level of the first sentence before the take is brought to its loudness, energy above 1 kHz
against below, word errors by whisper-base, and how alike the voice stays for the speaker encoder.
"""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from bench.consenting import grant_for
from bench.voices import SENTENCES, Judge, error_rate
from pipelines.media import AudioClip, Float32Array, Speech
from pipelines.speech.encoder import SpeakerEncoder
from pipelines.voice.delivery import Delivery
from pipelines.voice.kokoro.engine import KokoroVoice
from pipelines.voice.kokoro.melody import moved
from pipelines.voice.kokoro.network import TIMBRE_SIZE, KokoroNetwork, load_style
from pipelines.voice.phonemes.symbols import token_ids
from pipelines.voice.script.planner import ScriptPlanner
from pipelines.voice.tone import TONES

ERROR_BAR = 0.03
VOICES = {  # those that speak the language well: a woman's, a man's, and one that is at home in another language
    "en-US": ("af_heart", "am_michael", "jm_kumo"),
    "es": ("ef_dora", "em_alex", "jm_kumo"),
    "it": ("if_sara", "im_nicola", "jm_kumo"),
    "fr": ("ff_siwis", "jm_kumo"),
    "de": ("jm_kumo",),
}
LANGUAGES = ("en-US", "es", "it")
_VOWELS = frozenset("aeiouyAIOWYQɑɐɒæəɚɛɜɨɪøœɯʊʌɤᵻᵊ")
_F0_HZ = (60.0, 500.0)
_FRAME_HZ = 24_000
_VOICED = 0.6  # the autocorrelation's height at a period; below is noise
_LOUD_DB = 30.0  # frames this much under the loudest are pauses


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """One voice, language and tone."""

    f0_hz: float
    f0_range_st: float
    vowels_per_s: float
    pause_s: float
    level_db: float
    tilt_db: float
    error: float
    alike: float


def f0_of(waveform: NDArray[np.float32], sample_rate: int) -> NDArray[np.float64]:
    """The pitch of voiced frames every 10 ms, by the highest peak of the normalised autocorrelation."""
    size, hop = int(0.05 * sample_rate), sample_rate // 100
    low, high = (int(sample_rate / hz) for hz in reversed(_F0_HZ))
    count = max(0, (len(waveform) - size) // hop)
    frames = np.stack([waveform[at * hop : at * hop + size] for at in range(count)]).astype(np.float64)
    loud = np.sqrt((frames**2).mean(axis=1))
    frames = frames[loud > loud.max() * 10 ** (-_LOUD_DB / 20)]
    frames = (frames - frames.mean(axis=1, keepdims=True)) * np.hanning(size)
    power = np.abs(np.fft.rfft(frames, 2 * size, axis=1)) ** 2
    window = np.abs(np.fft.rfft(np.hanning(size), 2 * size)) ** 2
    correlation = np.fft.irfft(power, axis=1)[:, : high + 1]
    correlation /= correlation[:, :1] * (np.fft.irfft(window)[: high + 1] / np.fft.irfft(window)[0])
    correlation[:, :low] = 0.0
    tops = correlation.max(axis=1)
    # the first peak that is nearly the highest: the others are its multiples
    near = correlation >= 0.9 * tops[:, None]
    rising = np.diff(correlation, axis=1, prepend=0.0) > 0
    peaks = near & rising & ~np.roll(rising, -1, axis=1)
    periods = np.where(peaks.any(axis=1), peaks.argmax(axis=1), correlation.argmax(axis=1))
    return np.asarray(sample_rate / periods[tops > _VOICED], dtype=np.float64)


def measured(speech: Speech, *, error: float, alike: float, level_db: float) -> Measures:
    """Measure what was said in one tone."""
    sound = speech.audio.waveform
    f0 = f0_of(sound, _FRAME_HZ)
    median = float(np.median(f0))
    semitones = 12 * np.log2(f0 / median)
    vowels = sum(any(c in _VOWELS for c in one.text) for one in speech.phonemes)
    said_s = sum(one.end_s - one.start_s for one in speech.phonemes)
    gaps = [b.start_s - a.end_s for a, b in pairwise(speech.phonemes)]
    power = np.abs(np.fft.rfft(sound)) ** 2
    hz = np.fft.rfftfreq(len(sound), 1 / _FRAME_HZ)
    above, below = (float(power[(hz > a) & (hz <= b)].sum()) for a, b in ((1000, 8000), (80, 1000)))
    return Measures(
        f0_hz=median,
        f0_range_st=float(np.std(semitones[np.abs(semitones) < 12])),  # noqa: PLR2004 -- an octave off is a slip
        vowels_per_s=vowels / said_s,
        pause_s=max(gaps),
        level_db=level_db,
        tilt_db=10 * float(np.log10(above / below)),
        error=error,
        alike=alike,
    )


def raw_level_db(net: KokoroNetwork, rows: Float32Array, text: str, *, language: str, delivery: Delivery) -> float:
    """The level of a sentence as the net says it; the engine brings every take to the same loudness afterwards."""
    _, (one, *_) = ScriptPlanner().plan(text, locale=language)
    ids = token_ids(one.said.symbols)
    plan = net.plan(ids, rows[len(ids) - 1], speed=delivery.rate)
    said = net.speak(moved([plan], to=None, delivery=delivery)[0], rows[len(ids) - 1][:TIMBRE_SIZE])
    return 20 * float(np.log10(np.sqrt(np.mean(said.waveform**2))))


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, card_id: str, file: str) -> Path:
        """See ``WeightFiles.path``."""
        return self._root / card_id / file


def measure(folder: _Folder, *, voice: str, language: str, count: int) -> dict[str, Measures]:
    """Speak the first sentences of a language in every tone."""
    engine = KokoroVoice(folder, lambda: datetime.now(UTC))
    judge, encoder = Judge(folder.path("whisper-base", "")), SpeakerEncoder(folder)
    net = KokoroNetwork(folder.path("kokoro-82m", "model.onnx"), threads=1)
    rows = load_style(folder.path("kokoro-voices", f"voices/{voice}.bin"))
    primary = language.partition("-")[0]
    texts = SENTENCES[primary][:count]
    script = " ".join(texts)
    made: dict[str, Measures] = {}
    neutral = None
    for tone, delivery in TONES.items():
        grant = grant_for(script, language)
        speech = engine.speak(script, locale=language, voice=voice, grant=grant, seed=1, delivery=delivery)
        vector = encoder.embed(_at_16k(speech))
        neutral = vector if neutral is None else neutral
        made[tone] = measured(
            speech,
            error=error_rate(script, judge.hears(speech, primary), primary),
            alike=float(vector @ neutral),
            level_db=raw_level_db(net, rows, texts[0], language=language, delivery=delivery),
        )
    return made


def _at_16k(speech: Speech) -> AudioClip:
    samples = resample_poly(speech.audio.waveform, 2, 3).astype(np.float32)
    return AudioClip(waveform=samples, sample_rate=16_000)


def main() -> None:
    """Print the table, or with ``--json`` the bars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voices", default="", help="these voices instead of each language's own")
    parser.add_argument("--languages", default=",".join(LANGUAGES))
    parser.add_argument("--sentences", type=int, default=3)
    parser.add_argument(
        "--weights", type=Path, default=Path(os.environ.get("SAYSO_WEIGHTS", "~/.sayso/weights")).expanduser()
    )
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    worse: dict[str, list[float]] = {tone: [] for tone in TONES}
    if not asked.json:
        print(f"{'voice':10}{'language':9}{'tone':9}" + "".join(f"{f.name:>14}" for f in fields(Measures)))
    for language in asked.languages.split(","):
        for voice in asked.voices.split(",") if asked.voices else VOICES[language]:
            found = measure(_Folder(asked.weights), voice=voice, language=language, count=asked.sentences)
            for tone, one in found.items():
                if not asked.json:
                    row = "".join(f"{getattr(one, f.name):14.3f}" for f in fields(Measures))
                    print(f"{voice:10}{language:9}{tone:9}{row}", flush=True)
                worse[tone].append(one.error - found["neutral"].error)
    bars = [
        {
            "what": f"word errors of {tone} over neutral, mean (worst of {len(each)}: {max(each):+.3f})",
            "value": round(float(np.mean(each)), 3),
            "bar": ERROR_BAR,
            "holds": float(np.mean(each)) <= ERROR_BAR,
        }
        for tone, each in worse.items()
        if tone != "neutral"
    ]
    if not asked.json:
        print("\n".join(f"{bar['what']}: {bar['value']:+.3f} (bar {bar['bar']})" for bar in bars))
    if asked.json:
        print(json.dumps({"name": "tones", "bars": bars}))


if __name__ == "__main__":
    main()
