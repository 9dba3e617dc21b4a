"""JSON in its one form (RFC 8785): the same content always has the same bytes, so that it can be hashed and signed.

For the values that are stored here, Python's own encoder with sorted keys writes exactly what RFC 8785 asks for, and is
twenty times as fast as a general one; a decision writes a dozen of them. The conditions, which a test holds against the
``rfc8785`` package: names are ASCII, numbers are whole or have four decimals at most (``consent.evidence.Figure``).
"""

from __future__ import annotations

import json

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(value: object) -> bytes:
    """Return the bytes; raises ``ValueError`` for text that is no Unicode and numbers that are none."""
    return _ENCODER.encode(value).encode()
