"""A camera and a microphone for chromium, fed from files: a person who reads a statement and moves their head."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
import soundfile

from bench.turning_head import film, there_and_back
from pipelines.evidence.result import Movement
from pipelines.faces.landmarks import FaceFinder
from pipelines.media import ByteArray, Float32Array

FPS = 10


def write_camera(path: Path, frames: Sequence[ByteArray]) -> None:
    """Write (height, width, 3) uint8 frames as the Y4M file that --use-file-for-fake-video-capture takes."""
    height, width = frames[0].shape[:2]
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F{FPS}:1 Ip A1:1 C420jpeg\n".encode())
        for frame in frames:
            planes = av.VideoFrame.from_ndarray(frame, format="rgb24").reformat(format="yuvj420p").to_ndarray()
            file.write(b"FRAME\n" + np.asarray(planes, dtype=np.uint8).tobytes())


def write_microphone(path: Path, samples: Float32Array, sample_rate: int) -> None:
    """Write mono float32 samples as the WAV file that --use-file-for-fake-audio-capture takes."""
    soundfile.write(path, samples, sample_rate, subtype="PCM_16")


def person(rgb: ByteArray, finder: FaceFinder, movements: Sequence[Movement], *, speaks_s: float) -> list[ByteArray]:
    """Frames of somebody who looks ahead while speaking, then makes the movements."""
    landmarks = finder.landmarks(rgb)
    assert landmarks is not None, "there is no face in the picture"
    still = film(rgb, landmarks, [(0.0, 0.0)])
    moves: list[ByteArray] = []
    for movement in movements:
        moves += film(rgb, landmarks, there_and_back(movement, steps=2 * FPS)) + still * FPS
    return still * round(speaks_s * FPS) + moves


def flags(camera: Path, microphone: Path) -> list[str]:
    """What chromium is started with."""
    return [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={camera}",
        f"--use-file-for-fake-audio-capture={microphone}%noloop",
    ]
