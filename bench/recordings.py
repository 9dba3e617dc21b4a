"""How often the gate of voice recordings catches what is wrong, and how often it stops what is right.

    SAYSO_WEIGHTS=~/.sayso/weights python -m bench.recordings [--people] [--words] [--denoise] [--json]

Real readings of 8 people (../shared/media: LibriSpeech test-other, and LJ Speech; 4 each), 6 s each at most, with
faults that are computed: pink noise, hum, rooms of exponentially dying noise, clipping, a telephone, all through Opus
at 24 kbit/s as a browser sends it. ``--people``: strangers among recordings. ``--words``: readings of the prompts by
the studio's voices, against the sentence and against others. ``--denoise``: what preparing does.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from scipy.signal import fftconvolve, resample_poly

from bench.consenting import grant_for
from bench.evidence_voices import read
from bench.rerecording import RATE, opus
from pipelines.assets import ASSETS
from pipelines.media import AudioClip, Float32Array
from pipelines.speech.activity import SpeechDetector, inside
from pipelines.speech.encoder import SpeakerEncoder
from pipelines.speech.opinion import OpinionJudge
from pipelines.speech.passages import PassageListener
from pipelines.voice.kokoro.engine import KokoroVoice
from pipelines.voice.quality.gate import at_listeners_rate
from pipelines.voice.quality.reading import compare
from pipelines.voice.recordings import bars
from pipelines.voice.recordings.checks import check_sound
from pipelines.voice.recordings.preparing import prepare
from pipelines.voice.recordings.prompts import languages as known_languages
from pipelines.voice.recordings.prompts import load_prompts
from pipelines.voice.recordings.report import Check, Recorded, RecordingReport
from pipelines.voice.recordings.sets import one_person, who_consented
from pipelines.voice.recordings.trimming import stretches
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore

Change = Callable[[AudioClip, np.random.Generator], Float32Array]
EACH = 4
CLIP_S = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One fault on all recordings. ``caught``: share that its check stops; ``any``: share that any check stops."""

    fault: str
    check: str
    count: int
    caught: float
    any: float
    low: float
    median: float
    high: float


def media() -> Path:
    """Real speech, beside the repository."""
    return Path(__file__).resolve().parent.parent.parent / "shared" / "media" / "speech"


def people(each: int) -> Mapping[str, list[Path]]:
    """The readings of each person."""
    found: dict[str, list[Path]] = {}
    for path in sorted((media() / "librispeech").glob("*.flac")):
        found.setdefault(path.name.split("-")[0], []).append(path)
    found["LJ"] = sorted((media() / "ljspeech").glob("*.wav"))
    return {name: paths[:each] for name, paths in found.items()}


def clip_of(waveform: Float32Array) -> AudioClip:
    """Samples at 16 kHz as a clip."""
    return AudioClip(waveform=np.clip(waveform, -1, 1).astype(np.float32), sample_rate=RATE)


class Faults:
    """Makes what is wrong; ``detector`` finds the voice that noise is held against."""

    def __init__(self, detector: SpeechDetector) -> None:
        self._detector = detector

    def noise(self, snr_db: float) -> Change:
        """Pink noise."""

        def made(clip: AudioClip, rng: np.random.Generator) -> Float32Array:
            spectrum = np.fft.rfft(rng.standard_normal(len(clip.waveform)))
            spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
            spectrum[0] = 0
            return self._under(clip, np.fft.irfft(spectrum, len(clip.waveform)), snr_db)

        return made

    def hum(self, snr_db: float) -> Change:
        """Lines of 50 or 60 Hz."""

        def made(clip: AudioClip, rng: np.random.Generator) -> Float32Array:
            time = np.arange(len(clip.waveform)) / RATE
            base = (50, 60)[int(rng.integers(2))]
            lines = ((1, 0.6), (2, 1.0), (3, 0.8), (4, 0.3), (6, 0.3))
            sound = np.sum([a * np.sin(2 * np.pi * base * k * time + k) for k, a in lines], axis=0)
            return self._under(clip, sound, snr_db)

        return made

    def _under(self, clip: AudioClip, sound: np.ndarray, snr_db: float) -> Float32Array:
        spoken = inside(self._detector.spans(clip), samples=len(clip.waveform))
        voice = np.mean(np.square(clip.waveform[spoken] if spoken.any() else clip.waveform))
        level = np.sqrt(voice / np.mean(np.square(sound))) * 10 ** (-snr_db / 20)
        return np.asarray(clip.waveform + sound * level, dtype=np.float32)


