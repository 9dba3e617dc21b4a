"""What a scene is to be, as plain values that a job can keep as JSON and check before anything is drawn."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import TypeAdapter, ValidationError

from pipelines.avatar.look import Framing as Closeness
from pipelines.errors import InputInvalidError

SPEC_VERSION = 1
BackdropName: TypeAlias = Literal["wall", "gradient", "blur"]
_SIDE_MIN, _SIDE_MAX = 256, 3840
_FPS = (24, 25, 30, 50, 60)
_COLOURS_MAX = 4
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_FORMAT = re.compile(r"(\d{3,4})x(\d{3,4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """Who speaks. ``colours`` are "#RRGGBB", the first leads, the second accents; ``logo`` is a PNG, JPEG or WEBP."""

    name: str
    colours: tuple[str, ...] = ("#1F3A5F", "#E8A33D")
    logo: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneSpec:
    """One take's scene. Texts are already in the take's language; an empty text is not shown.

    ``background`` is a picture or a film of the brand's own and goes before ``backdrop``, which needs no file.
    """

    width: int
    height: int
    locale: str
    channel: str
    brand: Brand
    product: str = ""
    fps: int = 25
    title: str = ""
    call_to_action: str = ""
    web_address: str = ""
    background: Path | None = None
    framing: Closeness = "bust"
    backdrop: BackdropName = "wall"
    subtitles: bool = True
    end_card: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        for side, value in (("width", self.width), ("height", self.height)):
            if not _SIDE_MIN <= value <= _SIDE_MAX or value % 2:
                raise InputInvalidError(f"{side} is {value}; it must be an even number from {_SIDE_MIN} to {_SIDE_MAX}")
        if self.fps not in _FPS:
            raise InputInvalidError(f"fps is {self.fps}; it must be one of {', '.join(map(str, _FPS))}")
        if not self.brand.name.strip():
            raise InputInvalidError("the brand has no name; give the name that viewers know")
        if not 1 <= len(self.brand.colours) <= _COLOURS_MAX:
            raise InputInvalidError(f"the brand has {len(self.brand.colours)} colours; give 1 to {_COLOURS_MAX}")
        for colour in self.brand.colours:
            if not _COLOUR.fullmatch(colour):
                raise InputInvalidError(f"{colour!r} is not a colour; write it like #1F3A5F")

    def to_json(self) -> str:
        """Return the spec as JSON; ``from_json`` reads it back."""
        return json.dumps(
            {"spec_version": SPEC_VERSION, **asdict(self)}, ensure_ascii=False, default=str, sort_keys=True
        )

    @classmethod
    def from_json(cls, text: str) -> SceneSpec:
        """Read what ``to_json`` wrote.

        Raises:
            InputInvalidError: it is not a scene spec of this version, or a value is out of range.
        """
        try:
            fields = json.loads(text)
        except json.JSONDecodeError as e:
            raise InputInvalidError(f"the scene file is not JSON: {e}") from e
        version = fields.pop("spec_version", None) if isinstance(fields, dict) else None
        if version != SPEC_VERSION:
            raise InputInvalidError(f"the scene file has version {version}; this studio reads version {SPEC_VERSION}")
        unknown = set(fields) - set(cls.__dataclass_fields__)
        unknown |= set(fields.get("brand") or {}) - set(Brand.__dataclass_fields__)
        if unknown:
            raise InputInvalidError(f"the scene file has unknown keys: {', '.join(sorted(unknown))}")
        try:
            return TypeAdapter(cls).validate_python(fields)
        except ValidationError as e:
            raise InputInvalidError(f"the scene file does not hold a scene: {e}") from e


def parse_format(text: str) -> tuple[int, int]:
    """Read "1080x1920" as (width, height).

    Raises:
        InputInvalidError: it is not a size that can be encoded.
    """
    match = _FORMAT.fullmatch(text)
    if match is None:
        raise InputInvalidError(f"{text!r} is not a format; write it like 1080x1920")
    width, height = int(match[1]), int(match[2])
    if any(not _SIDE_MIN <= side <= _SIDE_MAX or side % 2 for side in (width, height)):
        raise InputInvalidError(
            f"{text} cannot be encoded; both sides must be even numbers from {_SIDE_MIN} to {_SIDE_MAX}"
        )
    return width, height
