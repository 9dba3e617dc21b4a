"""Decodes a film that goes behind a presenter and that nobody trusts. Started by ``film``; sound is never decoded.

It runs in the cage of ``recording_child`` with the clock of ``footage_child``. Pictures go out at the size at which
they cover the frame, so that a 4K film costs no more of the pipe than the frame itself.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import override

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from pipelines.intake.footage_child import PACKETS_PER_S_MAX, Clock, check_size, facts_of, known, look_at
from pipelines.intake.recording_child import Refused, main, send

if TYPE_CHECKING:
    import av
    import numpy as np
    from numpy.typing import NDArray


class Scaled(Clock):
    """Sends every picture at the wished share of its size."""

    @override
    def _upright(self, frame: av.VideoFrame, share: float, pixels: str) -> NDArray[np.uint8]:
        return super()._upright(frame, share * self._wish["share"], pixels)


def decode(opened: av.container.InputContainer, wish: dict[str, Any]) -> None:
    """Do the one task that is asked for."""
    video = only_pictures(opened, wish)
    if wish["task"] == "facts":
        read_facts(opened, video, wish)
        return
    clock = Scaled(video, wish)
    for frame in opened.decode(video):
        if clock.is_done:
            break
        clock.take(frame)
    clock.end()
    send(b"d", b"{}")


def only_pictures(opened: av.container.InputContainer, wish: dict[str, Any]) -> Any:  # noqa: ANN401 -- PyAV is imported after the limits are set
    """Find the one picture stream; sound may be there."""
    pictures: list[Any] = list(opened.streams.video)
    if len(pictures) != 1:
        raise Refused(f"one picture track is needed, and this file has {len(pictures)}")
    if len(opened.streams) - 1 - len(list(opened.streams.audio)) - len(list(opened.streams.data)):
        raise Refused("this file carries subtitles or attached files; export the film alone")
    video = pictures[0]
    if not known(video, wish["codecs"]):
        raise Refused("the video is stored in a way that is not taken; export it as H.264 or HEVC")
    check_size(video.codec_context.width, video.codec_context.height, wish)
    video.codec_context.options = {"max_pixels": str(wish["long_max"] * wish["short_max"] * 2)}
    video.thread_type, video.thread_count = "NONE", 1
    return video


def read_facts(opened: av.container.InputContainer, video: Any, wish: dict[str, Any]) -> None:  # noqa: ANN401 -- as above
    """Send when each picture stands and how the pictures are stored."""
    video.codec_context.skip_frame = "NONKEY"
    times: list[float] = []
    shape: dict[str, Any] = {}
    for packet in opened.demux(video):
        if packet.size:
            if packet.pts is None:
                raise Refused("the pictures of this file carry no times; export it again as MP4")
            if not packet.is_discard:
                times.append(float(packet.pts * packet.time_base))
        for frame in packet.decode():
            shape = shape or look_at(frame, video, wish)
        long = bool(times) and max(times[-1] - times[0], 0.0) > wish["seconds_max"] + 1
        if long or len(times) > wish["seconds_max"] * PACKETS_PER_S_MAX:
            raise Refused(f"this film is longer than {wish['seconds_max']:.0f} seconds; cut it")
    if not shape or not times:
        raise Refused("no picture of this file can be decoded: it is damaged; export it once more")
    send(b"d", json.dumps(shape | facts_of(sorted(set(times)))).encode())


if __name__ == "__main__":
    main(decode)
