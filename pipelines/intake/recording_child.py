"""Decodes one recording that nobody trusts. Started by ``recording`` as a process of its own; imports nothing of ours.

``footage_child`` runs in the same cage with a decoder loop of its own.

1. Memory, processor time and files are limited before any decoder is loaded; 2. the recording is opened, then no
further file or socket can be; 3. the demuxer and the decoders are the ones named by the parent; 4. pictures and sound
go out through the pipe, so that nothing is written to disk.

Messages on stdout: one byte for the kind, four for the length (big-endian), the content. "i" facts (JSON), "f" a frame
(time as float64, then RGB bytes), "a" sound (float32), "r" a refusal (text), "d" done (JSON).
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import resource
import stat
import struct
import sys
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable

    import av

PIPE = sys.stdout.buffer


class Refused(Exception):  # noqa: N818 -- this program has no error tree; it says one sentence and ends
    """Says why the recording is not taken."""


def send(kind: bytes, content: bytes) -> None:
    """Write one message."""
    PIPE.write(kind + struct.pack(">I", len(content)))
    PIPE.write(content)


def tighten(kind: int, value: int) -> None:
    """Set a limit that cannot be raised again."""
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value))


def open_regular(path: str) -> BinaryIO:
    """Open a file that is no link, pipe or device."""
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        raise Refused("this is not a plain file")
    return os.fdopen(file, "rb")


def refuse_other_files(url: str, flags: int, options: dict[str, str]) -> BinaryIO:
    """Answer a demuxer that asks for another file."""
    del url, flags, options
    raise Refused("this file points to other files")


def main(decode: Callable[[av.container.InputContainer, dict[str, Any]], None]) -> None:
    """Decode with ``decode`` and send; see the module's docstring."""
    path, wish = sys.argv[1], json.loads(sys.argv[2])
    tighten(resource.RLIMIT_AS, wish["memory_bytes"])
    tighten(resource.RLIMIT_CPU, wish["cpu_s"])
    tighten(resource.RLIMIT_FSIZE, 0)
    tighten(resource.RLIMIT_CORE, 0)
    import av  # noqa: PLC0415 -- after the limits
    import numpy as np  # noqa: PLC0415

    av.logging.set_level(None)
    # Everything that is loaded lazily is loaded now, while files may still be opened.
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24").reformat(format="yuv420p").to_ndarray()
    file = open_regular(path)
    tighten(resource.RLIMIT_NOFILE, file.fileno() + 1)
    try:
        with av.open(file, mode="r", format=wish["container"], io_open=refuse_other_files) as opened:
            decode(opened, wish)
    except Refused as e:
        send(b"r", str(e).encode())
    except (av.error.FFmpegError, ValueError, MemoryError, OverflowError, EOFError) as e:
        send(b"r", f"this file cannot be decoded ({type(e).__name__})".encode())
    PIPE.flush()


def decode_statement(opened: av.container.InputContainer, wish: dict[str, Any]) -> None:
    """Check the streams, then send pictures and sound until the end or a limit."""
    import av  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415

    video, sound = streams(opened, wish)
    send(b"i", json.dumps({"codecs": [one.codec_context.name for one in (video, sound) if one is not None]}).encode())
    for one in (video, sound):
        if one is not None:
            one.thread_type, one.thread_count = "NONE", 1
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=wish["sample_rate"])
    sampler = Sampler(wish)
    samples, samples_max = 0, int((wish["seconds_max"] + 1) * wish["sample_rate"])
    for packet in opened.demux([one for one in (video, sound) if one is not None]):
        for frame in packet.decode():
            if isinstance(frame, av.VideoFrame):
                sampler.take(frame)
            if not isinstance(frame, av.AudioFrame):
                continue
            for block in resampler.resample(frame):
                samples += block.samples
                send(b"a", np.ascontiguousarray(block.to_ndarray()[0], np.float32).tobytes())
        if samples > samples_max or sampler.end_s > wish["seconds_max"] + 1:
            raise Refused(f"this recording is longer than {wish['seconds_max']:.0f} seconds")
    for block in resampler.resample(None):
        samples += block.samples
        send(b"a", np.ascontiguousarray(block.to_ndarray()[0], np.float32).tobytes())
    send(b"d", json.dumps({"duration_s": max(sampler.end_s, samples / wish["sample_rate"])}).encode())


