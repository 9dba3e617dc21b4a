"""Opens a picture of one person, and the exact points that an illustrator may have put beside it.

Only JPEG, PNG and WEBP are opened: every other decoder of the imaging library is one more way in for a hostile file.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.errors import PortraitRefusedError
from pipelines.faces import mesh
from pipelines.media import Portrait

FORMATS = ("JPEG", "PNG", "WEBP")
BYTES_MAX = 40_000_000
PIXELS_MAX = 50_000_000
SIDE_MIN_PX = 256

_ALPHA_USED_BELOW = 250  # a matte must leave something out, else the picture is simply opaque

_Point = tuple[float, float]


class _Anchors(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    spec_version: Literal[1]
    image: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    width: int
    height: int
    eye_distance: float
    points: dict[str, tuple[_Point, ...]]
    iris_radius: float | None = None


def load_portrait(path: Path) -> Portrait:
    """Read a portrait; its alpha channel, if it has one, is kept as the matte.

    Raises:
        PortraitRefusedError: the file cannot be used as a portrait; the message says what to give instead.
    """
    content = _read(path)
    digest = hashlib.sha256(content).hexdigest()
    picture = _decode(content, path=path)
    rgba = np.asarray(picture.convert("RGBA"), dtype=np.uint8)
    alpha = np.ascontiguousarray(rgba[:, :, 3])
    height, width = alpha.shape
    return Portrait(
        rgb=np.ascontiguousarray(rgba[:, :, :3]),
        sha256=digest,
        path=path,
        anchors=_anchors(path, digest=digest, width=width, height=height),
        alpha=alpha if int(alpha.min()) < _ALPHA_USED_BELOW else None,
    )


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > BYTES_MAX:
            raise PortraitRefusedError(
                f"{path.name} has {size / 1e6:.0f} MB and at most {BYTES_MAX / 1e6:.0f} MB can be read; save it smaller"
            )
        return path.read_bytes()
    except OSError as e:
        raise PortraitRefusedError(f"{path.name} cannot be read ({e.strerror}); check the path") from e


def _decode(content: bytes, *, path: Path) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the imaging library's own limit; ours is checked below
            opened = Image.open(io.BytesIO(content), formats=FORMATS)
            width, height = opened.size
            _check_size(width, height, path=path)
            if getattr(opened, "is_animated", False):
                raise PortraitRefusedError(f"{path.name} is an animation; give a single picture")
            opened.load()
            return ImageOps.exif_transpose(opened)
    except UnidentifiedImageError as e:
        raise PortraitRefusedError(f"{path.name} is not a JPEG, PNG or WEBP picture; save it as one of these") from e
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as e:
        raise PortraitRefusedError(f"{path.name} is damaged and cannot be decoded; export it again") from e


def _check_size(width: int, height: int, *, path: Path) -> None:
    if width * height > PIXELS_MAX:
        raise PortraitRefusedError(
            f"{path.name} is {width} x {height} pixels, more than the {PIXELS_MAX / 1e6:.0f} million that are read; "
            "save it at about 2000 pixels on the long side"
        )
    if min(width, height) < SIDE_MIN_PX:
        raise PortraitRefusedError(
            f"{path.name} is {width} x {height} pixels; a portrait needs at least {SIDE_MIN_PX} on its short side, "
            "and about 1000 looks good"
        )


def _anchors(path: Path, *, digest: str, width: int, height: int) -> tuple[tuple[str, float, float], ...]:
    beside = path.with_name(f"{path.stem}.anchors.json")
    if not beside.is_file():
        return ()
    try:
        anchors = _Anchors.model_validate_json(beside.read_bytes())
    except ValidationError as e:
        first = e.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise PortraitRefusedError(f"{beside.name}: {key}: {first['msg']}; draw the presenter again") from e
    if (anchors.sha256, anchors.width, anchors.height) != (digest, width, height):
        raise PortraitRefusedError(
            f"{beside.name} was made for another {path.name}; draw the presenter again, or take the file away"
        )
    points: list[tuple[str, float, float]] = []
    for name, places in anchors.points.items():
        indices = mesh.NAMED_POINTS.get(name, ())  # irises are not in the mesh
        if indices and len(indices) != len(places):
            raise PortraitRefusedError(
                f"{beside.name}: points.{name} has {len(places)} points and needs {len(indices)}; "
                "draw the presenter again"
            )
        points += [(str(index), x, y) for index, (x, y) in zip(indices, places, strict=False)]
    return tuple(points)
