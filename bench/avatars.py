"""How the photo avatar moves: what can be seen in its frames, against the sound that it was driven by.

    python -m bench.avatars [--weights FOLDER] [--media FOLDER] [--json]

Fictional presenters say about ten seconds in six languages, with a pause in the middle. The frames are looked at as a
stranger would: landmarks are found in each, and nothing of what the engine planned is used.

- opening against the power of the sound between 400 and 1200 Hz, where open vowels are loud: correlation, and the lag
  at which it is highest;
- lips that meet for p, b and m, and that stay in the pause as they are in the picture;
- the largest change from one frame to the next against the median change, of the whole picture and of the head;
- frames a second with the encode, and memory.

With ``--media`` the avatar is also driven by the real speaker's sound and compared with that speaker's own lips.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d

from bench.consenting import grant_for
from bench.timing import LOCALES
from bench.train_mouth_driver import HELD_OUT, decoded
from bench.voices import SENTENCES
from consent.grant import Sha256Hex
from pipelines.assets import ASSETS
from pipelines.avatar.articulation import is_bilabial
from pipelines.avatar.engine import PhotoAvatar
from pipelines.avatar.portrait import load_portrait
from pipelines.avatar.sync import lag_of, vowel_power
from pipelines.compose.encoder import encode_video
from pipelines.faces import mesh
from pipelines.faces.landmarks import FaceFinder, eye_distance, mouth_opening
from pipelines.media import AudioClip, ByteArray, Float32Array, Portrait, Speech, Stage
from pipelines.voice.kokoro.engine import KokoroVoice
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore

FPS = 25
LANGUAGES = {"en": "sofia", "fr": "leo", "es": "amara", "it": "ravi", "ja": "mei", "de": "sofia"}
COUNT = 2  # sentences, with the pause between them
PAUSE_S = 1.0
SETTLED_S = 0.2  # after a sound, before a mouth is expected to be shut
SHUT = 0.016  # eye distances above the mouth at rest; the finder's own noise is a third of it
RIGID = (mesh.RIGHT_EYE_OUTER, mesh.LEFT_EYE_OUTER, mesh.RIGHT_EYE_INNER, mesh.LEFT_EYE_INNER, mesh.FOREHEAD, 168, 6)
SPEEDS = {"1280x720": 25.0, "1920x1080": 15.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one film shows, in eye distances: opening (frame,), the head's rigid points (frame, point, 2).

    ``change`` is by how much each frame differs from the one before, (frame - 1,).
    """

    opening: Float32Array
    rigid: Float32Array
    change: Float32Array

    @property
    def jump(self) -> float:
        """The largest change over the median one."""
        return float(self.change.max() / np.median(self.change))

    @property
    def step(self) -> float:
        """The largest step of the head over the median one, the finder's noise smoothed."""
        steps = gaussian_filter1d(np.linalg.norm(np.diff(self.rigid, axis=0), axis=2).mean(axis=1), 0.7)
        return float(steps.max() / np.median(steps))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One language."""

    language: str
    correlation: float
    lag_s: float
    shut: tuple[bool, ...]
    pause_opening: float
    opening_p95: float
    jump: float
    step: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Real:
    """A real speaker: how well the avatar follows their lips; their own lag, and how suddenly they move."""

    correlation: float
    lag_s: float
    jump: float
    step: float


def look(frames: Iterable[ByteArray], finder: FaceFinder) -> Seen:
    """Find the landmarks of every frame."""
    openings, rigid, changes = [], [], []
    points: Float32Array | None = None
    before: ByteArray | None = None
    for frame in frames:
        if before is not None:
            changes.append(float(cv2.absdiff(frame, before).mean()))
        before = frame
        points = finder.landmarks(frame, previous=points)
        if points is None:
            raise SystemExit("a frame shows no face")
        openings.append(mouth_opening(points))
        rigid.append(points[list(RIGID), :2] / eye_distance(points))
    return Seen(
        opening=np.array(openings, np.float32), rigid=np.stack(rigid), change=np.array(changes or [0.0], np.float32)
    )


def with_pause(parts: Sequence[Speech]) -> tuple[Speech, tuple[float, float]]:
    """Sentences one after the other with a pause between, and when the pause is."""
    rate = parts[0].audio.sample_rate
    silence = np.zeros(round(PAUSE_S * rate), np.float32)
    first, second = parts
    later = first.audio.duration_s + PAUSE_S
    moved = tuple(
        replace(one, start_s=one.start_s + later, end_s=one.end_s + later) for one in (*second.phonemes, *second.words)
    )
    count = len(second.phonemes)
    waveform = np.concatenate([first.audio.waveform, silence, second.audio.waveform])
    whole = replace(
        first,
        audio=AudioClip(waveform=waveform, sample_rate=rate),
        text=f"{first.text} {second.text}",
        phonemes=first.phonemes + moved[:count],
        words=first.words + moved[count:],
    )
    end = max(one.end_s for one in first.phonemes)
    return whole, (end, later + min(one.start_s for one in second.phonemes))


class Bench:
    """The engines, and a stage of 720p."""

    def __init__(self, weights: Path) -> None:
        store = WeightsStore(weights, load_cards(ASSETS / "weights.toml"))
        self.voice = KokoroVoice(store, lambda: datetime.now(UTC), threads=1)
        self.avatar = PhotoAvatar(store, lambda: datetime.now(UTC))
        self.finder = FaceFinder(store)

    def film(self, portrait: Portrait, speech: Speech, *, size: str = "1280x720") -> tuple[Iterator[ByteArray], int]:
        """The avatar's frames."""
        grant = grant_for(speech.text, speech.locale, portrait=Sha256Hex(portrait.sha256))
        motion = self.avatar.motion(speech, portrait=portrait, grant=grant, seed=1, fps=FPS)
        width, height = (int(side) for side in size.split("x"))
        background = np.full((height, width, 3), (150, 175, 190), np.uint8)
        stage = Stage(background=background, eye_line=0.4, eye_distance=0.16, centre_x=0.5)
        performance = self.avatar.perform(portrait, motion, stage, grant=grant)
        return performance.frames(), performance.frame_count

    def say(self, language: str, count: int) -> list[Speech]:
        """Sentences in the language's default voice."""
        locale = LOCALES.get(language, language)
        return [
            self.voice.speak(text, locale=locale, grant=grant_for(text, locale), seed=1)
            for text in SENTENCES[language][:count]
        ]

    def row(self, language: str, presenter: str) -> Row:
        """One language, one presenter."""
        speech, (pause_from, pause_to) = with_pause(self.say(language, COUNT))
        portrait = _presenter(presenter)
        frames, count = self.film(portrait, speech)
        seen = look(frames, self.finder)
        power = vowel_power(speech.audio, frames=count, fps=FPS)
        lag = lag_of(seen.opening, speech.audio, fps=FPS)
        middles = (np.arange(count) + 0.5) / FPS
        quiet = (middles > pause_from + SETTLED_S) & (middles < pause_to - SETTLED_S)
        rest = mouth_opening(self._as_it_is(portrait))
        spoken = ~((middles > pause_from) & (middles < pause_to))
        return Row(
            language=language,
            correlation=float(np.corrcoef(seen.opening, power)[0, 1]),
            lag_s=np.inf if lag is None else lag.late_s,
            shut=tuple(
                float(seen.opening[_frames_of(one.start_s, one.end_s, count)].min()) <= rest + SHUT
                for one in speech.phonemes
                if is_bilabial(one.text)
            ),
            pause_opening=float(np.percentile(seen.opening[quiet], 95)) - rest,
            opening_p95=float(np.percentile(seen.opening[spoken], 95)),
            jump=seen.jump,
            step=seen.step,
        )

    def _as_it_is(self, portrait: Portrait) -> Float32Array:
        points = self.finder.landmarks(portrait.rgb)
        if points is None:
            raise SystemExit("the portrait shows no face")
        return points

    def real(self, footage: Path) -> Real:
        """Drive the avatar by a real speaker's sound; and measure that speaker's own lips and head."""
        own, driven, lags = [], [], []
        for path in sorted(footage.glob("*.mpg"))[-HELD_OUT:]:
            pictures, audio = decoded(path)
            locale = "en-US"
            speech = Speech(
                audio=audio, text="Set white now.", locale=locale, voice="real", words=(), phonemes=(), cards=()
            )
            frames, count = self.film(_presenter("leo"), speech)
            count = min(count, len(pictures))
            own.append(look(pictures[:count], self.finder))
            driven.append(look(frames, self.finder).opening[:count])
            lag = lag_of(own[-1].opening, audio, fps=FPS)
            if lag is not None:
                lags.append(lag.late_s)
        lips = np.concatenate([one.opening for one in own])
        return Real(
            correlation=float(np.corrcoef(lips, np.concatenate(driven))[0, 1]),
            lag_s=float(np.median(lags)),
            jump=float(np.median([one.jump for one in own])),
            step=float(np.median([one.step for one in own])),
        )

    def speed(self, size: str) -> float:
        """Frames a second, with the encode."""
        speech = self.say("en", 1)[0]
        frames, count = self.film(_presenter("amara"), speech, size=size)
        width, height = (int(side) for side in size.split("x"))
        cv2.setNumThreads(2)
        with tempfile.TemporaryDirectory(prefix="sayso-bench-") as folder:
            began = time.monotonic()
            encode_video(
                frames,
                width=width,
                height=height,
                fps=FPS,
                frame_count=count,
                audio=None,
                path=Path(folder) / "film.mp4",
                threads=2,
            )
            return count / (time.monotonic() - began)


