"""Which processes of this home run takes. A slot is a name and a file lock, which a dead process gives up at once.

The slot's name is the process's DBOS executor id: whoever takes the slot next is handed its unfinished takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from studio.errors import JobError
from studio.store.filelock import FileLock, try_lock

Role = Literal["worker", "produce"]

SLOTS_MAX = 64


@dataclass(frozen=True, slots=True)
class Slot:
    """A name that this process alone bears, until ``close``."""

    name: str
    _lock: FileLock

    def close(self) -> None:
        """Give the name back."""
        self._lock.close()


def take_slot(locks_dir: Path, role: Role) -> Slot:
    """Take the first free slot of a role.

    Raises:
        JobError: too many processes run in this home.
    """
    for number in range(SLOTS_MAX):
        lock = try_lock(locks_dir / f"{role}-{number}.lock")
        if lock is not None:
            return Slot(f"{role}-{number}", lock)
    raise JobError(f"{SLOTS_MAX} processes of this home run takes already; wait for one to end")


def has_live_worker(locks_dir: Path) -> bool:
    """Whether a ``sayso worker`` or ``sayso serve`` is there to run what is enqueued."""
    for path in sorted(locks_dir.glob("worker-*.lock")):
        lock = try_lock(path)
        if lock is None:
            return True
        lock.close()
    return False


@contextmanager
def dead_slots(locks_dir: Path) -> Iterator[tuple[str, ...]]:
    """Names of slots that nobody holds, held by the caller while he takes over what they left."""
    held: list[tuple[str, FileLock]] = []
    try:
        for path in sorted(locks_dir.glob("*-*.lock")):
            lock = try_lock(path)
            if lock is not None:
                held.append((path.stem, lock))
        yield tuple(name for name, _ in held)
    finally:
        for _, lock in held:
            lock.close()
