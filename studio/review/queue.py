"""The queue: which requests there are, and which of them a reviewer asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from consent.decide import RecordStatus
from studio.review.case import CaseLine, Phase
from studio.store.requests import RequestRow

Shown: TypeAlias = Literal["waiting", "with_person", "in_force", "ended", "all"]

SHOWN: Final[Mapping[Shown, tuple[Phase, ...]]] = {
    "waiting": ("review", "question", "damaged"),
    "with_person": ("draft", "with_person"),
    "in_force": ("in_force", "suspended"),
    "ended": ("ended",),
    "all": ("damaged", "review", "question", "draft", "with_person", "in_force", "suspended", "ended"),
}

_OF_STATUS: Final[Mapping[RecordStatus, Phase]] = {
    RecordStatus.ACTIVE: "in_force",
    RecordStatus.NOT_YET_VALID: "in_force",
    RecordStatus.SUSPENDED: "suspended",
    RecordStatus.EXPIRED: "ended",
    RecordStatus.WITHDRAWN: "ended",
    RecordStatus.DECLINED: "ended",
    RecordStatus.SUPERSEDED: "ended",
    RecordStatus.UNKNOWN: "damaged",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a reviewer asks for. ``older_than_days``: nothing has happened for so long."""

    shown: Shown = "waiting"
    deal: str = ""
    flagged: bool = False
    older_than_days: int = 0

    def takes(self, line: CaseLine, *, at: datetime) -> bool:
        """Whether this line is asked for."""
        return (
            line.phase in SHOWN[self.shown]
            and self.deal in {"", line.request.deal}
            and (not self.flagged or any(flag.level != "note" for flag in line.flags))
            and at - line.request.updated_at >= timedelta(days=self.older_than_days)
        )


def phase_of(request: RequestRow, status: RecordStatus | None) -> Phase:
    """Say where a request is; the ledger's word on the record comes before what people still meant to do."""
    if request.state in ("declined", "withdrawn"):
        return "ended"
    if status is None or request.state == "drafted":
        return "draft"
    known = _OF_STATUS.get(status)
    if known is not None:
        return known
    if request.state == "changes_asked":
        return "question"
    is_signed = request.state == "signed" and request.guardian_state in (None, "signed")
    return "review" if is_signed else "with_person"


def pick(lines: Iterable[CaseLine], wanted: Filter, *, at: datetime) -> tuple[CaseLine, ...]:
    """Return the lines that are asked for: what waits for legal first, and there the oldest first."""
    found = [line for line in lines if wanted.takes(line, at=at)]
    return tuple(sorted(found, key=lambda line: (not line.needs_legal, line.request.updated_at)))


def count(lines: Iterable[CaseLine]) -> Mapping[Shown, int]:
    """Return how many lines each choice shows."""
    phases = [line.phase for line in lines]
    return {shown: sum(phase in wanted for phase in phases) for shown, wanted in SHOWN.items()}
