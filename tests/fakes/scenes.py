"""Small moving pictures and babble that the real encoders, labels and fingerprints take for media."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from pipelines.media import AudioClip, ByteArray, Float32Array, Scene, Timed


@dataclass(frozen=True, slots=True, kw_only=True)
class MovingPicture:
    """Soft blobs that wander over a gradient; ``seed`` makes another film."""

    width: int = 960
    height: int = 540
    fps: int = 25
    frame_count: int = 30
    seed: int = 0

    def frames(self) -> Iterator[ByteArray]:
        rng = np.random.default_rng(self.seed)
        starts, speeds, tints = rng.uniform(0, 1, (5, 2)), rng.uniform(-0.4, 0.4, (5, 2)), rng.uniform(40, 255, (5, 3))
        small = 8  # drawn small and enlarged: the tests wait for ffmpeg, not for us
        y, x = np.mgrid[0 : self.height : small, 0 : self.width : small].astype(np.float32) / self.height
        ground = np.stack([60 + 80 * y, 70 + 40 * x, 110 - 30 * y], axis=2)
        for index in range(self.frame_count):
            picture = ground.copy()
            for start, speed, tint in zip(starts, speeds, tints, strict=True):
                at = (start + speed * index / self.fps) % 1
                near = np.exp(-(((x - at[0] * self.width / self.height) ** 2 + (y - at[1]) ** 2) / 0.02))[..., None]
                picture = picture * (1 - near) + tint * near
            yield cv2.resize(picture.astype(np.uint8), (self.width, self.height), interpolation=cv2.INTER_LINEAR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoiled:
    """Another source's frames, changed by a test's hostile hand."""

    source: MovingPicture
    spoil: Callable[[int, ByteArray], ByteArray]
    announced: int | None = None

    @property
    def width(self) -> int:
        return self.source.width

    @property
    def height(self) -> int:
        return self.source.height

    @property
    def fps(self) -> int:
        return self.source.fps

    @property
    def frame_count(self) -> int:
        return self.source.frame_count if self.announced is None else self.announced

    def frames(self) -> Iterator[ByteArray]:
        for index, frame in enumerate(self.source.frames()):
            yield self.spoil(index, frame)


def babble(duration_s: float, *, seed: int, sample_rate: int = 24000) -> AudioClip:
    """Return syllables of gliding harmonics through moving formants: no speech, but as uneven as speech."""
    rng = np.random.default_rng(seed)
    parts: list[Float32Array] = []
    while sum(map(len, parts)) < duration_s * sample_rate:
        length = int(rng.uniform(0.08, 0.25) * sample_rate)
        time = np.arange(length) / sample_rate
        pitch = rng.uniform(90, 220) * (1 + rng.uniform(-0.2, 0.2) * time)
        formants = rng.uniform([300, 900, 2000], [800, 1800, 3000])
        harmonics = np.arange(1, 25)[:, None]
        gains = np.exp(-(((harmonics * pitch[None] - formants[:, None, None]) / 150) ** 2)).sum(axis=0) / harmonics**0.5
        tone = (gains * np.sin(2 * np.pi * harmonics * np.cumsum(pitch)[None] / sample_rate)).sum(axis=0)
        parts += [
            (tone * np.hanning(length)).astype(np.float32),
            np.zeros(int(rng.uniform(0.01, 0.06) * sample_rate), np.float32),
        ]
    waveform = np.concatenate(parts)[: int(duration_s * sample_rate)]
    return AudioClip(waveform=waveform / np.abs(waveform).max() * np.float32(0.5), sample_rate=sample_rate)


class FakeSpeaker:
    """A voice that babbles each text in its own way, always the same."""

    def speak_notice(self, text: str, *, locale: str) -> AudioClip:
        return babble(1.5, seed=zlib.crc32(f"{locale}:{text}".encode()))


CAPTIONS = (Timed(text="Votre café,", start_s=0.1, end_s=0.6), Timed(text="en dix secondes.", start_s=0.6, end_s=1.1))


def film(*, seed: int = 0, frame_count: int = 30, locale: str = "fr-FR") -> Scene:
    source = MovingPicture(seed=seed, frame_count=frame_count)
    return Scene(
        frames=source,
        audio=babble(frame_count / source.fps, seed=seed),
        captions=CAPTIONS,
        reserved=(),
        locale=locale,
    )


def still(*, width: int = 960, height: int = 540, seed: int = 0) -> Scene:
    source = MovingPicture(width=width, height=height, frame_count=1, seed=seed)
    return Scene(frames=source, audio=None, captions=(), reserved=(), locale="fr-FR")


def sound(*, duration_s: float = 3.0, seed: int = 0) -> Scene:
    return Scene(frames=None, audio=babble(duration_s, seed=seed), captions=CAPTIONS, reserved=(), locale="fr-FR")
