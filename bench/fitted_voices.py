"""How much a fitted voice is its person's, in every language, by a judge that no fit may ask.

    python -m bench.fitted_voices --media FOLDER --keep FOLDER [--weights FOLDER] [--speakers lj,1688] [--json]

Each reader of ``FOLDER/speech`` is fitted to the first 60 s (at most 62 %) of the recordings, cleaned as enrolment
cleans them; the others are held out as they are.
The person and the stock voice that the fit began from then say the same script in nine languages (``--sentences`` of
them in each), and

- the encoder that the fit went through and a second one compare each take with the held-out recordings of every reader,
- whisper-base writes down what it hears,
- DNSMOS says how it sounds.

Profiles are biometric data; they are kept in ``--keep``, so that a second run fits nobody again. Needs the card
"voicefilter-embedder" (sayso models pull voicefilter-embedder).
"""

from __future__ import annotations

import argparse
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import av
import numpy as np
import soundfile
from scipy.signal import resample_poly

from bench.consenting import grant_for
from bench.timing import LOCALES
from bench.voices import SENTENCES, Judge, error_rate
from pipelines.assets import ASSETS
from pipelines.media import AudioClip, Float32Array
from pipelines.speech.encoder import SpeakerEncoder
from pipelines.speech.opinion import OpinionJudge
from pipelines.speech.second_encoder import SecondEncoder
from pipelines.voice.kokoro.engine import KokoroVoice
from pipelines.voice.likeness.fit import fit_voice
from pipelines.voice.likeness.profile import VoiceProfile
from pipelines.voice.recordings.checks import check_recording, open_ears
from pipelines.voice.recordings.preparing import prepare
from pipelines.voice.recordings.report import Recorded
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore

