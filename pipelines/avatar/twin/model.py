"""A trained twin, and the one file that it is kept in.

The file is of safetensors: arrays, pictures as JPEG bytes one after the other, and the loop that the person is shown in
as H.264; version and footage in its metadata. It shows the person's face, so it lies in a vault and is never logged.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from pipelines.avatar.twin.appearance import Appearance
from pipelines.avatar.twin.hearing import Hearing
from pipelines.avatar.twin.region import Region
from pipelines.avatar.twin.regression import Fit
from pipelines.avatar.twin.surroundings import Surroundings
from pipelines.errors import InputInvalidError
from pipelines.media import Float32Array

VERSION: Final = 1
FPS: Final = 25
_LENGTH: Final = 8  # bytes before a safetensors header that say how long it is
_FITS: Final = ("look", "opening")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """Every mouth that was filmed: coefficients (picture, component), light (picture, 3), and the region as JPEG."""

    coefficients: Float32Array
    light: Float32Array
    pictures: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """What the person is shown in: ``film`` (mp4) of ``frame_count`` pictures that follow on themselves.

    ``placements`` (frame, 2, 3) lead to the region, ``context`` (frame, component) is pose and light, ``sides``
    (frame, 14, 2) are those of the face in the region.
    """

    film: bytes = field(repr=False)
    placements: Float32Array
    context: Float32Array
    sides: Float32Array

    @property
    def frame_count(self) -> int:
        """Pictures."""
        return len(self.placements)


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """``footage_sha256`` names the footage that the consent must bind; sizes are of the footage's pictures.

    ``shut`` (component,) are the coefficients of the mouth at its most shut; ``opening_p5`` and ``opening_p95`` are
    how far it opened in the footage, in eye distances.
    """

    footage_sha256: str
    width: int
    height: int
    region: Region
    appearance: Appearance
    surroundings: Surroundings
    hearing: Hearing
    bank: Bank
    loop: Loop
    shut: Float32Array
    opening_p5: float
    opening_p95: float

    def save(self, path: Path) -> None:
        """Write the twin; the file appears whole or not at all."""
        part = path.with_name(f"{path.name}.part")
        part.write_bytes(self.to_bytes())
        part.replace(path)

    def to_bytes(self) -> bytes:
        """The twin as its file has it."""
        told = {"version": str(VERSION), "footage_sha256": self.footage_sha256}
        return save({name: np.ascontiguousarray(one) for name, one in self._arrays().items()}, metadata=told)

    def _arrays(self) -> dict[str, Any]:
        ends = np.cumsum([len(one) for one in self.bank.pictures])
        arrays: dict[str, Any] = {
            "size": np.array([self.width, self.height, self.region.size]),
            "points": self.region.points,
            "mask": self.region.mask,
            "bank_coefficients": self.bank.coefficients.astype(np.float16),
            "bank_light": self.bank.light,
            "bank_pictures": np.frombuffer(b"".join(self.bank.pictures), np.uint8),
            "bank_ends": ends,
            "loop_film": np.frombuffer(self.loop.film, np.uint8),
            "loop_placements": self.loop.placements,
            "loop_context": self.loop.context,
            "loop_sides": self.loop.sides,
            "shut": self.shut,
            "openings": np.array([self.opening_p5, self.opening_p95]),
        }
        arrays |= {f"appearance_{one.name}": getattr(self.appearance, one.name) for one in fields(Appearance)}
        arrays |= {f"surroundings_{one.name}": getattr(self.surroundings, one.name) for one in fields(Surroundings)}
        for one in fields(Hearing):
            value = getattr(self.hearing, one.name)
            if isinstance(value, Fit):
                arrays |= {f"hearing_{one.name}_{part.name}": getattr(value, part.name) for part in fields(Fit)}
            else:
                arrays[f"hearing_{one.name}"] = value
        return arrays


def load_twin(path: Path) -> Twin:
    """Read a twin.

    Raises:
        InputInvalidError: the file is missing, damaged or of another version.
    """
    try:
        return read_twin(path.read_bytes(), name=path.name)
    except OSError as e:
        raise InputInvalidError(f"{path.name} is not a twin, or is damaged; train it again") from e


def read_twin(data: bytes, *, name: str = "the file") -> Twin:
    """Read a twin from a file's bytes; raises as ``load_twin`` does."""
    try:
        told = _told(data)
        version = told.get("version", "unknown")
        if version != str(VERSION):
            raise InputInvalidError(f"{name} is a twin of version {version}, and {VERSION} is read; train it again")
        return _twin_of(load(data), told["footage_sha256"])
    except (KeyError, ValueError, SafetensorError) as e:
        raise InputInvalidError(f"{name} is not a twin, or is damaged; train it again") from e


def _told(data: bytes) -> dict[str, str]:
    """What the file's header says beside its arrays; raises ``ValueError``."""
    (length,) = struct.unpack_from("<Q", data.ljust(_LENGTH, b"\0"))
    header = json.loads(data[_LENGTH : _LENGTH + length])
    told = header.get("__metadata__") if isinstance(header, dict) else None
    return told if isinstance(told, dict) else {}


def _twin_of(held: dict[str, Any], footage_sha256: str) -> Twin:
    width, height, size = (int(one) for one in held["size"])
    joined, ends = held["bank_pictures"].tobytes(), [int(one) for one in held["bank_ends"]]
    pictures = tuple(joined[a:b] for a, b in zip([0, *ends], ends, strict=False))
    bank = Bank(coefficients=held["bank_coefficients"].astype(np.float32), light=held["bank_light"], pictures=pictures)
    if len(pictures) != len(bank.coefficients) or len(bank.light) != len(pictures) or size != len(held["mask"]):
        raise ValueError("its parts do not belong together")
    rest: dict[str, Any] = {one.name: held[f"hearing_{one.name}"] for one in fields(Hearing) if one.name not in _FITS}
    fits: dict[str, Any] = {name: _fit_of(held, name) for name in _FITS}
    return Twin(
        footage_sha256=footage_sha256,
        width=width,
        height=height,
        region=Region(size=size, points=held["points"], mask=held["mask"]),
        appearance=Appearance(**{one.name: held[f"appearance_{one.name}"] for one in fields(Appearance)}),
        surroundings=Surroundings(**{one.name: held[f"surroundings_{one.name}"] for one in fields(Surroundings)}),
        hearing=Hearing(**fits, **rest),
        bank=bank,
        loop=Loop(
            film=held["loop_film"].tobytes(),
            placements=held["loop_placements"],
            context=held["loop_context"],
            sides=held["loop_sides"],
        ),
        shut=held["shut"],
        opening_p5=float(held["openings"][0]),
        opening_p95=float(held["openings"][1]),
    )


def _fit_of(held: dict[str, Any], name: str) -> Fit:
    parts: dict[str, Any] = {one.name: held[f"hearing_{name}_{one.name}"] for one in fields(Fit)}
    return Fit(**{**parts, "context_weight": float(parts["context_weight"].item())})
