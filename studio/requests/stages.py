"""What stage a person is at: from how far people are (the request) and what the ledger says of the record."""

from __future__ import annotations

from typing import Final

from consent.decide import RecordStatus
from studio.requests.desk import Party, Stage
from studio.store.requests import RequestRow

ENDED: Final = frozenset({RecordStatus.WITHDRAWN, RecordStatus.DECLINED, RecordStatus.SUPERSEDED, RecordStatus.EXPIRED})
APPROVED: Final = frozenset({RecordStatus.ACTIVE, RecordStatus.NOT_YET_VALID, RecordStatus.SUSPENDED})

_OF_STATUS: Final[dict[RecordStatus, Stage]] = {
    RecordStatus.WITHDRAWN: "withdrawn",
    RecordStatus.DECLINED: "declined",
    RecordStatus.SUPERSEDED: "superseded",
    RecordStatus.EXPIRED: "expired",
    RecordStatus.ACTIVE: "active",
    RecordStatus.NOT_YET_VALID: "active",
    RecordStatus.SUSPENDED: "suspended",
}


def stage_of(request: RequestRow, *, party: Party, status: RecordStatus) -> Stage:
    """Return the stage; the ledger's word on the record comes before everything that people still meant to do."""
    waits_for_guardian = status in APPROVED and request.guardian_state not in (None, "signed")
    if status in _OF_STATUS and not waits_for_guardian:
        return _OF_STATUS[status]
    if status is RecordStatus.PENDING_LEGAL and party == "subject":
        return "with_legal"  # signed, be it with a key file
    state = request.state_of(party)
    if party == "guardian" and request.state in ("changes_asked", "declined", "withdrawn"):
        state = request.state
    match state:
        case "asked" | "statement" | "checking" | "sign" | "declined" | "withdrawn":
            return state
        case "drafted" | "changes_asked" | "signed":
            return "with_legal"
