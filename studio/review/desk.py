"""Legal's desk: everything that the pages and the commands of review work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from studio.requests.templates import Template
from studio.review.acts import ReviewActs
from studio.review.evidence import Recordings
from studio.review.reading import CaseReader


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDesk:
    """The parts; the composition root fills them.

    ``channels`` and ``topics`` are the names that this installation knows, for the form of a new request;
    ``languages`` are those in which a person can be asked.
    """

    reader: CaseReader
    acts: ReviewActs
    recordings: Recordings
    templates: tuple[Template, ...]
    channels: tuple[str, ...]
    topics: tuple[str, ...]
    languages: tuple[str, ...]
    clock: Callable[[], datetime]
