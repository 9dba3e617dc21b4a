"""Channel profiles: where a platform draws its own buttons, and what it asks the uploader to tick.

They are ``assets/channels/*.toml``; a margin without a figure of the platform says that it is our own.
"""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from pipelines.assets import ASSETS
from pipelines.errors import ProfileInvalidError
from pipelines.geometry import Box

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Share = Annotated[float, Field(ge=0.02, le=0.4)]
_SQUARE_RATIO = 1.2  # up to 6:5 and 5:6 a frame is laid out as a square
_EVEN = 2


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Margins(_Part):
    """What the platform may cover, as shares of the frame's height (top, bottom) and width (left, right)."""

    top: _Share
    right: _Share
    bottom: _Share
    left: _Share


class SafeAreas(_Part):
    """Margins per shape of frame."""

    landscape: Margins
    portrait: Margins
    square: Margins


class Source(_Part):
    """Where a figure was read."""

    text: _Text
    url: str = ""


class ChannelProfile(_Part):
    """A platform's format and disclosure rules."""

    id: _Text
    name: _Text
    as_of: date
    sources: tuple[Source, ...] = Field(min_length=1)
    disclosure_switch: _Text  # what the uploader must do there
    captions: tuple[_Text, ...] = ("srt", "vtt")
    margins: SafeAreas

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