FIT_S, FIT_SHARE = 60.0, 0.62
LANGUAGES = ("en", "fr", "es", "it", "pt", "ja", "zh", "hi", "de")
JUDGED_BY_WORDS = frozenset(LANGUAGES) - {"hi"}  # whisper-base writes Hindi in Urdu letters
RATE = 16_000
BARS = {
    "similarity to held-out recordings, fitted encoder, mean": (0.88, 1),
    "the same, worst speaker": (0.80, 1),
    "share of the way to the real recordings, second encoder, mean": (0.85, 1),
    "share of takes whose nearest speaker is the right one": (0.95, 1),
    "word error above the stock voice's": (0.03, -1),
    "DNSMOS below the stock voice's": (0.1, -1),
    "CPU seconds of a fit, highest": (120.0, -1),
    "other people's similarity to a fitted voice, highest": (0.70, -1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A person's recordings at 16 kHz: to fit to, and held out."""

    name: str
    fitted: tuple[AudioClip, ...]
    held: tuple[AudioClip, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the judges say of one voice's takes; arrays of (take, reader) likeness."""

    first: Float32Array
    second: Float32Array
    errors: tuple[float, ...]
    opinions: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One reader."""

    reader: Reader
    index: int
    profile: VoiceProfile
    base: Heard
    fitted: Heard
    real_first: float
    real_second: float

    @property
    def likeness(self) -> float:
        """How like the held-out recordings the takes are, by the encoder that the fit went through."""
        return float(self.fitted.first[:, self.index].mean())

    @property
    def way(self) -> float:
        """How far the takes are from the stock voice (0) to the real recordings (1), by the second encoder."""
        base = float(self.base.second[:, self.index].mean())
        return (float(self.fitted.second[:, self.index].mean()) - base) / (self.real_second - base)

    @property
    def nearest(self) -> float:
        """The share of takes, by either encoder, that are most like the right reader."""
        right = [np.argmax(by, axis=1) == self.index for by in (self.fitted.first, self.fitted.second)]
        return float(np.mean(right))

    @property
    def other(self) -> float:
        """How like another reader the takes are, at most."""
        return float(np.delete(self.fitted.first.mean(axis=0), self.index).max(initial=-1.0))

    @property
    def errors_more(self) -> float:
        """Word errors above the stock voice's."""
        return float(np.mean(self.fitted.errors) - np.mean(self.base.errors))

    @property
    def opinion_less(self) -> float:
        """DNSMOS below the stock voice's."""
        return float(np.mean(self.base.opinions) - np.mean(self.fitted.opinions))


class Bench:
    """The judges, and the readers that they know."""

    def __init__(self, weights: Path, readers: Sequence[Reader]) -> None:
        self.weights = WeightsStore(weights, load_cards(ASSETS / "weights.toml"))
        self.readers = tuple(readers)
        self._first, self._second = SpeakerEncoder(self.weights), SecondEncoder(self.weights)
        self._opinion, self._judge = OpinionJudge(self.weights), Judge(weights / "whisper-base")
        self.engine = KokoroVoice(self.weights, lambda: datetime.now(UTC))

    @cached_property
    def known(self) -> tuple[Float32Array, Float32Array]:
        """What each encoder says of each reader's held-out recordings, (reader, 256)."""
        return self._known(self._first), self._known(self._second)

    def _known(self, encoder: SpeakerEncoder | SecondEncoder) -> Float32Array:
        return np.stack([_mean([encoder.embed(clip) for clip in reader.held]) for reader in self.readers])

    def real(self, at: int) -> tuple[float, float]:
        """How like the held-out recordings the other recordings of the same reader are."""
        clips = self.readers[at].fitted
        first = float(np.mean([self._first.embed(clip) @ self.known[0][at] for clip in clips]))
        second = float(np.mean([self._second.embed(clip) @ self.known[1][at] for clip in clips]))
        return first, second

    def hear(self, languages: Iterable[str], count: int, *, voice: str, likeness: VoiceProfile | None) -> Heard:
        """Speak and judge."""
        first: list[Float32Array] = []
        second: list[Float32Array] = []
        errors: list[float] = []
        opinions: list[float] = []
        for language in languages:
            text = " ".join(SENTENCES[language][:count])
            locale = LOCALES.get(language, language)
            speech = self.engine.speak(
                text, locale=locale, voice=voice, grant=grant_for(text, locale), seed=1, likeness=likeness
            )
            clip = _at_rate(speech.audio)
            first.append(self.known[0] @ self._first.embed(clip))
            second.append(self.known[1] @ self._second.embed(clip))
            opinions.append(self._opinion.judge(clip).overall)
            if language in JUDGED_BY_WORDS:
                errors.append(error_rate(text, self._judge.hears(speech, language), language))
        return Heard(first=np.stack(first), second=np.stack(second), errors=tuple(errors), opinions=tuple(opinions))


def readers_of(media: Path) -> list[Reader]:
    """Everybody who reads enough in ``media/speech`` and ``media/footage/grid_s1``."""
    found: dict[str, list[AudioClip]] = defaultdict(list)
    for path in sorted((media / "speech" / "librispeech").glob("*.flac")):
        found[path.name.partition("-")[0]].append(_read(path))
    found["lj"] = [_read(path) for path in sorted((media / "speech" / "ljspeech").glob("*.wav"))]
    found["grid"] = [_sound_of(path) for path in sorted((media / "footage" / "grid_s1").glob("*.mpg"))]
    return [_split(name, clips) for name, clips in found.items() if sum(one.duration_s for one in clips) > FIT_S / 2]


def _split(name: str, clips: Sequence[AudioClip]) -> Reader:
    limit = min(FIT_S, FIT_SHARE * sum(clip.duration_s for clip in clips))
    at, spent = 0, 0.0
    while at < len(clips) - 1 and spent + clips[at].duration_s / 2 <= limit:
        spent += clips[at].duration_s
        at += 1
    return Reader(name=name, fitted=tuple(clips[:at]), held=tuple(clips[at:]))


def _read(path: Path) -> AudioClip:
    waveform, rate = soundfile.read(path, dtype="float32")
    return _at_rate(AudioClip(waveform=waveform, sample_rate=rate))


def _sound_of(film: Path) -> AudioClip:
    with av.open(str(film)) as opened:
        resampler = av.AudioResampler("flt", "mono", RATE)
        pieces = [one.to_ndarray()[0] for frame in opened.decode(audio=0) for one in resampler.resample(frame)]
    return AudioClip(waveform=np.concatenate(pieces).astype(np.float32), sample_rate=RATE)


def _at_rate(clip: AudioClip) -> AudioClip:
    common = np.gcd(clip.sample_rate, RATE)
    waveform = resample_poly(clip.waveform, RATE // common, clip.sample_rate // common)
    return AudioClip(waveform=np.asarray(waveform, dtype=np.float32), sample_rate=RATE)


def _mean(embeddings: Sequence[Float32Array]) -> Float32Array:
    mean = np.mean(embeddings, axis=0)
    return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)


def profile_of(reader: Reader, weights: WeightsStore, keep: Path) -> VoiceProfile:
    """The reader's fitted voice, kept for the next run."""
    path = keep / f"{reader.name}.json"
    if path.is_file():
        return VoiceProfile.from_bytes(path.read_bytes())
    ears = open_ears(weights)
    clips = [
        prepare(Recorded(name="", clip=clip), check_recording(clip, prompt=None, language="en-US", ears=ears))
        for clip in reader.fitted
    ]
    profile = fit_voice(clips, language="en-US", weights=weights, seed=0)
    keep.mkdir(parents=True, exist_ok=True)
    path.write_bytes(profile.to_bytes())
    return profile


def values(rows: Sequence[Row]) -> Mapping[str, float]:
    """What is measured, by the names of ``BARS``."""
    found = (
        float(np.mean([row.likeness for row in rows])),
        min(row.likeness for row in rows),
        float(np.mean([row.way for row in rows])),
        float(np.mean([row.nearest for row in rows])),
        float(np.mean([row.errors_more for row in rows])),
        float(np.mean([row.opinion_less for row in rows])),
        max(row.profile.scores.cpu_s for row in rows),
        max(row.other for row in rows),
    )
    return dict(zip(BARS, found, strict=True))


def main() -> None:
    """Print a table, or with ``--json`` the bars."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--media", type=Path, required=True)
    parser.add_argument("--keep", type=Path, required=True)
    parser.add_argument("--speakers", default="")
    parser.add_argument("--languages", default=",".join(LANGUAGES))
    parser.add_argument("--sentences", type=int, default=3)  # about 15 s, as an ad has
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--weights", type=Path, default=Path(os.environ.get("SAYSO_WEIGHTS", "~/.sayso/weights")).expanduser()
    )
    asked = parser.parse_args()
    bench = Bench(asked.weights, readers_of(asked.media))
    wanted = asked.speakers.split(",") if asked.speakers else [reader.name for reader in bench.readers]
    rows: list[Row] = []
    for at, reader in enumerate(bench.readers):
        if reader.name not in wanted:
            continue
        profile = profile_of(reader, bench.weights, asked.keep)
        languages = asked.languages.split(",")
        heard = [
            bench.hear(languages, asked.sentences, voice=profile.base_voice, likeness=one) for one in (None, profile)
        ]
        first, second = bench.real(at)
        row = Row(
            reader=reader,
            index=at,
            profile=profile,
            base=heard[0],
            fitted=heard[1],
            real_first=first,
            real_second=second,
        )
        rows.append(row)
        if not asked.json:
            base = float(row.base.first[:, at].mean())
            print(
                f"{reader.name:6} {profile.base_voice:12} likeness {base:.2f} -> {row.likeness:.2f} of {first:.2f}  "
                f"second way {row.way:.0%}  nearest {row.nearest:.0%}  others {row.other:.2f}  "
                f"words {np.mean(row.base.errors):.2f} -> {np.mean(row.fitted.errors):.2f}  "
                f"DNSMOS {np.mean(row.base.opinions):.2f} -> {np.mean(row.fitted.opinions):.2f}  "
                f"{profile.scores.cpu_s:.0f} CPU s, {profile.scores.steps} steps",
                flush=True,
            )
    bars = [
        {"what": what, "value": round(value, 3), "bar": BARS[what][0], "holds": _holds(value, *BARS[what])}
        for what, value in values(rows).items()
    ]
    if asked.json:
        print(json.dumps({"name": "fitted voices", "bars": bars}))
    else:
        print(
            "\n".join(
                f"{'ok  ' if bar['holds'] else 'FAIL'} {bar['what']}: {bar['value']} ({bar['bar']})" for bar in bars
            )
        )


def _holds(value: float, bar: float, sign: int) -> bool:
    return sign * value >= sign * bar


if __name__ == "__main__":
    main()
