"""Measures the voice checks: errors of the speaker match, and the signs of synthesis on real and made voices."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from scipy.signal import resample_poly

from bench.rerecording import CHANGES, RATE
from pipelines.evidence.speaker import THRESHOLD
from pipelines.evidence.synthetic import SILENCE_DB, STOCK_LIKENESS, silence_depth_db
from pipelines.media import AudioClip, Float32Array
from pipelines.speech.encoder import SpeakerEncoder

_STATEMENT_S = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerRow:
    """Pairs of recordings of which one was changed; rates are shares."""

    change: str
    same: int
    different: int
    equal_error: float
    at: float
    false_reject: float
    false_accept: float
    lowest_same: float
    highest_different: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SignRow:
    """One set of voices under one change: how many show each sign; medians of what is measured."""

    voices: str
    change: str
    count: int
    silent: int
    stock: int
    depth_db: float
    likeness: float


def read(path: Path) -> Float32Array:
    """A recording at 16 kHz mono."""
    blocks = []
    with av.open(str(path)) as opened:
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
        for frame in opened.decode(audio=0):
            blocks += [block.to_ndarray()[0] for block in resampler.resample(frame)]
    return np.concatenate(blocks).astype(np.float32)


def speaker_rows(encoder: SpeakerEncoder, media: Path, *, together: int) -> list[SpeakerRow]:
    """Every pair of LibriSpeech readings: one as it is (enrolled), 20 s of the other changed (the statement).

    A reading is ``together`` recordings of a person, one after the other.
    """
    paths = sorted((media / "speech" / "librispeech").glob("*.flac"))
    people: dict[str, list[Path]] = {}
    for path in paths:
        people.setdefault(path.name.split("-")[0], []).append(path)
    speakers, waves = [], []
    for person, own in people.items():
        for start in range(0, len(own) - together + 1, together):
            speakers.append(person)
            waves.append(np.concatenate([read(path) for path in own[start : start + together]]))
    rng = np.random.default_rng(0)
    enrolled = np.stack([_embed(encoder, wave) for wave in waves])
    rows = []
    for name, change in CHANGES.items():
        stated = np.stack([_embed(encoder, change(wave[: _STATEMENT_S * RATE], rng)) for wave in waves])
        likeness = stated @ enrolled.T
        pairs = list(itertools.permutations(range(len(waves)), 2))
        same = np.array([likeness[a, b] for a, b in pairs if speakers[a] == speakers[b]])
        different = np.array([likeness[a, b] for a, b in pairs if speakers[a] != speakers[b]])
        rows.append(_speaker_row(name, same, different))
    return rows


def _speaker_row(name: str, same: Float32Array, different: Float32Array) -> SpeakerRow:
    steps = np.unique(np.concatenate([same, different]))
    rejected = np.array([(same < step).mean() for step in steps])
    accepted = np.array([(different >= step).mean() for step in steps])
    best = int(np.argmin(np.abs(rejected - accepted)))
    return SpeakerRow(
        change=name,
        same=len(same),
        different=len(different),
        equal_error=float(rejected[best] + accepted[best]) / 2,
        at=float(steps[best]),
        false_reject=float((same < THRESHOLD).mean()),
        false_accept=float((different >= THRESHOLD).mean()),
        lowest_same=float(same.min()),
        highest_different=float(different.max()),
    )


def sign_rows(
    encoder: SpeakerEncoder, stock: Float32Array, media: Path, spoken: dict[str, list[Float32Array]]
) -> list[SignRow]:
    """The signs of synthesis on real recordings of four sources and on what was spoken by machines."""
    sets = {
        "real: LibriSpeech, 7 people": [read(path) for path in sorted((media / "speech/librispeech").glob("*.flac"))],
        "real: LJ, 1 person": [read(path) for path in sorted((media / "speech/ljspeech").glob("*.wav"))],
        "real: GRID, 1 person": [read(path) for path in sorted((media / "footage/grid_s1").glob("*.mpg"))],
    }
    rng = np.random.default_rng(0)
    rows = []
    for voices, waves in {**sets, **spoken}.items():
        for name in ("as it is", "opus 24k", "noise 20 dB", "room", "played back"):
            changed = [CHANGES[name](wave, rng) for wave in waves if len(wave) > 2 * RATE]
            depths = np.array([silence_depth_db(_clip(wave)) for wave in changed])
            nearest = np.array([float((stock @ _embed(encoder, wave)).max()) for wave in changed])
            rows.append(
                SignRow(
                    voices=voices,
                    change=name,
                    count=len(changed),
                    silent=int((depths > SILENCE_DB).sum()),
                    stock=int((nearest > STOCK_LIKENESS).sum()),
                    depth_db=float(np.median(depths)),
                    likeness=float(np.median(nearest)),
                )
            )
    return rows


def at_16k(waveform: Float32Array, sample_rate: int) -> Float32Array:
    """The same sound at 16 kHz."""
    shared = math.gcd(RATE, sample_rate)
    return np.asarray(resample_poly(waveform, RATE // shared, sample_rate // shared), dtype=np.float32)


def _embed(encoder: SpeakerEncoder, waveform: Float32Array) -> Float32Array:
    return encoder.embed(_clip(waveform))


def _clip(waveform: Float32Array) -> AudioClip:
    return AudioClip(waveform=waveform, sample_rate=RATE)
