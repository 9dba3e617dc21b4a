"""How good a twin is: trained on footage of a real speaker, measured on footage that it never saw, and on other voices.

    python -m bench.twin --media FOLDER [--weights FOLDER] [--look FOLDER] [--json]

The GRID corpus's speaker s1 (``FOLDER/footage/grid_s1``): the first 40 clips by name joined are the footage, the last
10 are held out. Each held-out frame gets a mouth from its own sound, and is compared with what was filmed. Then the
twin says sentences of a stock voice in six languages; landmarks are found in the frames. ``--look`` writes sheets
of frames, for eyes only: they show a real person and are never kept.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from scipy.ndimage import minimum_filter1d
from skimage.metrics import structural_similarity

from bench.avatars import FPS, SHUT
from bench.consenting import grant_for
from bench.timing import LOCALES
from bench.train_mouth_driver import HELD_OUT, decoded
from bench.voices import SENTENCES
from consent.grant import Sha256Hex
from pipelines.assets import ASSETS
from pipelines.avatar.articulation import is_bilabial
from pipelines.avatar.speech_features import WhisperEncoder, has_whisper
from pipelines.avatar.sync import lag_of, vowel_power
from pipelines.avatar.twin import appearance as looks
from pipelines.avatar.twin.drawing import Pen
from pipelines.avatar.twin.engine import TwinAvatar
from pipelines.avatar.twin.model import Twin
from pipelines.avatar.twin.outline import share_of, sides_of
from pipelines.avatar.twin.region import Paster, opening_of, placed, placements, taken
from pipelines.avatar.twin.remembering import cheapest_path
from pipelines.avatar.twin.training import train_twin
from pipelines.compose.encoder import encode_video
from pipelines.faces import mesh
from pipelines.faces.landmarks import FaceFinder, eye_distance, mouth_opening
from pipelines.media import AudioClip, ByteArray, Float32Array, Speech
from pipelines.voice.kokoro.engine import KokoroVoice
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore

SPOKEN = ("en", "fr", "es", "it", "ja", "de")
LIPS = sorted({index for name, points in mesh.NAMED_POINTS.items() if "lip" in name for index in points})
SHA256 = Sha256Hex("7" * 64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Clips one after the other, as footage; read from the files whenever pictures are asked for."""

    paths: tuple[Path, ...]
    counts: tuple[int, ...]  # pictures of each
    width: int
    height: int
    audio: AudioClip
    fps: int = FPS
    sha256: str = SHA256

    @property
    def frame_count(self) -> int:
        """Pictures."""
        return sum(self.counts)

    def frames(self) -> Iterator[ByteArray]:
        """Every picture in order."""
        for path, count in zip(self.paths, self.counts, strict=True):
            yield from decoded(path)[0][:count]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """What the held-out clips say."""

    psnr: float
    ssim: float
    lips: float
    sharp: float
    correlation: float
    wrong: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One language in a stock voice."""

    language: str
    spread: float
    correlation: float
    shut: tuple[bool, ...]
    chance: float  # that any moment of the speech would count as shut
    late_s: float


def joined(paths: Sequence[Path], finder: FaceFinder) -> Joined:
    """Clips as one film; those whose pictures are blank are left out (two of the corpus)."""
    kept: list[tuple[Path, int]] = []
    sounds: list[Float32Array] = []
    for path in paths:
        some, audio = decoded(path)
        if finder.landmarks(np.asarray(some[0])) is None:
            continue
        count = min(len(some), len(audio.waveform) * FPS // audio.sample_rate)
        kept.append((path, count))
        sounds.append(audio.waveform[: count * audio.sample_rate // FPS])
    height, width = some[0].shape[:2]
    return Joined(
        paths=tuple(path for path, _ in kept),
        counts=tuple(count for _, count in kept),
        width=int(width),
        height=int(height),
        audio=AudioClip(waveform=np.concatenate(sounds), sample_rate=audio.sample_rate),
    )


class Bench:
    """A twin of the speaker, and what is needed to judge it."""

    def __init__(self, weights: Path, media: Path) -> None:
        self.store = WeightsStore(weights, load_cards(ASSETS / "weights.toml"))
        self.finder = FaceFinder(self.store)
        paths = sorted((media / "footage" / "grid_s1").glob("*.mpg"))
        self.footage = joined(paths[:-HELD_OUT], self.finder)
        self.clips = [joined([path], self.finder) for path in paths[-HELD_OUT:]]
        whisper = has_whisper(self.store)
        if whisper is None:
            raise SystemExit("whisper-base is not installed; run: sayso models pull whisper-base")
        self.hearer = WhisperEncoder(whisper, threads=1)
        self.train_s = 0.0

    @cached_property
    def twin(self) -> Twin:
        """Trained here, timed."""
        with tempfile.TemporaryDirectory(prefix="sayso-bench-") as folder:
            began = time.monotonic()
            twin = train_twin(self.footage, weights=self.store, folder=Path(folder) / "stages")
            self.train_s = time.monotonic() - began
            path = Path(folder) / "twin"
            twin.save(path)
            self.megabytes = path.stat().st_size / 1e6
        return twin

    def held_out(self, look: Path | None) -> HeldOut:
        """Mouths for the frames that the twin never saw, from their own sound."""
        rows: list[tuple[float, ...]] = []
        own, made, other = [], [], []
        sounds = [self.hearer.features(clip.audio, fps=FPS) for clip in self.clips]
        for index, (clip, features) in enumerate(zip(self.clips, sounds, strict=True)):
            wrong = sounds[(index + 3) % len(sounds)]
            real, drawn, guessed, measured = self._one(clip, features, wrong, look=look, name=f"held_{index}.png")
            own.append(real)
            made.append(drawn)
            other.append(guessed)
            rows += measured
        psnr, ssim, lips, sharp, real_sharp = np.mean(np.array(rows), axis=0)
        count = [min(len(a), len(b)) for a, b in zip(own, other, strict=True)]
        return HeldOut(
            psnr=float(psnr),
            ssim=float(ssim),
            lips=100 * float(lips),
            sharp=float(sharp / real_sharp),
            correlation=float(np.corrcoef(np.concatenate(own), np.concatenate(made))[0, 1]),
            wrong=float(
                np.corrcoef(
                    np.concatenate([a[:n] for a, n in zip(own, count, strict=True)]),
                    np.concatenate([b[:n] for b, n in zip(other, count, strict=True)]),
                )[0, 1]
            ),
        )

    def _one(
        self, clip: Joined, features: Float32Array, wrong: Float32Array, *, look: Path | None, name: str
    ) -> tuple[Float32Array, Float32Array, Float32Array, list[tuple[float, ...]]]:
        twin, region = self.twin, self.twin.region
        pictures = list(clip.frames())
        landmarks = self._landmarks(pictures)
        ways = placements(landmarks, region)
        crops = np.stack([taken(picture, way, region) for picture, way in zip(pictures, ways, strict=True)])
        light = looks.light_of(crops, region)
        points = placed(landmarks, ways)
        context, sides = twin.surroundings.context(crops, light, points, region), sides_of(points)
        count = min(len(features), len(crops))
        said, _ = twin.hearing.predict(features[:count], context[:count], own_voice=True)
        path = cheapest_path(said, twin.bank.coefficients)
        paster, pen, drawn, rows = Paster(region), Pen(region), [], []
        for at in range(count):
            mouth = pen.mouth(twin.appearance, twin.bank, crops[at], said[at], int(path[at]))
            picture = pictures[at].copy()
            new = share_of(region, sides[at])
            paster.paste(picture, mouth, ways[at], new)
            drawn.append(picture)
            share = new[:, :, None]
            mixed = mouth * share + crops[at] * (1 - share)
            rows.append(
                (_psnr(mixed, crops[at], region.inside), _ssim(mixed, crops[at]), _sharp(mixed), _sharp(crops[at]))
            )
        seen = self._landmarks(drawn, near=landmarks)
        again = self._landmarks(pictures[:count], near=landmarks)
        off = [
            float(np.linalg.norm(a[LIPS, :2] - b[LIPS, :2], axis=1).mean()) / eye_distance(b)
            for a, b in zip(seen, again, strict=True)
        ]
        _, guessed = twin.hearing.predict(wrong[:count], context[: len(wrong[:count])], own_voice=True)
        if look is not None:
            self._sheet(look / name, pictures[10:count:12][:5], drawn[10:count:12][:5])
        measured = [(psnr, ssim, gap, sharp, real) for (psnr, ssim, sharp, real), gap in zip(rows, off, strict=True)]
        return opening_of(again), opening_of(seen), guessed, measured

    def spoken(self, language: str, look: Path | None) -> Spoken:
        """The twin says three sentences of a stock voice."""
        locale = LOCALES.get(language, language)
        text = " ".join(SENTENCES[language][:3])
        speech = KokoroVoice(self.store, lambda: datetime.now(UTC), threads=1).speak(
            text, locale=locale, grant=grant_for(text, locale), seed=1
        )
        pictures = list(self._performed(speech))
        seen = np.array([mouth_opening(one) for one in self._landmarks(pictures)], np.float32)
        power = vowel_power(speech.audio, frames=len(seen), fps=FPS)
        lag = lag_of(seen, speech.audio, fps=FPS)
        train = self._trained_openings
        rest = float(np.percentile(train, 5))
        if look is not None:
            self._sheet(look / f"spoken_{language}.png", pictures[20:80:12], pictures[80:140:12])
        return Spoken(
            language=language,
            spread=float(seen.std() / train.std()),
            correlation=float(np.corrcoef(seen, power)[0, 1]),
            shut=tuple(
                float(seen[max(0, int(one.start_s * FPS) - 1) : int(one.end_s * FPS) + 2].min()) <= rest + SHUT
                for one in speech.phonemes
                if is_bilabial(one.text)
            ),
            chance=float(np.mean(minimum_filter1d(seen, 4) <= rest + SHUT)),
            late_s=np.inf if lag is None else lag.late_s,
        )

    @cached_property
    def _trained_openings(self) -> Float32Array:
        return opening_of(self._landmarks(list(islice(self.footage.frames(), 0, None, FPS // 5))))

    def _performed(self, speech: Speech) -> Iterator[ByteArray]:
        avatar = TwinAvatar(self.store, lambda: datetime.now(UTC))
        grant = grant_for(speech.text, speech.locale, portrait=SHA256)
        motion = avatar.motion(speech, twin=self.twin, grant=grant)
        yield from avatar.perform(self.twin, motion, grant=grant).frames()

    def speed(self, height: int) -> float:
        """Frames a second with the encode, the footage scaled up to so many lines."""
        scale = height / self.footage.height
        twin = _scaled(self.twin, scale)
        text = SENTENCES["en"][0]
        speech = KokoroVoice(self.store, lambda: datetime.now(UTC), threads=1).speak(
            text, locale="en-US", grant=grant_for(text, "en-US"), seed=1
        )
        grant = grant_for(text, "en-US", portrait=SHA256)
        avatar = TwinAvatar(self.store, lambda: datetime.now(UTC))
        performance = avatar.perform(twin, avatar.motion(speech, twin=twin, grant=grant), grant=grant)
        with tempfile.TemporaryDirectory(prefix="sayso-bench-") as folder:
            began = time.monotonic()
            encode_video(
                performance.frames(),
                width=performance.width,
                height=performance.height,
                fps=FPS,
                frame_count=performance.frame_count,
                audio=None,
                path=Path(folder) / "film.mp4",
                threads=2,
            )
            return performance.frame_count / (time.monotonic() - began)

    def _landmarks(self, pictures: Sequence[ByteArray], *, near: Float32Array | None = None) -> Float32Array:
        found = []
        points: Float32Array | None = None
        for at, picture in enumerate(pictures):
            points = self.finder.landmarks(picture, previous=points if near is None else near[at])
            if points is None:
                raise SystemExit("a frame shows no face")
            found.append(points)
        return np.stack(found)

    @staticmethod
    def _sheet(path: Path, above: Sequence[ByteArray], below: Sequence[ByteArray]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [np.hstack(list(row)) for row in (above, below)]
        width = min(row.shape[1] for row in rows)
        cv2.imwrite(str(path), cv2.cvtColor(np.vstack([row[:, :width] for row in rows]), cv2.COLOR_RGB2BGR))


def _scaled(twin: Twin, scale: float) -> Twin:
    """The same twin in larger pictures, for timing."""
    from dataclasses import replace  # noqa: PLC0415

    from pipelines.avatar.twin.looping import again_and_again, encoded  # noqa: PLC0415

    width, height = round(twin.width * scale / 2) * 2, round(twin.height * scale / 2) * 2
    loop = again_and_again(twin.loop.film)
    pictures = [cv2.resize(next(loop), (width, height)) for _ in range(twin.loop.frame_count)]
    ways = twin.loop.placements.copy()
    ways[:, :, :2] /= scale
    film = encoded((np.asarray(one, np.uint8) for one in pictures), width=width, height=height, fps=FPS)
    return replace(twin, width=width, height=height, loop=replace(twin.loop, film=film, placements=ways))


def _psnr(made: Float32Array, real: ByteArray, inside: np.ndarray) -> float:
    error = float(((made - real.astype(np.float32))[inside] ** 2).mean())
    return float(10 * np.log10(255**2 / max(error, 1e-3)))


def _ssim(made: Float32Array, real: ByteArray) -> float:
    return float(
        structural_similarity(
            np.asarray(made + 0.5, np.uint8)[_box(made)], real[_box(made)], channel_axis=2, data_range=255
        )
    )


def _sharp(picture: np.ndarray) -> float:
    grey = cv2.cvtColor(np.asarray(picture, np.float32)[_box(picture)], cv2.COLOR_RGB2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_32F).var())


def _box(picture: np.ndarray) -> tuple[slice, slice]:
    size = len(picture)
    return slice(int(0.16 * size), int(0.8 * size)), slice(int(0.1 * size), int(0.9 * size))


def bars_of(bench: Bench, held: HeldOut, spoken: Sequence[Spoken], fps: float) -> list[dict[str, object]]:
    """The bars of the issue."""
    shut = [float(np.mean(one.shut)) for one in spoken if one.shut]
    found = [
        ("seconds of training", bench.train_s, 300.0, False),
        ("PSNR of held-out mouths, dB", held.psnr, 33.0, True),
        ("SSIM of held-out mouths", held.ssim, 0.93, True),
        ("lip landmarks off, % of eye distance", held.lips, 0.9, False),
        ("sharpness, share of the real", held.sharp, 0.9, True),
        ("opening, correlation with the real", held.correlation, 0.9, True),
        ("the same by another clip's sound", held.wrong, 0.5, False),
        ("spread of the opening in six languages, lowest", min(one.spread for one in spoken), 0.8, True),
        ("spread of the opening in six languages, highest", max(one.spread for one in spoken), 1.2, False),
        ("opening and vowels, correlation, lowest of six languages", min(one.correlation for one in spoken), 0.6, True),
        ("closures on p, b, m that are seen, lowest", min(shut), 0.8, True),
        ("lips late or early, ms, highest", 1000 * max(abs(one.late_s) for one in spoken), 40.0, False),
        ("frames a second at 1080 lines", fps, 15.0, True),
        ("memory, GB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 3.0, False),
    ]
    return [
        {"what": what, "value": round(value, 3), "bar": bar, "holds": bool(value >= bar if up else value <= bar)}
        for what, value, bar, up in found
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--media", type=Path, required=True)
    parser.add_argument("--look", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--weights", type=Path, default=Path(os.environ.get("SAYSO_WEIGHTS", "~/.sayso/weights")).expanduser()
    )
    wish = parser.parse_args()
    bench = Bench(wish.weights, wish.media)
    held = bench.held_out(wish.look)
    spoken = [bench.spoken(language, wish.look) for language in SPOKEN]
    bars = bars_of(bench, held, spoken, bench.speed(1080))
    if wish.json:
        print(json.dumps({"name": "twin", "bars": bars}))
        return
    print(
        f"twin: {bench.megabytes:.0f} MB, region of {bench.twin.region.size} pixels, loop of "
        f"{bench.twin.loop.frame_count / FPS:.1f} s, from {bench.footage.frame_count / FPS:.0f} s"
    )
    print("| language | spread | opening and vowels | p, b, m shut | any moment shut | lips late by |")
    print("|---|---|---|---|---|---|")
    for one in spoken:
        print(
            f"| {one.language} | {one.spread:.0%} | {one.correlation:.2f} | {np.mean(one.shut):.0%} of {len(one.shut)} "
            f"| {one.chance:.0%} "
            f"| {1000 * one.late_s:.0f} ms |"
        )
    print("\n| what | value | bar | |\n|---|---|---|---|")
    for bar in bars:
        print(f"| {bar['what']} | {bar['value']} | {bar['bar']} | {'holds' if bar['holds'] else 'does not hold'} |")


if __name__ == "__main__":
    main()