def _presenter(name: str) -> Portrait:
    return load_portrait(ASSETS / "demo" / "presenters" / f"{name}.png")


def _frames_of(start_s: float, end_s: float, count: int) -> slice:
    """The frames that show a moment, and those beside it: 40 ms is what a film can tell apart."""
    first = max(0, min(count - 1, int(start_s * FPS) - 1))
    return slice(first, max(first + 1, min(count, int(end_s * FPS) + 2)))


def bars_of(rows: Sequence[Row], speeds: dict[str, float], *, real: Real | None) -> list[dict[str, object]]:
    """The bars of the issue."""
    shut = {row.language: float(np.mean(row.shut)) for row in rows if row.shut}
    found: list[tuple[str, float, float, bool]] = [
        ("correlation of opening and vowels, lowest of six languages", min(r.correlation for r in rows), 0.6, True),
        ("closures on p, b, m that are seen, lowest of six languages", min(shut.values()), 0.8, True),
        ("largest change of the picture over the median, highest", max(r.jump for r in rows), 3.0, False),
        (
            "opening in a pause above the picture's own, eye distances, highest",
            max(r.pause_opening for r in rows),
            0.02,
            False,
        ),
        (
            "lips late or early, ms, highest",
            1000 * max(abs(r.lag_s) for r in rows),
            40,
            False,
        ),
        *((f"frames a second at {size}", speeds[size], bar, True) for size, bar in SPEEDS.items()),
        ("memory, GB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 3.0, False),
    ]
    if real is not None:
        found.append(("correlation with a real speaker's own lips, held out", real.correlation, 0.6, True))
    return [
        {"what": what, "value": round(value, 3), "bar": bar, "holds": bool(value >= bar if up else value <= bar)}
        for what, value, bar, up in found
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--media", type=Path, help="a folder with footage/grid_s1")
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--weights", type=Path, default=Path(os.environ.get("SAYSO_WEIGHTS", "~/.sayso/weights")).expanduser()
    )
    wish = parser.parse_args()
    bench = Bench(wish.weights)
    rows = [bench.row(language, presenter) for language, presenter in LANGUAGES.items()]
    speeds = {size: bench.speed(size) for size in SPEEDS}
    real = None if wish.media is None else bench.real(wish.media / "footage" / "grid_s1")
    bars = bars_of(rows, speeds, real=real)
    if wish.json:
        print(json.dumps({"name": "avatars", "bars": bars}))
        return
    print(
        "| language | opening and vowels | lips late by | p, b, m shut | opening 95 % | in the pause | picture | head |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        print(
            f"| {row.language} | {row.correlation:.2f} | {1000 * row.lag_s:.0f} ms | {np.mean(row.shut):.0%} of "
            f"{len(row.shut)} | {row.opening_p95:.3f} | {row.pause_opening:.3f} | {row.jump:.1f} | {row.step:.1f} |"
        )
    if real is not None:
        print(f"real speaker: lips {1000 * real.lag_s:.0f} ms, picture {real.jump:.1f}, head {real.step:.1f}")
    print("\n| what | value | bar | |\n|---|---|---|---|")
    for bar in bars:
        print(f"| {bar['what']} | {bar['value']} | {bar['bar']} | {'holds' if bar['holds'] else 'does not hold'} |")


if __name__ == "__main__":
    main()
