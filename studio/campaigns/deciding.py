"""Gate 1 for a whole brief: its takes in their order, each with those before it counted against the quota. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from consent.decide import Decision, Granted, explain
from consent.envelope import Envelope
from consent.errors import LedgerError, RecordInvalidError
from consent.grant import TakeId, TakeRequest
from consent.ledger import LedgerView
from consent.policy import Rulebook


def decide_in_order(
    requests: Iterable[TakeRequest],
    *,
    envelope: Envelope | RecordInvalidError | None,
    ledger: LedgerView | LedgerError,
    rulebook: Rulebook,
    at: datetime,
    open_takes: Iterable[TakeId],
) -> tuple[Decision, ...]:
    """Decide each take of a brief, so that nothing is rendered which the last gate would refuse for the quota.

    Args:
        requests: the brief's takes, all of one record.
        envelope: the record's envelope, or the error that reading it gave; None if there is none.
        ledger: the checked ledger, or the error that checking it gave.
        rulebook: what this installation decides by.
        at: the time of the decisions, with a zone.
        open_takes: takes of the record, of any campaign, that wait or run.
    """
    promised = frozenset(open_takes)
    decisions = []
    for request in requests:
        decision = explain(request, envelope=envelope, ledger=ledger, rulebook=rulebook, at=at, promised=promised)
        if isinstance(decision, Granted):
            promised |= {request.take_id}
        decisions.append(decision)
    return tuple(decisions)
