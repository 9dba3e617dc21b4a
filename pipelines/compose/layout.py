"""Lay a scene out before anything moves: captions, the presenter's place, what the label keeps off, how many frames.

It is the check of a scene, too: what does not fit is refused here, before a second is spent on frames.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.compose.captions import caption_lines
from pipelines.compose.colour import Rgb, wall_and_accent
from pipelines.compose.filmed import Filmed, Window, frame_filmed
from pipelines.compose.framing import Bust, Framing, frame_presenter, shape_of
from pipelines.compose.lettering import caption_height, caption_pad
from pipelines.compose.spec import SceneSpec
from pipelines.compose.stage import draw_mark, dress
from pipelines.disclosure.channel import load_channel
from pipelines.disclosure.fonts import FontSet, Weight
from pipelines.disclosure.plate import Plate
from pipelines.errors import InputInvalidError
from pipelines.geometry import Box
from pipelines.media import ByteArray, Speech, Stage, Timed

_CAPTION_SIZE = {"landscape": 0.044, "portrait": 0.047, "square": 0.046}  # of the short side
_CAPTION_WIDTH_MAX = 0.88  # of the frame's width
_END_CARD_S = 2.2
_LABEL_ROOM = 0.19  # of the short side, at the top: a label of two lines at the height that markets ask for
_MARK_WIDTH = {"landscape": 0.24, "portrait": 0.30, "square": 0.30}  # of the safe area


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SceneLayout:
    """A scene, ready to be performed. ``reserved`` is what the label keeps off; boxes are in pixels."""

    spec: SceneSpec
    stage: Stage
    framing: Framing
    captions: tuple[Timed, ...]
    caption_size_px: int
    caption_area: Box
    safe: Box
    mark: Plate
    name_area: Box | None
    end_card_area: Box | None
    face: Box
    reserved: tuple[Box, ...]
    presenter_frames: int
    end_card_frames: int
    window: Window | None = None  # of the footage, for a presenter who was filmed

    @property
    def frame_count(self) -> int:
        """All frames, presenter and end card."""
        return self.presenter_frames + self.end_card_frames

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frame_count / self.spec.fps

    @property
    def colours(self) -> tuple[Rgb, Rgb]:
        """The colours of wall and accent."""
        return wall_and_accent(self.spec.brand.colours)


def lay_out(
    spec: SceneSpec,
    speech: Speech | None,
    *,
    fonts: FontSet,
    bust: Bust | None = None,
    filmed: Filmed | None = None,
    surroundings: ByteArray | None = None,
) -> SceneLayout:
    """Lay out a scene.

    Args:
        spec: what it is to be.
        speech: the padded speech (``timeline.pad_speech``), or None for a still picture.
        fonts: the studio's fonts.
        bust: how far the portrait reaches; None means like the demo presenters.
        filmed: the footage of a presenter who was filmed, and stays before the background of the footage.
        surroundings: the portrait's picture without the person, for ``backdrop="blur"``; (height, width, 3) uint8.

    Raises:
        InputInvalidError: something does not fit into this format, or a letter is in no font.
        ProfileInvalidError: the channel is unknown.
    """
    if speech is not None and speech.locale != spec.locale:
        raise InputInvalidError(
            f"the speech is in {speech.locale}, but the scene is in {spec.locale}; they must be the same"
        )
    width, height = spec.width, spec.height
    shape, short = shape_of(width, height), min(width, height)
    safe = load_channel(spec.channel).safe_area(width, height)
    size = round(short * _CAPTION_SIZE[shape])
    band = _caption_area(safe, width, size, spec.locale)
    captions: tuple[Timed, ...] = ()
    if speech is not None and spec.subtitles:
        room = band.width - 2 * caption_pad(size)

        def fits(text: str) -> bool:
            return fonts.width(text, size_px=size, locale=spec.locale, weight=Weight.SEMIBOLD) <= room

        captions = caption_lines(speech, fits=fits, fps=spec.fps)
    rows = {
        "face_top_min": safe.y + round(short * _LABEL_ROOM),
        "face_bottom_max": band.y - round(short * 0.01) if captions else safe.y + safe.height,
    }
    corner = Box(x=safe.x, y=safe.y, width=round(safe.width * _MARK_WIDTH[shape]), height=round(short * 0.095))
    window: Window | None = None
    if filmed is not None:
        framing, window = frame_filmed(width, height, filmed, closeness=spec.framing, **rows)
        stage = Stage(
            background=window.cutter(filmed.picture, width, height)(filmed.picture),
            eye_line=framing.eye_line,
            eye_distance=framing.eye_distance,
            centre_x=framing.centre_x,
        )
    else:
        beside_title = bool(spec.title or spec.product)
        framing = frame_presenter(
            width, height, bust=bust or Bust(), beside_title=beside_title, closeness=spec.framing, **rows
        )
        stage = dress(spec, framing, safe=safe, corner=corner, fonts=fonts, surroundings=surroundings)
    face = framing.face(width, height)
    mark = draw_mark(
        spec, corner, stage.background, fonts=fonts, is_moving=stage.film is not None or filmed is not None
    )
    has_title = shape == "landscape" and filmed is None  # on the wall beside the presenter
    name = None if has_title else _name_area(safe, face, band, short, has_captions=bool(captions))
    card = _card_area(width, height) if spec.end_card and speech is not None else None
    used = [
        face,
        mark.box,
        *([band] if captions else []),
        *([name] if name and spec.product else []),
        *([card] if card else []),
    ]
    return SceneLayout(
        spec=spec,
        stage=stage,
        framing=framing,
        captions=captions,
        caption_size_px=size,
        caption_area=band,
        safe=safe,
        mark=mark,
        name_area=name if spec.product else None,
        end_card_area=card,
        face=face,
        reserved=tuple(used),
        presenter_frames=1 if speech is None else max(1, round(speech.audio.duration_s * spec.fps)),
        end_card_frames=round(_END_CARD_S * spec.fps) if card else 0,
        window=window,
    )


def _caption_area(safe: Box, width: int, size: int, locale: str) -> Box:
    """Return the band that two lines may fill, at the foot of the safe area, in its middle."""
    band_width = min(safe.width, round(width * _CAPTION_WIDTH_MAX))
    height = caption_height(size, locale)
    return Box(
        x=safe.x + (safe.width - band_width) // 2, y=safe.y + safe.height - height, width=band_width, height=height
    )


def _name_area(safe: Box, face: Box, band: Box, short: int, *, has_captions: bool) -> Box | None:
    """Return where the product's name shows for a moment: between chin and subtitles, if there is room."""
    height, gap = round(short * 0.105), round(short * 0.016)
    floor = band.y if has_captions else safe.y + safe.height
    top = floor - gap - height
    if top < face.y + face.height + gap:
        return None
    return Box(x=safe.x, y=top, width=safe.width, height=height)


def _card_area(width: int, height: int) -> Box:
    """Return the middle of the end card, which holds all its text."""
    wide, high = round(width * 0.84), round(height * 0.50)
    return Box(x=(width - wide) // 2, y=(height - high) // 2 + round(height * 0.03), width=wide, height=high)
