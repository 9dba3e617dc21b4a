"""Durable marks: what a take looks or sounds like, compared even after its metadata is gone.

This module only names and compares; ``iscc`` and ``melsign`` make them. It needs no numpy, so that a file can be
looked up on a machine without engines. Distances are shares of differing bits, 0.0 (same) to 0.5 (nothing in common).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from pipelines.errors import ProvenanceError

Kind = Literal["video", "image", "audio"]
KINDS: Final[tuple[Kind, ...]] = ("video", "image", "audio")

ISCC: Final = "io.iscc.v0"  # on C2PA's list of soft-binding algorithms
MELSIGN: Final = "org.sayso.melsign.v1"
ISCC_BITS: Final = 256

# Largest distance that still counts as the same take.
THRESHOLDS: Final[Mapping[Kind, float]] = {
    # Measured on speech footage: recompressed 4/256, half size 12, label band 4, 10 % crop 32; unrelated 118.
    "video": 40 / ISCC_BITS,
    # Measured in tests/unit/provenance: JPEG 40, half size and WebP 50 stay under .1; unrelated pictures over .4.
    "image": 40 / ISCC_BITS,
    # Measured in tests/unit/provenance: MP3, AAC, 8 kHz, cuts, tempo +-5 % under .12; unrelated speech above .33.
    "audio": 0.22,
}

# Bit sequences for audio: one sub-fingerprint of BAND_BITS every STEP_S seconds, big-endian.
BAND_BITS: Final = 16
STEP_S: Final = 0.05
_TEMPOS: Final = (1.0, *(1 + sign * step / 100 for step in range(1, 8) for sign in (1, -1)))
_WIDTH: Final = BAND_BITS // 8
_PROBE_MIN, _PROBE_MAX = 60, 600  # 3 s, under which speech agrees by chance; 30 s, which bounds the cost
_SURE: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """One mark: how it was made and its text form ("ISCC:..." or base64url)."""

    kind: Kind
    algorithm: str
    value: str

    def to_json(self) -> dict[str, str]:
        """Return plain JSON."""
        return {"kind": self.kind, "algorithm": self.algorithm, "value": self.value}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Fingerprint:
        """Read what ``to_json`` wrote; raises ``ProvenanceError`` on anything else."""
        kind, algorithm, value = (data.get(key) for key in ("kind", "algorithm", "value"))
        if kind not in KINDS or not isinstance(algorithm, str) or not isinstance(value, str) or len(data) != 3:  # noqa: PLR2004 - the three keys named above
            raise ProvenanceError(f"not a fingerprint: {dict(data)!r:.200}; needed: kind, algorithm and value")
        return cls(kind=kind, algorithm=algorithm, value=value)


def distance(a: Fingerprint, b: Fingerprint) -> float:
    """Return the share of bits in which two marks differ; 1.0 when they cannot be compared."""
    if (a.kind, a.algorithm) != (b.kind, b.algorithm):
        return 1.0
    if a.algorithm == ISCC:
        left, right = _iscc_digest(a.value), _iscc_digest(b.value)
        return (left ^ right).bit_count() / ISCC_BITS
    if a.algorithm == MELSIGN:
        return _sequence_distance(_subfingerprints(a.value), _subfingerprints(b.value))
    return 1.0


def is_match(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether two marks belong to the same take."""
    return distance(a, b) <= THRESHOLDS[a.kind]


def _iscc_digest(value: str) -> int:
    """Return the 256 bits of an ISCC unit: base32 of a 2-byte header and the digest (ISO 24138, 7.2)."""
    text = value.removeprefix("ISCC:")
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
    except binascii.Error as e:
        raise ProvenanceError(f"{value!r:.80} is no ISCC") from e
    if len(raw) != 2 + ISCC_BITS // 8:
        raise ProvenanceError(f"{value!r:.80} is no {ISCC_BITS}-bit ISCC unit")
    return int.from_bytes(raw[2:])


def _subfingerprints(value: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except (binascii.Error, ValueError) as e:
        raise ProvenanceError(f"{value!r:.80} is no {MELSIGN} mark") from e
    if len(raw) % _WIDTH:
        raise ProvenanceError(f"{value!r:.80} is no {MELSIGN} mark")
    return raw


def _sequence_distance(a: bytes, b: bytes) -> float:
    """Return the share of differing bits where the two sounds agree best, over shifts and a ladder of tempos.

    The middle half of the shorter is slid along the longer; only at its best place the whole overlap is compared. Bits
    lie in one big integer each, so that a shift is a shift and a comparison is one exclusive or.
    """
    if len(a) > len(b):
        a, b = b, a
    best = 1.0
    for tempo in _TEMPOS:
        best = min(best, _distance_where_best(_at_tempo(a, tempo), b))
        if best <= _SURE:
            break
    return best


def _at_tempo(sequence: bytes, tempo: float) -> bytes:
    count = len(sequence) // _WIDTH
    if tempo == 1.0 or not count:
        return sequence
    wanted = (min(round(i * tempo), count - 1) for i in range(int(count / tempo)))
    return b"".join(sequence[i * _WIDTH : (i + 1) * _WIDTH] for i in wanted)


def _distance_where_best(a: bytes, b: bytes) -> float:
    if len(a) > len(b):
        a, b = b, a
    count_a, count_b = len(a) // _WIDTH, len(b) // _WIDTH
    if not count_a:
        return 1.0
    length = min(max(count_a // 2, min(_PROBE_MIN, count_a)), _PROBE_MAX)
    start = (count_a - length) // 2
    probe, whole = int.from_bytes(a[start * _WIDTH : (start + length) * _WIDTH]), int.from_bytes(b)
    mask = (1 << (length * BAND_BITS)) - 1
    place = min(
        range(count_b - length + 1),
        key=lambda at: ((whole >> ((count_b - at - length) * BAND_BITS) & mask) ^ probe).bit_count(),
    )
    return _overlap_distance(a, b, shift=place - start)


def _overlap_distance(a: bytes, b: bytes, *, shift: int) -> float:
    """Return the share of differing bits when ``a`` begins ``shift`` steps after ``b``."""
    begin, end = max(shift, 0), min(len(b) // _WIDTH, len(a) // _WIDTH + shift)
    left = int.from_bytes(a[(begin - shift) * _WIDTH : (end - shift) * _WIDTH])
    right = int.from_bytes(b[begin * _WIDTH : end * _WIDTH])
    return (left ^ right).bit_count() / ((end - begin) * BAND_BITS)
