"""Put presenter, subtitles, mark and end card together, one frame at a time, when the release door asks for it.

What leaves here has no label yet. So it is never written anywhere: a ``Scene`` is a promise of frames, and only the
door pulls them (docs/adr/0005-lazy-frames-one-encode.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from pipelines.compose.end_card import draw_end_card
from pipelines.compose.layout import SceneLayout
from pipelines.compose.lettering import draw_caption, draw_name_line
from pipelines.compose.stage import draw_floor
from pipelines.compose.timeline import on_timeline
from pipelines.disclosure.fonts import FontSet
from pipelines.disclosure.plate import Plate
from pipelines.errors import InputInvalidError
from pipelines.media import AudioClip, ByteArray, FrameSource, Scene, Speech

_FADE_S = 0.32  # into the end card
_NAME_FROM_S, _NAME_FOR_S, _NAME_FADE_S = 0.4, 3.2, 0.24
_FRAMES_OFF_MAX = 1  # an engine may round the last frame up or down


@dataclass(frozen=True, slots=True)
class _Show:
    """A plate and the frames it is on, first and last one after."""

    plate: Plate
    first: int
    end: int


class ComposedFrames:
    """The frames of a scene. Everything but the presenter is drawn once, here."""

    def __init__(self, layout: SceneLayout, performance: FrameSource, *, fonts: FontSet) -> None:
        spec = layout.spec
        self._layout = layout
        self._performance = performance
        floor = draw_floor(spec, layout.framing)
        end = layout.presenter_frames
        self._shows = (
            *((_Show(floor, 0, end),) if floor is not None else ()),
            _Show(layout.mark, 0, end),
            *_name_shows(layout, fonts),
            *_caption_shows(layout, fonts),
        )
        self._card: ByteArray | None = None
        if layout.end_card_area is not None:
            self._card = draw_end_card(spec, layout.end_card_area, layout.colours, fonts=fonts)

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self._layout.spec.width

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self._layout.spec.height

    @property
    def fps(self) -> int:
        """Frames per second."""
        return self._layout.spec.fps

    @property
    def frame_count(self) -> int:
        """Number of frames."""
        return self._layout.frame_count

    def frames(self) -> Iterator[ByteArray]:
        """Yield every frame, (height, width, 3) uint8; the caller owns each one."""
        last: ByteArray | None = None
        index = 0
        for index, frame in enumerate(self._presenter()):
            for show in self._shows:
                if show.first <= index < show.end:
                    show.plate.lay_on(frame)
            if index == self._layout.presenter_frames - 1 and self._card is not None:
                last = frame.copy()
            yield frame
        if self._card is None or last is None:
            return
        fade = round(_FADE_S * self.fps)
        for i in range(self._layout.end_card_frames):
            if i < fade:
                share = _eased((i + 1) / (fade + 1))
                yield np.asarray(cv2.addWeighted(self._card, share, last, 1 - share, 0), dtype=np.uint8)
            else:
                yield self._card.copy()

    def _presenter(self) -> Iterator[ByteArray]:
        """Yield exactly the promised frames: one too many is left out, one too few is the last one held."""
        wanted = self._layout.presenter_frames
        held: ByteArray | None = None
        given = 0
        for frame in self._performance.frames():
            if given == wanted:
                return
            given += 1
            held = frame.copy() if given >= wanted - _FRAMES_OFF_MAX else None
            yield frame
        while given < wanted:
            if held is None:
                raise InputInvalidError(f"the presenter gave {given} frames, but the scene needs {wanted}")
            given += 1
            yield held.copy()


def compose(layout: SceneLayout, performance: FrameSource, audio: AudioClip, *, fonts: FontSet) -> Scene:
    """Return the scene of a talking take, its frames still to be made.

    Args:
        layout: from ``lay_out`` with the padded speech.
        performance: the presenter, at the layout's size and rate.
        audio: the padded speech's sound, or what ``take_audio`` made of it.
        fonts: the studio's fonts.

    Raises:
        InputInvalidError: the performance or the sound does not match the layout.
    """
    _check_performance(layout, performance)
    off = performance.frame_count - layout.presenter_frames
    if abs(off) > _FRAMES_OFF_MAX:
        raise InputInvalidError(
            f"the presenter has {performance.frame_count} frames, but the speech needs {layout.presenter_frames}; "
            "give the same padded speech to the avatar and to lay_out"
        )
    frames = ComposedFrames(layout, performance, fonts=fonts)
    sound = on_timeline(((0.0, audio),), duration_s=layout.duration_s)
    return Scene(
        frames=frames, audio=sound, captions=layout.captions, reserved=layout.reserved, locale=layout.spec.locale
    )


def take_audio(layout: SceneLayout, speech: Speech) -> AudioClip:
    """Return the sound of a take: the padded speech, then silence under the end card; 48 kHz mono."""
    return on_timeline(((0.0, speech.audio),), duration_s=layout.duration_s)


def compose_still(layout: SceneLayout, performance: FrameSource, *, fonts: FontSet) -> Scene:
    """Return the scene of a still picture: the performance's first frame, without sound or subtitles."""
    _check_performance(layout, performance)
    frames = ComposedFrames(layout, _FirstFrame(performance), fonts=fonts)
    return Scene(frames=frames, audio=None, captions=(), reserved=layout.reserved, locale=layout.spec.locale)


