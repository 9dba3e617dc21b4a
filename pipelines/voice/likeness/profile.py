"""A fitted voice: the numbers that turn a stock voice of the net into one person's, and how well they do it.

A profile is biometric data about a person. It is kept in the vault, is never logged (its ``repr`` says nothing of its
numbers), and speaks only where a grant says so.

Stored as canonical JSON in UTF-8: arrays as base64 of little-endian float32 under their names, every number finite,
unknown and missing keys refused. Version 2 is the only one that is read: in version 1 the embedding hung on how loud
the recordings were.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from typing_extensions import override

from pipelines.errors import InputInvalidError
from pipelines.media import Float32Array

VERSION: Final = 2
PROFILE_BYTES_MAX: Final = 400_000  # a profile with every layer's own timbre has 45 kB; more is not one of ours
TIMBRE_SIZE: Final = 128
EMBEDDING_SIZE: Final = 256
LAYERS: Final = 58  # the norms of the decoder that the timbre steers; see network.py
_EQ_DB_MAX: Final = 24.0

_VOICE: Final = r"^[a-z]{2}_[a-z]+$"

Hertz = Annotated[float, Field(gt=0, le=1000)]
Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageOverride:
    """What differs in one language: how far to go from the stock voice, how fast, and in which stock voice's way."""

    alpha: float | None = None
    rate: float | None = None
    prosody_voice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FitScores:
    """What the fit measured of itself, on recordings it kept back. Cosines; ``seconds`` are of speech and of CPU."""

    similarity_base: float  # the stock voice against the kept recordings
    similarity_fitted: float
    similarity_real: float  # the recordings that were used against those kept back
    spectrum_db_base: float  # mean distance of the long-term spectra
    spectrum_db_fitted: float
    speech_s: float
    cpu_s: float
    steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceProfile:
    """One person's voice on the ``engine``. Arrays are float32.

    ``timbre`` is (128,) and how it sounds; ``layers`` is (58, 128), what each norm of the decoder adds to it;
    ``prosody`` is (128,) and how it moves; ``embedding`` is (256,) of length 1, what ``SpeakerEncoder`` says of the
    recordings: the quality gate compares takes with it.

    ``f0_median_hz`` and ``f0_range`` (standard deviation in semitones) are the person's; ``rate`` is their articulation
    rate and ``pause_scale`` their pauses against the stock voice's; ``alpha`` is how far from the stock voice (0) to
    the fitted one (1) a take goes.
    """

    engine: Literal["kokoro"] = "kokoro"
    base_voice: str
    language: str  # of the recordings, BCP 47
    timbre: Float32Array
    layers: Float32Array
    prosody: Float32Array
    embedding: Float32Array
    f0_median_hz: float
    f0_range: float
    rate: float = 1.0
    pause_scale: float = 1.0
    alpha: float = 1.0
    languages: Mapping[str, LanguageOverride] = field(default_factory=lambda: MappingProxyType({}))
    scores: FitScores
    version: int = VERSION

    def __post_init__(self) -> None:
        """Refuse shapes that are not a profile's."""
        for name, shape in _SHAPES.items():
            array: Float32Array = getattr(self, name)
            if array.shape != shape or array.dtype != np.float32 or not np.isfinite(array).all():
                raise InputInvalidError(
                    f"the profile's {name} is {array.dtype}{array.shape} and must be finite float32{shape}"
                )

    @override
    def __repr__(self) -> str:
        return f"VoiceProfile(engine={self.engine!r}, base_voice={self.base_voice!r}, digest={self.digest[:12]!r})"

    @property
    def digest(self) -> str:
        """SHA-256 of the stored bytes, lowercase hex."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def in_language(self, language: str) -> LanguageOverride:
        """What to use in a language ("pt-BR" asks for "pt-BR", then "pt"); every field is set."""
        found = self.languages.get(language) or self.languages.get(language.partition("-")[0]) or LanguageOverride()
        return LanguageOverride(
            alpha=self.alpha if found.alpha is None else found.alpha,
            rate=self.rate if found.rate is None else found.rate,
            prosody_voice=found.prosody_voice or self.base_voice,
        )

    def to_bytes(self) -> bytes:
        """The stored form."""
        stored = {
            "version": self.version,
            "engine": self.engine,
            "base_voice": self.base_voice,
            "language": self.language,
            **{name: _packed(getattr(self, name)) for name in _SHAPES},
            "f0_median_hz": self.f0_median_hz,
            "f0_range": self.f0_range,
            "rate": self.rate,
            "pause_scale": self.pause_scale,
            "alpha": self.alpha,
            "languages": {
                name: {"alpha": one.alpha, "rate": one.rate, "prosody_voice": one.prosody_voice}
                for name, one in self.languages.items()
            },
            "scores": {name: getattr(self.scores, name) for name in FitScores.__slots__},
        }
        return json.dumps(stored, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()

    @classmethod
    def from_bytes(cls, stored: bytes) -> VoiceProfile:
        """Read a stored profile.

        Raises:
            InputInvalidError: It is not a profile, is damaged, or of another version: what is wrong with it.
        """
        if len(stored) > PROFILE_BYTES_MAX:
            raise InputInvalidError(f"a voice profile has at most {PROFILE_BYTES_MAX} bytes and this {len(stored)}")
        try:
            read = _Stored.model_validate_json(stored)
        except ValidationError as e:
            first = e.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "file"
            raise InputInvalidError(
                f"this is not a voice profile: {where}: {first['msg']}; enrol the voice again"
            ) from e
        return cls(
            engine=read.engine,
            base_voice=read.base_voice,
            language=read.language,
            timbre=_unpacked("timbre", read.timbre),
            layers=_unpacked("layers", read.layers),
            prosody=_unpacked("prosody", read.prosody),
            embedding=_unpacked("embedding", read.embedding),
            f0_median_hz=read.f0_median_hz,
            f0_range=read.f0_range,
            rate=read.rate,
            pause_scale=read.pause_scale,
            alpha=read.alpha,
            languages=MappingProxyType(
                {
                    name: LanguageOverride(alpha=one.alpha, rate=one.rate, prosody_voice=one.prosody_voice)
                    for name, one in read.languages.items()
                }
            ),
            scores=FitScores(**read.scores.model_dump()),
            version=read.version,
        )


_SHAPES: Final[Mapping[str, tuple[int, ...]]] = MappingProxyType(
    {
        "timbre": (TIMBRE_SIZE,),
        "layers": (LAYERS, TIMBRE_SIZE),
        "prosody": (TIMBRE_SIZE,),
        "embedding": (EMBEDDING_SIZE,),
    }
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class _StoredOverride(_Strict):
    alpha: Share | None
    rate: Annotated[float, Field(gt=0.3, lt=3)] | None
    prosody_voice: Annotated[str, Field(pattern=_VOICE)] | None


class _StoredScores(_Strict):
    similarity_base: float
    similarity_fitted: float
    similarity_real: float
    spectrum_db_base: float
    spectrum_db_fitted: float
    speech_s: float
    cpu_s: float
    steps: int


class _Stored(_Strict):
    version: Literal[2]
    engine: Literal["kokoro"]
    base_voice: Annotated[str, Field(pattern=_VOICE)]
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    timbre: str
    layers: str
    prosody: str
    embedding: str
    f0_median_hz: Hertz
    f0_range: Annotated[float, Field(ge=0, le=24)]
    rate: Annotated[float, Field(gt=0.3, lt=3)]
    pause_scale: Annotated[float, Field(gt=0.1, lt=5)]
    alpha: Share
    languages: dict[str, _StoredOverride]
    scores: _StoredScores


def _packed(array: Float32Array) -> str:
    return base64.b64encode(array.astype("<f4").tobytes()).decode("ascii")


def _unpacked(name: str, packed: str) -> Float32Array:
    shape = _SHAPES[name]
    try:
        raw = base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError) as e:
        raise InputInvalidError(f"the profile's {name} is not base64; enrol the voice again") from e
    if len(raw) != math.prod(shape) * 4:
        raise InputInvalidError(f"the profile's {name} has {len(raw)} bytes and not {math.prod(shape) * 4}")
    return np.frombuffer(raw, dtype="<f4").reshape(shape).astype(np.float32)
