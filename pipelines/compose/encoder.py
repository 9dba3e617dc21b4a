"""The only place that starts ffmpeg: frames and sound in, one file out, encoded once.

The binary is the one that imageio-ffmpeg ships (7.0.2, static): the same on every machine, whatever its PATH holds.
Everything is written beside its place as ``<name>.part`` and moved there at the end. When ffmpeg dies, frames are too
few or too many, or the person cancels, the process is gone and no file is left.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import tempfile
import threading
import wave
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import imageio_ffmpeg
import numpy as np
from PIL import Image
from typing_extensions import override

from pipelines.compose.timeline import RATE, resampled
from pipelines.errors import EncodeError, InputInvalidError
from pipelines.media import AudioClip, ByteArray, CancelCheck, Progress, never_cancel, no_progress

_CRF = "19"  # visually clean for platforms that encode again; 18 costs 12 % more bytes for no difference we saw
_PRESET = "veryfast"
_AUDIO_BITRATE = {".mp4": "160k", ".m4a": "160k", ".mp3": "192k"}
_LAST_LINES = 12
_PIPE_BYTES = (
    1 << 20
)  # Linux starts with 64 KiB: 95 turns of both processes for one frame of 1080p, and three times the wall time
# The same bytes for the same frames: no encoder names, no dates.
_REPRODUCIBLE = ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact")
# Say BT.709 in the stream and convert with its matrix; swscale's default, BT.601, shifts skin and brands.
_BT709 = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv")
_TO_YUV = "scale=in_range=pc:out_color_matrix=bt709:out_range=tv:flags=bilinear,format=yuv420p"


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFormat:
    """Size and rate of a raw stream; both sides are even."""

    width: int
    height: int
    fps: int
    frame_count: int


def encode_video(  # noqa: PLR0913 - a stream's format, its sound, its place and its watchers; all keyword-only
    frames: Iterator[ByteArray],
    *,
    width: int,
    height: int,
    fps: int,
    frame_count: int,
    audio: AudioClip | None,
    path: Path,
    tags: Mapping[str, str] | None = None,
    threads: int = 0,
    progress: Progress = no_progress,
    cancel: CancelCheck = never_cancel,
) -> None:
    """Encode frames, (height, width, 3) uint8 RGB, and mono sound to H.264 High and AAC in an mp4 that starts at once.

    Args:
        frames: exactly ``frame_count`` pictures; asked for one by one.
        width: even, in pixels.
        height: even, in pixels.
        fps: frames per second.
        frame_count: how many frames there must be; another number is an error.
        audio: as long as the frames, or None for a silent film.
        path: ends in .mp4; replaced only by a whole file.
        tags: container metadata, kept as written.
        threads: x264's threads; 0 lets it choose.
        progress: called with the share done.
        cancel: raises ``CancelledError`` to stop.

    Raises:
        EncodeError: ffmpeg failed, or frames do not match the numbers given.
    """
    form = VideoFormat(width=width, height=height, fps=fps, frame_count=frame_count)
    if width % 2 or height % 2 or frame_count < 1:
        raise EncodeError(
            f"{width}x{height} with {frame_count} frames cannot be encoded; sides must be even, frames at least 1"
        )
    with ExitStack() as stack:
        part = stack.enter_context(_Part(path))
        sound: list[str] = []
        if audio is not None:
            spoken = stack.enter_context(_Part(path.with_suffix(".wav"), keep=False))
            _write_wav(resampled(audio), spoken.path)
            sound = ["-i", str(spoken.path)]
        command = [
            *("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", str(fps), "-i", "pipe:0", *sound),
            *("-map", "0:v:0", *(("-map", "1:a:0") if sound else ())),
            *("-vf", _TO_YUV, "-c:v", "libx264", "-profile:v", "high", "-preset", _PRESET, "-crf", _CRF),
            *("-g", str(fps * 2), "-threads", str(threads), *_BT709),
            *(("-c:a", "aac", "-b:a", _AUDIO_BITRATE[".mp4"], "-ac", "1", "-ar", str(RATE)) if sound else ()),
            *_REPRODUCIBLE,
            *_tag_options(tags),
            *("-movflags", "+faststart+use_metadata_tags", "-f", "mp4", str(part.path)),
        ]
        _feed(_Ffmpeg(command), frames, form, progress, cancel)
        part.done = True


def encode_audio(audio: AudioClip, path: Path, *, tags: Mapping[str, str] | None = None) -> None:
    """Encode sound by the name's ending: .wav (48 kHz, 16 bit), .mp3 (192 kbit/s) or .m4a (AAC, 160 kbit/s); mono.

    Raises:
        EncodeError: another ending, or ffmpeg failed.
    """
    suffix = path.suffix.lower()
    with ExitStack() as stack:
        part = stack.enter_context(_Part(path))
        if suffix == ".wav":
            _write_wav(resampled(audio), part.path)
        elif suffix in {".mp3", ".m4a"}:
            codec, container = ("libmp3lame", "mp3") if suffix == ".mp3" else ("aac", "ipod")
            spoken = stack.enter_context(_Part(path.with_suffix(".source.wav"), keep=False))
            _write_wav(resampled(audio), spoken.path)
            command = [
                "-i",
                str(spoken.path),
                "-c:a",
                codec,
                "-b:a",
                _AUDIO_BITRATE[suffix],
                "-ac",
                "1",
                "-ar",
                str(RATE),
            ]
            _Ffmpeg([*command, *_REPRODUCIBLE, *_tag_options(tags), "-f", container, str(part.path)]).finish()
        else:
            raise EncodeError(f"{path.name} is not a sound file we write; end it in .wav, .mp3 or .m4a")
        part.done = True


def write_still(rgb: ByteArray, path: Path) -> None:
    """Write a picture, (height, width, 3) uint8, as .png or as .jpg (quality 92, full colour), without metadata.

    Raises:
        EncodeError: another ending, or not a picture.
    """
    suffix = path.suffix.lower()
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:  # noqa: PLR2004 - height, width, RGB
        raise EncodeError(f"a picture must be (height, width, 3) uint8, but it is {rgb.shape} {rgb.dtype}")
    with _Part(path) as part:
        if suffix == ".png":
            Image.fromarray(rgb).save(part.path, format="PNG", optimize=False, compress_level=6)
        elif suffix in {".jpg", ".jpeg"}:
            Image.fromarray(rgb).save(part.path, format="JPEG", quality=92, subsampling=0, optimize=True)
        else:
            raise EncodeError(f"{path.name} is not a picture we write; end it in .png or .jpg")
        part.done = True


def mpeg7_signature(path: Path) -> bytes:
    """Return the MPEG-7 video signature (ISO/IEC 15938-3) of a film, in binary form, as ISCC reads it.

    Raises:
        EncodeError: ffmpeg cannot read the file.
    """
    # In its own folder by a plain name: a filter's option would need three layers of escapes for any other path.
    with tempfile.TemporaryDirectory(prefix="sayso-signature-") as folder:
        command = [
            "-i",
            str(path.resolve()),
            "-map",
            "0:v:0",
            "-vf",
            "signature=format=binary:filename=signature.bin",
            "-f",
            "null",
            "-",
        ]
        _Ffmpeg(command, folder=Path(folder)).finish()
        found = Path(folder) / "signature.bin"
        if not found.is_file():
            raise EncodeError(f"{path.name} has no picture to take a signature of")
        return found.read_bytes()


class _Part(AbstractContextManager["_Part"]):
    """A file beside its place: moved there when ``done``, gone otherwise."""

    def __init__(self, target: Path, *, keep: bool = True) -> None:
        self.target = target
        self.path = target.with_name(target.name + ".part")
        self.done = False
        self._keep = keep

    @override
    def __enter__(self) -> Self:
        return self

    @override
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self.done and self._keep and kind is None:
                os.replace(self.path, self.target)  # noqa: PTH105 - Path.replace says the same; os.replace names the guarantee
        finally:
            self.path.unlink(missing_ok=True)


class _Ffmpeg:
    """One ffmpeg process: its error lines are read all the time, so that it never waits for us."""

    def __init__(self, options: list[str], *, folder: Path | None = None) -> None:
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-loglevel", "error", "-y", *options]
        self._process = subprocess.Popen(  # noqa: S603 - a fixed program and a list of options; no shell reads them
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=folder
        )
        if hasattr(fcntl, "F_SETPIPE_SZ") and self._process.stdin is not None:
            fcntl.fcntl(self._process.stdin, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._lines: deque[str] = deque(maxlen=_LAST_LINES)
        self._reader = threading.Thread(target=self._read_errors, daemon=True)
        self._reader.start()

    def write(self, frame: ByteArray) -> None:
        """Hand over one frame; raises ``BrokenPipeError`` when ffmpeg is gone."""
        assert self._process.stdin is not None
        self._process.stdin.write(np.ascontiguousarray(frame).data)

    def finish(self) -> None:
        """Wait for the end.

        Raises:
            EncodeError: ffmpeg said that it failed, or does not end.
        """
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it is gone already; its last words say why
            self._process.stdin.close()
        code = self._process.wait()
        self._reader.join()
        if code != 0:
            raise EncodeError(f"ffmpeg ended with code {code}: {self.last_words()}")

    def kill(self) -> None:
        """End it now and wait until it is gone."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it is gone already; its last words say why
            self._process.stdin.close()
        self._reader.join()

    def last_words(self) -> str:
        """Return the last lines that ffmpeg wrote."""
        return " / ".join(self._lines) or "it said nothing (killed, or out of memory)"

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as stream:
            for line in stream:
                self._lines.append(line.decode("utf-8", "replace").strip())


