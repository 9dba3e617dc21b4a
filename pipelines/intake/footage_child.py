"""Decodes footage that nobody trusts, at full size. Started by ``pipelines.avatar.footage.reading``.

It runs in the cage of ``recording_child`` (limits first, then one open file) and has two tasks: "facts" reads every
time stamp, the key pictures and the whole sound; "frames" decodes every picture and sends, for each tick of a constant
rate, the picture nearest in time. A 25 Hz clock on a 30 Hz film so drops one in six and invents none. Where only some
are wished, each of the others is told by its thumbnail alone.

Messages are those of ``recording_child``; a frame is its tick (uint32), width and height (uint16) of the picture and
of the thumbnail, then the RGB bytes of the first and the grey ones of the second. Each may be absent (0 x 0).
"""

from __future__ import annotations

import itertools
import json
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from pipelines.intake.recording_child import Refused, allowed, main, send

if TYPE_CHECKING:
    import av
    import numpy as np
    from numpy.typing import NDArray

PQ, HLG, BT2020 = 16, 18, 9  # ISO/IEC 23091-2: transfer characteristics and colour primaries
UNSPECIFIED = (2, 0)
SQUARE = 65536  # one, in the 16.16 numbers of a display matrix (ISO/IEC 14496-12, 8.3.2.3)
CORRUPT_MAX = 12
PACKETS_PER_S_MAX = 300  # slow motion of phones has 240


def decode(opened: av.container.InputContainer, wish: dict[str, Any]) -> None:
    """Do the one task that is asked for."""
    video, sound = streams(opened, wish)
    if wish["task"] == "facts":
        read_facts(opened, video, sound, wish)
    else:
        send_frames(opened, video, wish)


def streams(opened: av.container.InputContainer, wish: dict[str, Any]) -> tuple[Any, Any]:
    """Find the picture stream and the first sound stream that is taken (phones add a second, spatial one)."""
    pictures: list[Any] = list(opened.streams.video)
    sounds: list[Any] = list(opened.streams.audio)
    if len(pictures) != 1:
        raise Refused(f"one picture track is needed, and this file has {len(pictures)}")
    if not sounds:
        raise Refused("this file has no sound, and the person has to be heard; film with the microphone on")
    if len(opened.streams) - len(pictures) - len(sounds) - len(list(opened.streams.data)):
        raise Refused("this file carries subtitles or attached files; export the film alone")
    video, heard = pictures[0], [one for one in sounds if known(one, wish["codecs"])]
    for one in (video, *(heard or sounds)[:1]):
        if not known(one, wish["codecs"]):
            name = one.codec_context.name if one.codec_context is not None else "an unknown way of storing"
            raise Refused(
                f"the {one.type} is stored as {name}, which is not taken; export it as H.264 or HEVC with AAC"
            )
    check_size(video.codec_context.width, video.codec_context.height, wish)
    video.codec_context.options = {"max_pixels": str(wish["long_max"] * wish["short_max"] * 2)}
    video.thread_type, video.thread_count = "NONE", 1
    return video, heard[0]


def known(stream: Any, codecs: list[str]) -> bool:  # noqa: ANN401 -- PyAV is imported after the limits are set
    """Whether there is a decoder for a stream and it is on the list."""
    return stream.codec_context is not None and allowed(stream.codec_context, codecs)


def check_size(width: int, height: int, wish: dict[str, Any]) -> None:
    """Refuse pictures that would cost too much memory, or hold no face, before one is decoded."""
    long_side, short_side = max(width, height), min(width, height)
    if long_side > wish["long_max"] or short_side > wish["short_max"]:
        raise Refused(
            f"the picture is {width} x {height} pixels, and {wish['long_max']} x {wish['short_max']} at most are "
            "taken; set the camera to 4K or 1080p"
        )
    if short_side < wish["side_min"]:
        raise Refused(f"the picture is {width} x {height} pixels, and {wish['side_min']} a side are the least")


def read_facts(opened: av.container.InputContainer, video: Any, sound: Any, wish: dict[str, Any]) -> None:  # noqa: ANN401 -- as above
    """Send the sound and, at the end, when each picture stands and how it is stored."""
    import av  # noqa: PLC0415

    video.codec_context.skip_frame = "NONKEY"  # key pictures show size, turn, colours and most damage at a small cost
    times: list[float] = []
    shape: dict[str, Any] = {}
    track = SoundTrack(wish)
    for packet in opened.demux([video, sound]):
        if packet.stream is video and packet.size:
            if packet.pts is None:
                raise Refused("the pictures of this file carry no times; export it again as MP4")
            if not packet.is_discard:
                times.append(float(packet.pts * packet.time_base))
        for frame in packet.decode():
            if isinstance(frame, av.VideoFrame):
                shape = shape or look_at(frame, video, wish)
            elif isinstance(frame, av.AudioFrame):
                track.take(frame)
        length_s = max(times[-1] - times[0] if times else 0.0, track.length_s)
        if length_s > wish["seconds_max"] + 1 or len(times) > wish["seconds_max"] * PACKETS_PER_S_MAX:
            raise Refused(f"this footage is longer than {wish['seconds_max']:.0f} seconds; cut it, or film less")
    if not shape or not times:
        raise Refused("no picture of this file can be decoded: it is damaged; copy it from the camera once more")
    track.end()
    send(b"d", json.dumps(shape | facts_of(sorted(set(times))) | {"sound_start_s": track.start_s}).encode())


