"""Read a finished file as a stranger would: pictures out of it, and what it says of itself.

PyAV reads, not the ffmpeg that encoded: a fault of one is not forgiven by the same fault in the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
import numpy as np
from PIL import Image, UnidentifiedImageError

from pipelines.errors import EncodeError
from pipelines.media import ByteArray

_STILLS = ("JPEG", "PNG", "WEBP")  # no other of Pillow's decoders ever sees a stranger's bytes
_STILL_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp"})
_BT709, _BT601 = 1, 5  # libswscale's SWS_CS_ITU709 and SWS_CS_ITU601
_HD_HEIGHT = 720  # players take unmarked video of this height and more for BT.709


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoInfo:
    """A picture stream. ``colour`` is the matrix, "bt709" for ours."""

    codec: str
    profile: str
    width: int
    height: int
    fps: float
    frame_count: int
    pixel_format: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioInfo:
    """A sound stream. ``sample_rate`` is in Hz."""

    codec: str
    sample_rate: int
    channels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaInfo:
    """What a file is."""

    kind: Literal["video", "audio", "still"]
    container: str
    duration_s: float
    video: VideoInfo | None
    audio: AudioInfo | None


def probe(path: Path) -> MediaInfo:
    """Return what a media file is.

    Raises:
        EncodeError: it cannot be read.
    """
    if path.suffix.lower() in _STILL_SUFFIXES:
        return _probe_still(path)
    try:
        with av.open(str(path)) as container:
            video = next(iter(container.streams.video), None)
            audio = next(iter(container.streams.audio), None)
            if video is None and audio is None:
                raise EncodeError(f"{path.name} holds neither picture nor sound")
            return MediaInfo(
                kind="audio" if video is None else "video",
                container=container.format.name,
                duration_s=float(Fraction(container.duration or 0, av.time_base)),
                video=None if video is None else _video_info(video),
                audio=None
                if audio is None
                else AudioInfo(codec=audio.codec_context.name, sample_rate=audio.sample_rate, channels=audio.channels),
            )
    except (av.error.FFmpegError, OSError) as e:
        raise EncodeError(f"{path.name} cannot be read as media: {e}") from e


def decode_frames(path: Path, at: Sequence[float]) -> list[ByteArray]:
    """Return pictures of a film, (height, width, 3) uint8 RGB, at shares of its length.

    0.0 is the first frame, 1.0 the last. A still answers every share with itself.

    Raises:
        EncodeError: it cannot be read, or has no such frame.
    """
    if any(not 0 <= share <= 1 for share in at):
        raise EncodeError(f"shares must lie between 0 and 1, but they are {list(at)}")
    if path.suffix.lower() in _STILL_SUFFIXES:
        picture = _read_still(path)
        return [picture.copy() for _ in at]
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise EncodeError(f"{path.name} has no picture")
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            count = stream.frames or round((stream.duration or 0) / _ticks(stream, path))
            if count < 1:
                raise EncodeError(f"{path.name} holds no frames; it is cut short")
            wanted = sorted({round(share * (count - 1)) for share in at})
            found = {index: _frame(container, stream, index, path) for index in wanted}
    except (av.error.FFmpegError, OSError) as e:
        raise EncodeError(f"{path.name} cannot be decoded: {e}") from e
    return [found[round(share * (count - 1))] for share in at]


def _frame(
    container: av.container.InputContainer, stream: av.video.stream.VideoStream, index: int, path: Path
) -> ByteArray:
    """Seek to the key frame before, then decode up to the frame that shows at this index's time."""
    ticks = _ticks(stream, path)
    target = (stream.start_time or 0) + round(index * ticks)
    container.seek(target, stream=stream, backward=True)
    for frame in container.decode(stream):
        if frame.pts is not None and frame.pts > target - ticks / 2:
            return _rgb(frame)
    raise EncodeError(f"{path.name} has no frame {index}; it is cut short")


def _ticks(stream: av.video.stream.VideoStream, path: Path) -> Fraction:
    """Return the length of a frame in units of the stream's clock."""
    if not stream.average_rate or not stream.time_base:
        raise EncodeError(f"{path.name} does not say how fast it runs; make it again")
    return 1 / (stream.average_rate * stream.time_base)


def _rgb(frame: av.VideoFrame) -> ByteArray:
    marked = int(frame.colorspace)
    matrix = marked if marked in {_BT709, _BT601} else _BT709 if frame.height >= _HD_HEIGHT else _BT601
    picture = frame.reformat(format="rgb24", src_colorspace=matrix, dst_colorspace=matrix)
    return np.ascontiguousarray(picture.to_ndarray(), dtype=np.uint8)


def _video_info(stream: av.video.stream.VideoStream) -> VideoInfo:
    context = stream.codec_context
    return VideoInfo(
        codec=context.name,
        profile=context.profile or "",
        width=context.width,
        height=context.height,
        fps=float(stream.average_rate or 0),
        frame_count=stream.frames,
        pixel_format=context.pix_fmt or "",
        colour={_BT709: "bt709", _BT601: "bt601", 6: "bt601"}.get(int(context.colorspace), "unmarked"),
    )


def _probe_still(path: Path) -> MediaInfo:
    picture = _read_still(path)
    height, width = picture.shape[:2]
    with Image.open(path, formats=_STILLS) as image:
        name = (image.format or "").lower()
    info = VideoInfo(
        codec=name, profile="", width=width, height=height, fps=0.0, frame_count=1, pixel_format="rgb24", colour="srgb"
    )
    return MediaInfo(kind="still", container=name, duration_s=0.0, video=info, audio=None)


def _read_still(path: Path) -> ByteArray:
    try:
        with Image.open(path, formats=_STILLS) as image:
            return np.asarray(image.convert("RGB"), dtype=np.uint8)
    except (UnidentifiedImageError, OSError, ValueError) as e:
        raise EncodeError(f"{path.name} cannot be read as a picture: {e}") from e
