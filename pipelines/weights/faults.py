"""Why one attempt to fetch failed. The store turns these into the one sentence that a person reads.

WeightsError
├── SourceError     this source cannot give the file; the next one may
└── DiskFullError   no source can help: there is no room
"""

from __future__ import annotations

from pathlib import Path

from pipelines.errors import WeightsError

_MEGABYTE = 1_000_000


class SourceError(WeightsError):
    """One source cannot give a file; the next source may."""


class DiskFullError(WeightsError):
    """There is no room for a file; asking another source would not help."""

    @classmethod
    def at(cls, folder: Path) -> DiskFullError:
        """The sentence for a write that found no room below ``folder``."""
        return cls(f"the disk of {folder} is full; free some space and run the command again")


def megabytes(count: int) -> str:
    """A size as people read it."""
    return f"{count / _MEGABYTE:.1f} MB"
