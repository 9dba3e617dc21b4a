"""Channel profiles: where a platform draws its own buttons, what it accepts, what it asks the uploader to tick.

They are ``assets/channels/*.toml``; a margin without a figure of the platform says that it is our own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, ValidationError, model_validator

from pipelines.assets import ASSETS
from pipelines.disclosure.delivery import (
    ApiField,
    Loudness,
    Part,
    Rules,
    SoundRules,
    StillRules,
    Text,
    Texts,
    Thumbnail,
    VideoRules,
)
from pipelines.errors import ProfileInvalidError
from pipelines.geometry import Box

CaptionFormat: TypeAlias = Literal["srt", "vtt"]
_Share = Annotated[float, Field(ge=0.02, le=0.4)]
_SQUARE_RATIO = 1.2  # up to 6:5 and 5:6 a frame is laid out as a square
_EVEN = 2
_COVERED_MAX = 0.6


class Margins(Part):
    """What the platform may cover, as shares of the frame's height (top, bottom) and width (left, right)."""

    top: _Share
    right: _Share
    bottom: _Share
    left: _Share

    @model_validator(mode="after")
    def _room_is_left(self) -> Self:
        if self.top + self.bottom > _COVERED_MAX or self.left + self.right > _COVERED_MAX:
            raise ValueError(f"the margins cover more than {_COVERED_MAX:.0%} of a side; nothing fits between them")
        return self


class SafeAreas(Part):
    """Margins per shape of frame."""

    landscape: Margins
    portrait: Margins
    square: Margins


class Source(Part):
    """Where a figure was read. ``id`` is what the tables of rules call it by."""

    id: Text
    text: Text
    url: str = ""


class ChannelProfile(Part):
    """A platform's format and disclosure rules.

    ``captions`` is None where nothing is known, and empty where the platform takes none. A channel accepts a film where
    it has ``video`` rules, a picture where it has ``still``, a sound where it has ``sound``.
    """

    id: Text
    name: Text
    as_of: date
    sources: tuple[Source, ...] = Field(min_length=1)
    disclosure_switch: Text  # what the uploader must do there
    note: str = ""  # what was looked for and not found
    captions: tuple[CaptionFormat, ...] | None = None
    captions_sources: tuple[Text, ...] = ()
    margins: SafeAreas
    margins_sources: tuple[Text, ...] = Field(min_length=1)
    video: tuple[VideoRules, ...] = ()
    still: StillRules | None = None
    sound: SoundRules | None = None
    loudness: Loudness | None = None
    thumbnail: Thumbnail | None = None
    text: Texts | None = None
    api: tuple[ApiField, ...] = ()

    @model_validator(mode="after")
    def _sources_are_known(self) -> Self:
        known = [source.id for source in self.sources]
        if len(set(known)) != len(known):
            raise ValueError("two sources have one id; give each its own")
        named = {*self.captions_sources, *self.margins_sources, *(s for part in self.rules() for s in part.sources)}
        if unknown := sorted(named - set(known)):
            raise ValueError(f"no source has the id {', '.join(unknown)}; there are {', '.join(known)}")
        if not (self.video or self.still or self.sound):
            raise ValueError("the channel accepts nothing; write [[video]], [still] or [sound]")
        if self.captions and not self.captions_sources:
            raise ValueError("captions without captions_sources; say where the formats were read")
        if self.thumbnail is not None and not self.video:
            raise ValueError("a thumbnail stands for a film, and the channel accepts none")
        return self

    def rules(self) -> Iterator[Rules]:
        """Yield every table of rules."""
        yield from self.video
        for part in (self.still, self.sound, self.loudness, self.thumbnail, self.text):
            if part is not None:
                yield part
        yield from self.api

    def source(self, source_id: str) -> Source:
        """Return the source of this id, which a table of this profile names."""
        return next(source for source in self.sources if source.id == source_id)

    def safe_area(self, width: int, height: int) -> Box:
        """Return the part of a frame that the platform leaves free, in whole even pixels."""
        if width > height * _SQUARE_RATIO:
            m = self.margins.landscape
        elif height > width * _SQUARE_RATIO:
            m = self.margins.portrait
        else:
            m = self.margins.square
        x, y = _even(width * m.left), _even(height * m.top)
        return Box(x=x, y=y, width=_even(width * (1 - m.right)) - x, height=_even(height * (1 - m.bottom)) - y)


def load_channel(channel: str) -> ChannelProfile:
    """Return a channel's profile.

    Raises:
        ProfileInvalidError: there is none, or its file is wrong.
    """
    profiles = _all()
    if channel not in profiles:
        raise ProfileInvalidError(f"channel {channel!r} is unknown; use one of {', '.join(profiles)}")
    return profiles[channel]


def channel_ids() -> tuple[str, ...]:
    """Return the ids of the profiles on file."""
    return tuple(_all())


@cache
def _all() -> dict[str, ChannelProfile]:
    found: dict[str, ChannelProfile] = {}
    for path in sorted((ASSETS / "channels").glob("*.toml")):
        try:
            profile = ChannelProfile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, ValidationError) as e:
            raise ProfileInvalidError(f"channels/{path.name}: {e}") from e
        if profile.id != path.stem:
            raise ProfileInvalidError(f"channels/{path.name} is for {profile.id!r}; name the file after its id")
        found[profile.id] = profile
    return found


def _even(value: float) -> int:
    return round(value / _EVEN) * _EVEN
