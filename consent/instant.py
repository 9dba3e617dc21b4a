"""Points in time as text: one form only, so that the same instant always gives the same bytes.

``2026-11-22T21:54:00.000000Z``: UTC, six decimals, ``Z``. Nothing is rounded.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

_FORM = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z", re.ASCII)


def instant(at: datetime) -> str:
    """Return the one text of this instant.

    Raises:
        ValueError: the time has no time zone, so nobody can say when it was.
    """
    if at.utcoffset() is None:
        raise ValueError(f"{at.isoformat()} has no time zone; pass a timezone-aware time, such as datetime.now(UTC)")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_instant(text: str) -> datetime:
    """Read the text that ``instant`` writes, and no other.

    Raises:
        ValueError: another form, or no such time.
    """
    if not _FORM.fullmatch(text):
        raise ValueError(f"{text!r} is not a time such as 2026-11-22T21:54:00.000000Z")
    return datetime.fromisoformat(text)