def streams(opened: av.container.InputContainer, wish: dict[str, Any]) -> tuple[Any, Any]:
    """Find the one picture stream and the one sound stream."""
    kinds = [one.type for one in opened.streams]
    if wish["pictures"] and (kinds.count("video") != 1 or kinds.count("audio") != 1):
        raise Refused(
            f"one picture and one sound track are needed, and this file has {kinds.count('video')} and "
            f"{kinds.count('audio')}"
        )
    if not kinds.count("audio"):
        raise Refused("this file has no sound")
    if set(kinds) - {"video", "audio", "data"}:
        raise Refused("this file carries subtitles or attached files")
    video = opened.streams.video[0] if wish["pictures"] else None
    sound = opened.streams.audio[0]
    for one in (video, sound):
        if one is not None and not allowed(one.codec_context, wish["codecs"]):
            raise Refused("this file uses a way of storing pictures or sound that is not taken")
    if video is not None:
        too_large(video.codec_context.width, video.codec_context.height, wish)
        video.codec_context.options = {"max_pixels": str(wish["side_max"] ** 2)}
    return video, sound


def allowed(context: av.CodecContext, codecs: list[str]) -> bool:
    """Whether a codec is on the list; "pcm_" stands for its whole family."""
    name = context.codec.canonical_name
    return name in codecs or ("pcm_" in codecs and name.startswith("pcm_"))


def too_large(width: int, height: int, wish: dict[str, Any]) -> None:
    """Refuse pictures that would cost too much memory, before the first one is decoded."""
    if max(width, height) > wish["side_max"] or min(width, height) < wish["side_min"]:
        raise Refused(
            f"the picture is {width} x {height} pixels, and {wish['side_min']} to {wish['side_max']} a side are taken"
        )


class Sampler:
    """Sends some frames a second, upright, small, all of one size."""

    def __init__(self, wish: dict[str, Any]) -> None:
        self.end_s = 0.0
        self._wish = wish
        self._start_s: float | None = None
        self._next_s = 0.0
        self._size: tuple[int, int] | None = None
        self._source: tuple[int, int] | None = None

    def take(self, frame: av.VideoFrame) -> None:
        """Look at one decoded frame; send it if its turn has come."""
        if frame.time is None:
            raise Refused("the pictures of this file carry no times")
        if self._start_s is None:
            self._start_s = frame.time
        at_s = frame.time - self._start_s
        self.end_s = max(self.end_s, at_s)
        if at_s < self._next_s:
            return
        # On the grid of the sampling rate, so that a recording with uneven frames is sampled evenly.
        self._next_s = (int(at_s * self._wish["fps"] + 1e-6) + 1) / self._wish["fps"]
        self._send(frame, at_s)

    def _send(self, frame: av.VideoFrame, at_s: float) -> None:
        import numpy as np  # noqa: PLC0415

        too_large(frame.width, frame.height, self._wish)
        source = (frame.width, frame.height)
        if self._size is None:
            scale = min(1.0, self._wish["side_px"] / max(source))
            self._source = source
            self._size = (max(2, round(source[0] * scale)), max(2, round(source[1] * scale)))
        assert self._source is not None
        if abs(source[0] * self._source[1] - source[1] * self._source[0]) > 0.02 * source[0] * self._source[1]:
            raise Refused("the picture changed its shape while recording; hold the camera still")
        width, height = self._size
        rgb = frame.reformat(width=width, height=height, format="rgb24", threads=1).to_ndarray()
        turns = round((frame.rotation or 0) / 90) % 4
        upright = np.ascontiguousarray(np.rot90(rgb, turns))
        send(b"f", struct.pack(">dHH", at_s, upright.shape[1], upright.shape[0]) + upright.tobytes())


if __name__ == "__main__":
    main(decode_statement)
