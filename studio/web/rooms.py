"""Which paths a signed-in role may open. What is not listed here is open to nobody, however it is asked for.

Handlers check again where a room holds acts of one role alone: legal's do, and Gradio's mount does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from studio.store.people import Role

Guest: TypeAlias = Role | Literal["console"]  # console: whoever opened the start link that sayso serve printed

STAFF: frozenset[Guest] = frozenset({"console", "marketer", "legal", "admin"})
EVERYBODY: frozenset[Guest] = STAFF | {"viewer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A path and everything below it, unless ``is_exact``."""

    path: str
    guests: frozenset[Guest]
    is_exact: bool = False


ROOMS = (
    Room(path="/", guests=EVERYBODY, is_exact=True),
    Room(path="/leave", guests=EVERYBODY, is_exact=True),
    Room(path="/language", guests=EVERYBODY, is_exact=True),
    Room(path="/account", guests=EVERYBODY),
    Room(path="/files", guests=EVERYBODY),
    Room(path="/studio", guests=STAFF),
    Room(path="/legal", guests=STAFF),
    Room(path="/work", guests=STAFF),
)
# Parts of Gradio that no page of ours uses: each edits, watches or fetches something, whatever its own switch says.
SHUT = (
    "/studio/gradio_api/dev/",
    "/studio/gradio_api/proxy=",
    "/studio/gradio_api/runs",
    "/studio/gradio_api/undo-vibe",
    "/studio/gradio_api/vibe",
    "/studio/monitoring",
)


def guests_of(path: str) -> frozenset[Guest] | None:
    """Who may open a path; None if it is no room of ours."""
    if path.startswith(SHUT):
        return frozenset()
    for room in ROOMS:
        if path == room.path or (not room.is_exact and path.startswith(room.path + "/")):
            return room.guests
    return None
