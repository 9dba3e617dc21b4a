"""What is asked of an export, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipelines.release.delivery import Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A package that stands. ``thumbnail`` says why there is none, where there is none."""

    path: Path
    take_id: str
    channel: str
    files: dict[str, str]
    checks: tuple[Check, ...]
    thumbnail: str

    def to_json(self) -> dict[str, object]:
        """Return plain JSON."""
        return {
            "take": self.take_id,
            "channel": self.channel,
            "path": str(self.path),
            "files": self.files,
            "thumbnail": self.thumbnail,
            "checks": [check.to_json() for check in self.checks],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked. ``channel``, ``market`` and ``locale`` are None where the take's own are meant."""

    take_id: str
    out: Path
    channel: str | None = None
    market: str | None = None
    locale: str | None = None
    language: str = "en"
    zipped: bool = False
    by: str = "console"
