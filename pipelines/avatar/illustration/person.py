"""What makes one fictional person look unlike another: a few numbers and palettes. All lengths are in u."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pipelines.avatar.illustration.tone import Ramp

HairStyle = Literal["coils", "silver", "lob", "waves", "quiff"]
Outfit = Literal["crew", "shirt", "blazer", "blouse", "overshirt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Skin:
    """Skin as a ramp, with the reds that blood brings: cheeks and lips."""

    ramp: Ramp
    blush: str
    lips: str
    blush_strength: float = 0.24
    freckles: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The outline: half width at the cheekbones, jaw and chin against the average of 1, height of the chin's tip."""

    width: float = 0.74
    jaw: float = 1.0
    chin_width: float = 1.0
    chin: float = 1.12
    neck: float = 0.43
    shoulders: float = 1.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Eyes:
    """Lids and iris.

    ``open`` scales the height, ``tilt`` lifts the outer corner, ``fold`` is the height of the crease.
    """

    iris: str
    open: float = 1.0
    tilt: float = 0.0
    fold: float = 1.0
    lashes: float = 1.0
    shadow: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Brows:
    """Eyebrows."""

    colour: str
    thickness: float = 1.0
    arch: float = 1.0
    height: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Nose:
    """Nose against the average of 1; ``length`` is the height of its base in u."""

    width: float = 1.0
    length: float = 0.445
    bridge: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mouth:
    """Closed lips: half width, fullness of each lip against 1, lift of the corners, colour strength."""

    width: float = 0.30
    upper: float = 1.0
    lower: float = 1.0
    smile: float = 1.0
    paint: float = 0.9
    height: float = 0.685


@dataclass(frozen=True, slots=True, kw_only=True)
class Hair:
    """Hair on the head and, where worn, on the cheeks."""

    style: HairStyle
    ramp: Ramp
    beard: Literal["none", "stubble", "full"] = "none"
    beard_ramp: Ramp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clothes:
    """Two materials: the outer one and what shows at the neck."""

    outfit: Outfit
    outer: Ramp
    inner: Ramp
    earrings: Ramp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A fictional presenter. ``age`` goes from 0 (twenties) to 1 (sixties and older) and draws lines and folds."""

    name: str
    display_name: str
    voice: Literal["female", "male"]
    age_band: str
    skin: Skin
    eyes: Eyes
    brows: Brows
    hair: Hair
    clothes: Clothes
    head: Head = field(default_factory=Head)
    nose: Nose = field(default_factory=Nose)
    mouth: Mouth = field(default_factory=Mouth)
    age: float = 0.1
    seed: int = 1