def facts_of(times: list[float]) -> dict[str, Any]:
    """Rate, length and longest gap of pictures that stand at these seconds."""
    length_s = times[-1] - times[0]
    fps = (len(times) - 1) / length_s if length_s > 0 else 0.0
    gaps = [(later - before, before - times[0]) for before, later in itertools.pairwise(times)]
    gap_s, gap_at_s = max(gaps, default=(0.0, 0.0))
    return {
        "start_s": times[0],
        "duration_s": length_s + (1 / fps if fps else 0.0),
        "fps": fps,
        "gap_s": gap_s,
        "gap_at_s": gap_at_s,
    }


def look_at(frame: av.VideoFrame, video: Any, wish: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 -- as above
    """Refuse pictures that cannot be shown as they are; else say their upright size and codec."""
    if frame.interlaced_frame:
        raise Refused(
            "the pictures are interlaced (each is two halves of different times); set the camera to progressive, for "
            "example 1080p25 and not 1080i50"
        )
    if int(frame.color_trc) in {PQ, HLG} or int(frame.color_primaries) == BT2020:
        raise Refused(
            "this footage is HDR, and its colours would come out wrong; turn HDR video off (iPhone: Settings, Camera, "
            "Record Video, HDR Video), or export it as SDR (Rec. 709)"
        )
    width, height = square_size(frame, video)
    check_size(width, height, wish)
    upright = turn(frame)
    return {
        "width": height if upright[0] else width,
        "height": width if upright[0] else height,
        "codec": video.codec_context.name,
    }


def square_size(frame: av.VideoFrame, video: Any) -> tuple[int, int]:  # noqa: ANN401 -- as above
    """The size with square pixels, the height kept."""
    ratio = float(video.sample_aspect_ratio or 1) or 1.0
    return max(1, round(frame.width * ratio)), frame.height


def turn(frame: av.VideoFrame) -> tuple[bool, bool, bool]:
    """How to stand a picture upright: swap rows and columns, then mirror sideways, then mirror upside down."""
    from av.sidedata.sidedata import Type  # noqa: PLC0415

    given: Any = frame.side_data
    found = given.get(Type.DISPLAYMATRIX)
    if found is None:
        return False, False, False
    a, b, _, c, d = struct.unpack("=9i", bytes(found))[:5]
    straight, swapped = abs(a) == SQUARE and abs(d) == SQUARE, abs(b) == SQUARE and abs(c) == SQUARE
    if straight == swapped or (straight and (b or c)) or (swapped and (a or d)):
        raise Refused("this film is to be shown slanted; export it upright")
    return (True, c < 0, b < 0) if swapped else (False, a < 0, d < 0)


class SoundTrack:
    """Sends sound at the wished rate; a hole in its time stamps comes out as silence, so that lips stay with words."""

    HOLE_S = 0.1

    def __init__(self, wish: dict[str, Any]) -> None:
        import av  # noqa: PLC0415

        self._rate = int(wish["sample_rate"])
        self._resampler = av.AudioResampler(format="fltp", layout="mono", rate=self._rate)
        self._samples = 0
        self._seconds_max = float(wish["seconds_max"])
        self.start_s: float | None = None

    @property
    def end_s(self) -> float:
        """Where the sound sent so far ends, in the file's time."""
        return (self.start_s or 0.0) + self._samples / self._rate

    @property
    def length_s(self) -> float:
        """How much sound was sent."""
        return self._samples / self._rate

    def take(self, frame: av.AudioFrame) -> None:
        """Send one decoded piece."""
        import numpy as np  # noqa: PLC0415

        at_s = frame.time
        if self.start_s is None:
            self.start_s = at_s if at_s is not None else 0.0
        hole_s = at_s - self.end_s if at_s is not None else 0.0
        if self.HOLE_S < hole_s < self._seconds_max:
            self._send(np.zeros(round(hole_s * self._rate), np.float32))
        for block in self._resampler.resample(frame):
            self._send(np.ascontiguousarray(block.to_ndarray()[0], np.float32))

    def end(self) -> None:
        """Send what the resampler still holds."""
        import numpy as np  # noqa: PLC0415

        for block in self._resampler.resample(None):
            self._send(np.ascontiguousarray(block.to_ndarray()[0], np.float32))

    def _send(self, samples: NDArray[np.float32]) -> None:
        self._samples += len(samples)
        send(b"a", samples.tobytes())


def send_frames(opened: av.container.InputContainer, video: Any, wish: dict[str, Any]) -> None:  # noqa: ANN401 -- as above
    """Send ``frame_count`` pictures, one for each tick from ``start_s`` on, the nearest in time."""
    clock = Clock(video, wish)
    for frame in opened.decode(video):
        if clock.is_done:
            break
        clock.take(frame)
    clock.end()
    send(b"d", b"{}")


class Clock:
    """Holds one picture back until it is known up to which tick it is the nearest."""

    MISSING_S_MAX = 0.5  # at the end of a file whose last pictures cannot be decoded

    def __init__(self, video: Any, wish: dict[str, Any]) -> None:  # noqa: ANN401 -- as above
        from av.video.reformatter import VideoReformatter  # noqa: PLC0415

        self._video, self._wish = video, wish
        self._scalers = {"rgb24": VideoReformatter(), "gray": VideoReformatter()}
        self._tick = 0
        self._wished = None if wish["ticks"] is None else frozenset(wish["ticks"])
        self._held: tuple[float, av.VideoFrame] | None = None
        self._rgb: NDArray[np.uint8] | None = None
        self._small: NDArray[np.uint8] | None = None
        self._corrupt = 0

    @property
    def is_done(self) -> bool:
        """Whether every tick has its picture."""
        return self._tick >= int(self._wish["frame_count"])

    def take(self, frame: av.VideoFrame) -> None:
        """Take the next picture in time; send the one before for all ticks that are nearer to it."""
        self._corrupt += bool(frame.is_corrupt)
        if self._corrupt > CORRUPT_MAX:
            raise Refused(f"the pictures are damaged from {self._tick / self._wish['fps']:.1f} seconds on")
        if frame.time is None:
            raise Refused("the pictures of this file carry no times; export it again as MP4")
        at_s = frame.time - self._wish["start_s"]
        if self._held is not None and at_s <= self._held[0]:
            return
        if self._held is not None:
            self._send_until((self._held[0] + at_s) / 2)
        self._held, self._rgb, self._small = (at_s, frame), None, None

    def end(self) -> None:
        """Send the last picture for what is left."""
        left_s = self._wish["frame_count"] / self._wish["fps"] - (self._held[0] if self._held else 0.0)
        if self._held is None or left_s > self.MISSING_S_MAX + self._wish["gap_s"]:
            at_s = self._held[0] if self._held else 0.0
            raise Refused(f"the pictures cannot be decoded after {at_s:.1f} seconds: the file is damaged")
        self._send_until(float("inf"))

    def _send_until(self, end_s: float) -> None:
        import numpy as np  # noqa: PLC0415

        while not self.is_done and self._tick / self._wish["fps"] < end_s:
            assert self._held is not None
            rgb = small = np.zeros((0, 0), np.uint8)
            if self._wished is None or self._tick in self._wished:
                rgb = self._rgb = self._upright(self._held[1], 1.0, "rgb24") if self._rgb is None else self._rgb
            if self._wished is not None:
                small = self._small = self._thumbnail(self._held[1]) if self._small is None else self._small
            sizes = (rgb.shape[1], rgb.shape[0], small.shape[1], small.shape[0])
            send(b"f", struct.pack(">IHHHH", self._tick, *sizes) + rgb.tobytes() + small.tobytes())
            self._tick += 1

    def _thumbnail(self, frame: av.VideoFrame) -> NDArray[np.uint8]:
        share = self._wish["thumbnail_px"] / max(self._wish["width"], self._wish["height"])
        return self._upright(frame, share, "gray")

    def _upright(self, frame: av.VideoFrame, share: float, pixels: str) -> NDArray[np.uint8]:
        import numpy as np  # noqa: PLC0415

        colours = int(frame.colorspace)
        if colours in UNSPECIFIED:  # as players do: high definition is BT.709, the rest BT.601
            colours = 1 if frame.height >= 720 else 5  # noqa: PLR2004 -- 720p is the least that is called HD
        width, height = square_size(frame, self._video)
        swap, sideways, upside_down = turn(frame)
        if ((height, width) if swap else (width, height)) != (self._wish["width"], self._wish["height"]):
            raise Refused("the picture changes its size while recording; film it in one piece")
        size = {"width": max(1, round(width * share)), "height": max(1, round(height * share))}
        # One thread: more of them, made anew for each picture, run the child out of its memory limit.
        made = self._scalers[pixels].reformat(frame, **size, format=pixels, src_colorspace=colours, threads=1)
        flat = made.to_ndarray()
        flat = flat.swapaxes(0, 1) if swap else flat
        return np.ascontiguousarray(flat[:: -1 if upside_down else 1, :: -1 if sideways else 1])


if __name__ == "__main__":
    main(decode)
