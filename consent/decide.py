"""May this take be made now? ``explain`` says so with every step, ``authorize`` gives the grant or raises.

Both run every rule of docs/consent-spec.md clause 4, always and in its order, on what is passed in: the clock is read
once, by the caller. A grant is given only when every single step has passed; a step that could not be run has not.
This is the one module that builds a ``Grant``. The caller still owes: an envelope and a ledger read in one transaction
with what it does next, and a decision again at each of the three gates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from consent.envelope import Envelope
from consent.errors import ConsentRefusedError, LedgerError, RecordInvalidError, UndecidedError
from consent.grant import Grant, Reason, RecordId, TakeId, TakeRequest
from consent.ledger import LedgerView
from consent.policy import RECORD_RULES, TAKE_RULES, Outcome, RecordRule, Rulebook, Standing, Step, TakeRule, stand
from consent.policy.record_rules import (
    has_begun,
    has_not_ended,
    is_countersigned,
    is_in_ledger,
    is_intact,
    is_newest,
    is_not_declined,
    is_not_revoked,
    is_not_suspended,
    is_signed,
)
from consent.policy.standing import missing, unchecked

GRANT_LIFETIME = timedelta(hours=2)  # a take renders in minutes; the door decides again anyway

__all__ = ["GRANT_LIFETIME", "Decision", "Granted", "RecordStatus", "Refused", "authorize", "explain", "record_status"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """Yes, with the steps that were passed."""

    grant: Grant
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """No, with every reason (never none) and every step."""

    reasons: tuple[Reason, ...]
    steps: tuple[Step, ...]


Decision: TypeAlias = Granted | Refused


def explain(
    request: TakeRequest,
    *,
    envelope: Envelope | RecordInvalidError | None,
    ledger: LedgerView | LedgerError | None,
    rulebook: Rulebook,
    at: datetime,
    promised: frozenset[TakeId] = frozenset(),
) -> Decision:
    """Decide and say why, step by step; never raises.

    Args:
        request: what is asked.
        envelope: the record's envelope, or the error that reading it gave; None if there is none.
        ledger: the checked ledger, or the error that checking it gave; None if there is none.
        rulebook: what this installation decides by.
        at: the time of the decision, with a zone.
        promised: takes of this record that are allowed and not released yet; they count against the quota like released
            ones. Only who plans ahead has any: the door goes by the ledger alone.
    """
    standing = stand(request.record_id, envelope=envelope, ledger=ledger, rulebook=rulebook, at=at, promised=promised)
    steps = (
        *(_record_step(rule, standing) for rule in RECORD_RULES),
        *(_take_step(rule, standing, request) for rule in TAKE_RULES),
    )
    if all(step.state == "passed" for step in steps):
        return Granted(grant=_grant(standing, request), steps=steps)
    # A step is unchecked only because another failed; if that were ever untrue, it would be a reason by itself.
    broken = tuple(step for step in steps if step.state == "failed") or tuple(s for s in steps if s.state != "passed")
    reasons = tuple(Reason(code=s.code, message=s.message, needed=s.needed, found=s.found) for s in broken)
    return Refused(reasons=reasons, steps=steps)


def authorize(
    request: TakeRequest,
    *,
    envelope: Envelope | RecordInvalidError | None,
    ledger: LedgerView | LedgerError | None,
    rulebook: Rulebook,
    at: datetime,
) -> Grant:
    """Return the grant for one take.

    Raises:
        ConsentRefusedError: with every reason.
    """
    decision = explain(request, envelope=envelope, ledger=ledger, rulebook=rulebook, at=at)
    if isinstance(decision, Refused):
        raise ConsentRefusedError(decision.reasons)
    return decision.grant


def _record_step(rule: RecordRule, standing: Standing) -> Step:
    why = missing(standing, rule.needs)
    return _step(rule, unchecked(why) if why else rule.check(standing))


def _take_step(rule: TakeRule, standing: Standing, request: TakeRequest) -> Step:
    why = missing(standing, rule.needs)
    return _step(rule, unchecked(why) if why else rule.check(standing, request))


def _step(rule: RecordRule | TakeRule, outcome: Outcome) -> Step:
    return Step(
        clause=rule.clause,
        title=rule.title,
        code=rule.code,
        state=outcome.state,
        needed=outcome.needed,
        found=outcome.found,
        message=outcome.message,
    )


def _grant(standing: Standing, request: TakeRequest) -> Grant:
    level = standing.assurance()
    if level is None:  # 4.6 has passed, so never; but a grant must not rest on a check that python -O takes out
        raise UndecidedError(f"record {standing.asked[:12]} has no assurance, yet every rule passed; report this")
    return Grant(
        request=request,
        subject_class=standing.known_record().subject_class,
        assurance=level,
        public_hash=standing.known_name(),
        checkpoint=standing.known_ledger().checkpoint,
        granted_at=standing.at,
        expires_at=standing.at + GRANT_LIFETIME,
    )


class RecordStatus(StrEnum):
    """Where a record is in its life (docs/consent-spec.md 7)."""

    UNKNOWN = "unknown"
    DRAFT = "draft"
    PENDING_LEGAL = "pending_legal"
    NOT_YET_VALID = "not_yet_valid"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    SUPERSEDED = "superseded"


def record_status(
    record_id: RecordId,
    *,
    envelope: Envelope | RecordInvalidError | None,
    ledger: LedgerView | LedgerError | None,
    rulebook: Rulebook,
    at: datetime,
) -> RecordStatus:
    """Say where the record is in its life; never raises. Only ``explain`` says whether a take may be made."""
    standing = stand(record_id, envelope=envelope, ledger=ledger, rulebook=rulebook, at=at)
    if standing.record is None or standing.ledger is None or standing.name is None:
        return RecordStatus.UNKNOWN
    first_broken = (
        (is_intact, RecordStatus.UNKNOWN),
        (is_in_ledger, RecordStatus.UNKNOWN),
        (is_not_revoked, RecordStatus.WITHDRAWN),
        (is_not_declined, RecordStatus.DECLINED),
        (is_newest, RecordStatus.SUPERSEDED),
        (has_not_ended, RecordStatus.EXPIRED),
        (is_signed, RecordStatus.DRAFT),
        (is_countersigned, RecordStatus.PENDING_LEGAL),
        (is_not_suspended, RecordStatus.SUSPENDED),
        (has_begun, RecordStatus.NOT_YET_VALID),
    )
    for rule, status in first_broken:
        if rule(standing).state != "passed":
            return status
    return RecordStatus.ACTIVE
