"""Copies of the pictures that consents are bound to, by SHA-256, so that a page can show and use them.

A copy is as private as the record itself; a withdrawn consent takes its copies along.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")


class AssetShelf:
    """Files named ``<sha256><suffix>`` in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, path: Path) -> None:
        """Copy a picture, and the anchors that lie beside it. What is no picture is left where it is."""
        suffix = path.suffix.lower()
        if suffix not in SUFFIXES:
            return
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        target = self._folder / f"{sha256}{suffix}"
        for source, goal in (
            (path, target),
            (path.with_suffix(".anchors.json"), target.with_suffix(".anchors.json")),
        ):
            if source.is_file():
                part = goal.with_name(goal.name + ".part")
                shutil.copyfile(source, part)
                part.chmod(0o600)
                part.replace(goal)

    def find(self, sha256: str) -> Path | None:
        """The copy with this hash, if this home has it."""
        places = (self._folder / f"{sha256}{suffix}" for suffix in SUFFIXES)
        return next((place for place in places if place.is_file()), None)

    def holds(self, sha256: str) -> bool:
        """Whether anything of this picture is here: the copy, its anchors, or a part of one."""
        return any(self._folder.glob(f"{sha256}.*"))

    def destroy(self, sha256: str) -> None:
        """Remove the copy and its anchors."""
        for place in self._folder.glob(f"{sha256}.*"):
            place.unlink(missing_ok=True)