def compose_audio(speech: Speech) -> Scene:
    """Return the scene of an audio-only take; the door puts the notice before it."""
    sound = on_timeline(((0.0, speech.audio),), duration_s=speech.audio.duration_s)
    return Scene(frames=None, audio=sound, captions=(), reserved=(), locale=speech.locale)


class _FirstFrame:
    """A performance cut down to its first frame."""

    def __init__(self, performance: FrameSource) -> None:
        self._performance = performance
        self.width = performance.width
        self.height = performance.height
        self.fps = performance.fps
        self.frame_count = 1

    def frames(self) -> Iterator[ByteArray]:
        for frame in self._performance.frames():
            yield frame
            return


def _check_performance(layout: SceneLayout, performance: FrameSource) -> None:
    spec = layout.spec
    found = (performance.width, performance.height, performance.fps)
    if found != (spec.width, spec.height, spec.fps):
        raise InputInvalidError(
            f"the presenter is {found} (width, height, fps), but the scene is {(spec.width, spec.height, spec.fps)}"
        )


def _caption_shows(layout: SceneLayout, fonts: FontSet) -> Iterator[_Show]:
    """Rasterise every subtitle once; all end on the same line, so that one-line captions do not jump."""
    area, fps = layout.caption_area, layout.spec.fps
    for caption in layout.captions:
        rgba = draw_caption(caption.text, fonts, size_px=layout.caption_size_px, locale=layout.spec.locale)
        x = area.x + (area.width - rgba.shape[1]) // 2
        y = area.y + area.height - rgba.shape[0]
        yield _Show(Plate(rgba=rgba, x=x, y=y), round(caption.start_s * fps), round(caption.end_s * fps))


def _name_shows(layout: SceneLayout, fonts: FontSet) -> Iterator[_Show]:
    """The product's name for the first seconds where the stage has no title; a still shows it all the time."""
    spec, area = layout.spec, layout.name_area
    if area is None:
        return
    rgba = draw_name_line(
        spec.product,
        spec.brand.name,
        fonts,
        size_px=round(area.height * 0.40),
        locale=spec.locale,
        accent=layout.colours[1],
        width_max=area.width,
    )
    y = area.y + area.height - rgba.shape[0]
    if layout.presenter_frames == 1:
        yield _Show(Plate(rgba=rgba, x=area.x, y=y), 0, 1)
        return
    fade = max(1, round(_NAME_FADE_S * spec.fps))
    first, end = round(_NAME_FROM_S * spec.fps), round((_NAME_FROM_S + _NAME_FOR_S) * spec.fps)
    end = min(end, layout.presenter_frames)
    for i in range(fade):
        faint = rgba.copy()
        faint[..., 3] = np.round(rgba[..., 3] * _eased((i + 1) / (fade + 1)))
        plate = Plate(rgba=faint, x=area.x, y=y)
        yield _Show(plate, first + i, first + i + 1)
        yield _Show(plate, end - i - 1, end - i)
    yield _Show(Plate(rgba=rgba, x=area.x, y=y), first + fade, end - fade)


def _eased(share: float) -> float:
    return share * share * (3 - 2 * share)
