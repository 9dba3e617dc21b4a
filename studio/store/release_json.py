"""Reading back the JSON of a ``ReleaseEntry``, as ``ReleaseEntry.to_json`` wrote it."""

from __future__ import annotations

from pydantic import TypeAdapter

from pipelines.release.gate import ReleaseEntry


def read_release_entry(text: str) -> ReleaseEntry:
    """Read a stored release entry."""
    return TypeAdapter(ReleaseEntry).validate_json(text)
