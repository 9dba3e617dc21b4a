"""The spoken notices that may be said without a grant: the wordings in ``assets/labels``, and nothing else."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator
from pathlib import Path

from pipelines.errors import ProfileInvalidError, ScriptRefusedError


def require_notice(text: str, labels: Path) -> None:
    """Refuse any text that is no wording of the label files: a notice needs no grant since it says nothing else."""
    if text not in approved_notices(labels):
        raise ScriptRefusedError(
            f"{text!r} is no notice from {labels.name}/*.toml; a notice says only those words, a script needs a grant"
        )


@functools.lru_cache(maxsize=8)
def approved_notices(labels: Path) -> frozenset[str]:
    """Return every wording in the label files, whatever their layout."""
    found: set[str] = set()
    for path in sorted(labels.glob("*.toml")):
        try:
            found.update(_strings(tomllib.loads(path.read_text(encoding="utf-8"))))
        except (OSError, tomllib.TOMLDecodeError) as e:
            raise ProfileInvalidError(f"{path}: {e}") from e
    return frozenset(found)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