def _feed(
    process: _Ffmpeg, frames: Iterator[ByteArray], form: VideoFormat, progress: Progress, cancel: CancelCheck
) -> None:
    """Write every frame and wait for the end; whatever goes wrong, the process is gone afterwards."""
    try:
        for written, frame in enumerate(_checked(frames, form)):
            cancel()
            process.write(frame)
            progress((written + 1) / form.frame_count)
        cancel()
        process.finish()
    except BrokenPipeError as e:
        process.kill()
        raise EncodeError(f"ffmpeg stopped before it had all {form.frame_count} frames: {process.last_words()}") from e
    except BaseException:
        process.kill()
        raise


def _checked(frames: Iterator[ByteArray], form: VideoFormat) -> Iterator[ByteArray]:
    """Pass frames on; raise ``EncodeError`` when one has another shape, or there are too few or too many."""
    shape, count = (form.height, form.width, 3), 0
    for frame in frames:
        if frame.shape != shape or frame.dtype != np.uint8:
            raise EncodeError(f"frame {count} is {frame.shape} {frame.dtype}; {shape} uint8 is needed")
        if count == form.frame_count:
            raise EncodeError(f"there are more than the {form.frame_count} frames that were promised")
        count += 1
        yield frame
    if count != form.frame_count:
        raise EncodeError(f"there were {count} frames, but {form.frame_count} were promised")


def _write_wav(waveform: np.ndarray[tuple[int], np.dtype[np.float32]], path: Path) -> None:
    if len(waveform) == 0:
        raise InputInvalidError("there is no sound to write; the clip is empty")
    samples = np.round(waveform * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


def _tag_options(tags: Mapping[str, str] | None) -> list[str]:
    return [option for key, value in (tags or {}).items() for option in ("-metadata", f"{key}={value}")]