def room(seconds: float, direct_db: float) -> Change:
    """A room that dies away by 60 dB in so many seconds; the direct sound is so far above all that comes back."""

    def made(clip: AudioClip, rng: np.random.Generator) -> Float32Array:
        count = int(RATE * seconds)
        back = rng.standard_normal(count) * np.exp(-6.9 * np.arange(count) / RATE / seconds)
        back[: RATE // 500] = 0
        back *= 10 ** (-direct_db / 20) / np.sqrt(np.sum(back**2))
        back[0] = 1
        wet = fftconvolve(clip.waveform, back)[: len(clip.waveform)]
        return np.asarray(wet * min(1.0, 0.9 / np.abs(wet).max()), dtype=np.float32)

    return made


def clipped(share: float) -> Change:
    """So many samples cut off, at full scale."""

    def made(clip: AudioClip, _rng: np.random.Generator) -> Float32Array:
        limit = float(np.quantile(np.abs(clip.waveform), 1 - share))
        return np.asarray(np.clip(clip.waveform / limit, -1, 1), dtype=np.float32)

    return made


def telephone(clip: AudioClip, _rng: np.random.Generator) -> Float32Array:
    """At 8 kHz."""
    return np.asarray(resample_poly(resample_poly(clip.waveform, 1, 2), 2, 1), dtype=np.float32)


def softer(level_db: float) -> Change:
    """With the voice at a level."""

    def made(clip: AudioClip, _rng: np.random.Generator) -> Float32Array:
        now = 10 * np.log10(np.mean(np.square(clip.waveform)) + 1e-12)
        return np.asarray(clip.waveform * 10 ** ((level_db - now) / 20), dtype=np.float32)

    return made


def as_it_is(clip: AudioClip, _rng: np.random.Generator) -> Float32Array:
    """Nothing changes."""
    return clip.waveform


def sound_rows() -> Iterator[Row]:
    """Every fault, on every recording."""
    detector = SpeechDetector()
    faults = Faults(detector)
    clips = [clip_of(read(path)[: CLIP_S * RATE]) for paths in people(EACH).values() for path in paths]
    made: list[tuple[str, Check | None, Change]] = [
        ("as it is", None, as_it_is),
        *((f"noise, {db} dB below", Check.NOISE, faults.noise(db)) for db in (25, 20, 15, 10, 5)),
        *((f"hum, {db} dB below", Check.HUM, faults.hum(db)) for db in (45, 40, 35, 30)),
        *((f"room, {s} s, direct {db:+d} dB", Check.ECHO, room(s, db)) for s, db in ROOMS),
        *((f"clipped, {share:.2%} of samples", Check.CLIPPING, clipped(share)) for share in CLIPPED),
        ("telephone", Check.BAND, telephone),
        *((f"voice at {db} dB", Check.LEVEL, softer(db)) for db in (-40, -50)),
    ]
    for name, check, change in made:
        rng = np.random.default_rng(0)
        values, caught, stopped = [], 0, 0
        for clip in clips:
            heard = clip_of(opus(change(clip, rng), rng))
            found = {one.check: one for one in check_sound(heard, detector.spans(heard))}
            own = found[check or Check.NOISE]
            values.append(own.value if own.value is not None else np.nan)
            caught += not own.holds
            stopped += not all(one.holds for one in found.values())
        low, median, high = (
            (float(one) for one in np.nanpercentile(values, [2, 50, 98]))
            if any(not np.isnan(one) for one in values)
            else (np.nan, np.nan, np.nan)
        )
        yield Row(
            fault=name,
            check=(check or Check.NOISE).value,
            count=len(clips),
            caught=caught / len(clips),
            any=stopped / len(clips),
            low=low,
            median=median,
            high=high,
        )


ROOMS = ((0.2, 6), (0.3, 3), (0.5, 3), (0.5, 0), (0.8, 0), (1.2, 0))
CLIPPED = (0.0005, 0.001, 0.003, 0.01, 0.03)


def people_rows(encoder: SpeakerEncoder) -> Iterator[tuple[str, int, int]]:
    """Sets of recordings, as they are and with strangers: name, how many, how many were stopped."""
    detector = SpeechDetector()
    faults = Faults(detector)
    for noise, change in (("", as_it_is), (", noise 20 dB", faults.noise(20))):
        rng = np.random.default_rng(0)
        own: dict[str, list[tuple[str, Float32Array]]] = {}
        consent: dict[str, Float32Array] = {}
        for name, paths in people(10).items():
            clips = [clip_of(change(clip_of(read(path)), rng)) for path in paths]
            parts = [(name, clip, detector.spans(clip)) for clip in clips[:8]]
            own[name] = [(one, encoder.embed(piece)) for one, piece in stretches(parts, of_s=bars.STRETCH_S)]
            consent[name] = encoder.embed(clip_of(np.concatenate([read(path) for path in paths[8:]])))
        pairs = [(a, b) for a in own for b in own if a != b]
        yield f"one person{noise}", len(own), sum(not one_person(own[a]).holds for a in own)
        mixed = [one_person([*own[a], own[b][0]]) for a, b in pairs]
        yield f"6 s of a stranger among them{noise}", len(pairs), sum(not one.holds for one in mixed)
        half = [one_person([*own[a][: len(own[b])], *own[b][: len(own[a])]]) for a, b in pairs]
        yield f"half of them a stranger's{noise}", len(pairs), sum(not one.holds for one in half)
        yield (
            f"own statement{noise}",
            len(own),
            sum(not who_consented(own[a], consent[a]).holds for a in own),
        )
        strange = [who_consented(own[a], consent[b]) for a, b in pairs]
        yield f"a stranger's statement{noise}", len(pairs), sum(not one.holds for one in strange)


def denoise_rows(weights: WeightsStore) -> Iterator[tuple[str, list[float]]]:
    """What preparing does: likeness to other recordings of the person, and DNSMOS, before and after."""
    encoder, judge, detector = SpeakerEncoder(weights), OpinionJudge(weights), SpeechDetector()
    faults = Faults(detector)
    known = {
        name: (paths[:2], encoder.embed(clip_of(np.concatenate([read(path) for path in paths[2:]]))))
        for name, paths in people(5).items()
    }
    for name, change in (("as it is", as_it_is), *((f"noise, {db} dB below", faults.noise(db)) for db in (25, 20, 15))):
        rng = np.random.default_rng(0)
        rows = []
        for paths, voice in known.values():
            for path in paths:
                clip = clip_of(change(clip_of(read(path)[: CLIP_S * RATE]), rng))
                report = RecordingReport(measures=(), spans=detector.spans(clip), speech_s=1.0)
                made = prepare(Recorded(name="", clip=clip), report)
                likes = [float(encoder.embed(one) @ voice) for one in (clip, made)]
                rows.append([*likes, *(judge.judge(one, step_s=9).overall for one in (clip, made))])
        yield name, [float(one) for one in np.mean(rows, axis=0)]


def word_rows(weights: WeightsStore, *, each: int = 4) -> Iterator[tuple[str, float, float]]:
    """Prompts read by a stock voice of their language: the most letters wrong, and the fewest against other prompts."""
    listener = PassageListener(weights)
    engine = KokoroVoice(weights, lambda: datetime.now(UTC))
    for language in known_languages():
        locale = "en-US" if language == "en" else language
        prompts = load_prompts(language).sentences[:each]
        right, wrong = [], []
        for at, prompt in enumerate(prompts):
            speech = engine.speak(prompt, locale=locale, grant=grant_for(prompt, locale), seed=1)
            said = at_listeners_rate(speech.audio)
            heard = " ".join(one.text for one in listener.listen(said, language=language.split("-")[0]))
            right.append(compare(prompt, heard, locale=locale).letters)
            others = (one for other, one in enumerate(prompts) if other != at)
            wrong.append(min(compare(one, heard, locale=locale).letters for one in others))
        yield language, max(right), min(wrong)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the tables."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for part in ("people", "words", "denoise"):
        asked.add_argument(f"--{part}", action="store_true")
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args(argv)
    weights = WeightsStore(Path(os.environ["SAYSO_WEIGHTS"]), load_cards(ASSETS / "weights.toml"))
    if given.people:
        print("| recordings | sets | stopped |")
        print("|---|---|---|")
        for what, count, stopped in people_rows(SpeakerEncoder(weights)):
            print(f"| {what} | {count} | {stopped} |")
        return
    if given.denoise:
        print("| recordings | likeness | prepared | DNSMOS | prepared |")
        print("|---|---|---|---|---|")
        for name, found in denoise_rows(weights):
            print(f"| {name} | {' | '.join(f'{one:.2f}' for one in found)} |", flush=True)
        return
    if given.words:
        print("| language | right sentence, at most | another sentence, at least |")
        print("|---|---|---|")
        for name, right, wrong in word_rows(weights):
            print(f"| {name} | {right:.2f} | {wrong:.2f} |", flush=True)
        return
    if given.json:
        print(json.dumps([{name: getattr(row, name) for name in Row.__slots__} for row in sound_rows()], indent=1))
        return
    print("| what was done | check | recordings | caught by it | stopped by any | 2 % | median | 98 % |")
    print("|---|---|---|---|---|---|---|---|")
    for row in sound_rows():
        numbers = " | ".join(f"{one:.3g}" for one in (row.low, row.median, row.high))
        print(f"| {row.fault} | {row.check} | {row.count} | {row.caught:.0%} | {row.any:.0%} | {numbers} |", flush=True)


if __name__ == "__main__":
    main()
