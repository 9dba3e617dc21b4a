"""What a platform accepts: sizes, lengths, codecs, loudness, texts. Parts of a channel profile.

A key that is left out is not known, and nothing is checked by it; ``sources`` of a table are ids of the profile's own
sources, so that each figure can be traced.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Text: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Count: TypeAlias = Annotated[int, Field(ge=1)]
_Even: TypeAlias = Annotated[int, Field(ge=2, multiple_of=2)]
_Positive: TypeAlias = Annotated[float, Field(gt=0)]
_Size: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{2,3}x[1-9]\d{2,3}$")]
_PAIRS = (
    *(("aspect_min", "aspect_max"), ("width_min", "width_max"), ("height_min", "height_max")),
    *(("fps_min", "fps_max"), ("seconds_min", "seconds_max"), ("kbps_min", "kbps_max")),
)


class Part(BaseModel):
    """A table of a profile: unknown keys are errors, and no least may be more than its most."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="after")
    def _least_is_not_more_than_most(self) -> Self:
        for low, high in _PAIRS:
            least, most = getattr(self, low, None), getattr(self, high, None)
            if least is not None and most is not None and least > most:
                raise ValueError(f"{low} is {least}, but {high} is {most}; exchange them")
        return self


class Rules(Part):
    """Any rules; ``sources`` are ids of the profile's sources."""

    sources: tuple[Text, ...] = Field(min_length=1)


class PictureRules(Rules):
    """What a picture or film must be. ``aspect`` is width over height; sizes are in pixels."""

    aspect_min: _Positive | None = None
    aspect_max: _Positive | None = None
    width_min: _Even | None = None
    width_max: _Even | None = None
    height_min: _Even | None = None
    height_max: _Even | None = None
    bytes_max: _Count | None = None
    sizes: tuple[_Size, ...] = ()  # what the platform advises; others are taken too

    @model_validator(mode="after")
    def _sizes_are_even_and_fit(self) -> Self:
        for size in self.sizes:
            width, height = map(int, size.split("x"))
            if width % 2 or height % 2:
                raise ValueError(f"the size {size} is odd; no encoder here makes it")
            bounds = (
                (width, self.width_min, self.width_max),
                (height, self.height_min, self.height_max),
                (width / height, self.aspect_min, self.aspect_max),
            )
            if any((low is not None and at < low) or (high is not None and at > high) for at, low, high in bounds):
                raise ValueError(f"the size {size} lies outside of the profile's own limits")
        return self


class VideoRules(PictureRules):
    """What a film must be. ``placement`` is where the platform shows it; a channel may have several."""

    placement: str = ""
    fps_min: _Positive | None = None
    fps_max: _Positive | None = None
    seconds_min: _Positive | None = None
    seconds_max: _Positive | None = None
    kbps_max: _Count | None = None
    codecs: tuple[Text, ...] = ()
    sound_codecs: tuple[Text, ...] = ()
    sound_channels: tuple[_Count, ...] = ()
    sound_rate_max: _Count | None = None  # Hz


class StillRules(PictureRules):
    """What a picture must be."""

    formats: tuple[Literal["png", "jpeg"], ...] = ()


class SoundRules(Rules):
    """What a sound must be; ``kbps`` is the stream's bit rate."""

    seconds_min: _Positive | None = None
    seconds_max: _Positive | None = None
    kbps_min: _Count | None = None
    kbps_max: _Count | None = None
    bytes_max: _Count | None = None
    codecs: tuple[Text, ...] = ()
    channels: tuple[_Count, ...] = ()


class Loudness(Rules):
    """Integrated loudness after ITU-R BS.1770. Where it is not ``required`` the platform turns the sound itself."""

    lufs: Annotated[float, Field(ge=-40, le=-5)]
    tolerance_lu: _Positive
    peak_dbtp_max: Annotated[float, Field(ge=-20, le=0)]
    required: bool


class Thumbnail(Rules):
    """The picture that stands for a film until it plays."""

    format: Literal["jpg"]  # platforms take both, and it is the smaller
    bytes_max: _Count | None = None
    width_min: _Even | None = None
    height_min: _Even | None = None


class Texts(Rules):
    """How long title and description may be, in characters."""

    title_max: _Count | None = None
    description_max: _Count | None = None


class ApiField(Rules):
    """The field of a platform's upload API that says what the switch says to people."""

    api: Text
    field: Text
    value: bool | str
