"""Small recordings made on the spot: a moving pattern and a tone, in the containers that browsers and phones write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

Way = tuple[str, str | None, str | None]


def record(
    path: Path,
    *,
    way: Way = ("webm", "vp8", "opus"),
    seconds: float = 4.0,
    size: tuple[int, int] = (160, 120),
    waveform: np.ndarray | None = None,
    frames: Sequence[np.ndarray] | None = None,
    fps: int = 10,
    options: dict[str, str] | None = None,
) -> Path:
    """Write one recording; ``way`` is container, picture codec, sound codec.

    ``waveform`` is at 48 kHz, ``frames`` are RGB pictures at ``fps``.
    """
    container, picture, sound = way
    encoders = {"vp8": "libvpx", "vp9": "libvpx-vp9", "opus": "libopus", "h264": "libx264"}
    with av.open(str(path), "w", format=container, options=options or {}) as out:
        streams = []
        if picture:
            stream = out.add_stream(encoders.get(picture, picture), rate=fps)
            stream.width, stream.height = size if frames is None else (frames[0].shape[1], frames[0].shape[0])
            stream.pix_fmt = "yuv420p"
            stream.codec_context.thread_count = 1
            if picture in {"vp8", "vp9"}:
                stream.options = {"deadline": "realtime", "cpu-used": "8"}
            streams.append((stream, _pictures(stream, frames, seconds, fps)))
        if sound:
            rate = 44_100 if sound in {"pcm_s16le", "mp3"} else 48_000
            stream = out.add_stream(encoders.get(sound, sound), rate=rate, layout="mono")
            streams.append((stream, _sound(waveform, seconds, rate)))
        for stream, given in streams:
            for frame in given:
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
    return path


def _pictures(
    stream: av.VideoStream, frames: Sequence[np.ndarray] | None, seconds: float, fps: int
) -> Iterator[av.VideoFrame]:
    if frames is None:
        rng = np.random.default_rng(0)
        noise = rng.integers(0, 255, (stream.height // 8 + 1, stream.width // 8 + 1, 3), np.uint8)
        still = np.kron(noise, np.ones((8, 8, 1), np.uint8))[: stream.height, : stream.width]
        frames = [np.roll(still, at, axis=1) for at in range(round(seconds * fps))]
    for at, rgb in enumerate(frames):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
        frame.pts, frame.time_base = at, Fraction(1, fps)
        yield frame


def _sound(waveform: np.ndarray | None, seconds: float, rate: int) -> Iterator[av.AudioFrame]:
    if waveform is None:
        waveform = 0.2 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate)
    block = 960
    for start in range(0, len(waveform), block):
        piece = waveform[start : start + block]
        samples = np.round(piece * 32767).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        yield frame
