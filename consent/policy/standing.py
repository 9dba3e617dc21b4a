"""What the rules look at: the record with its proofs, read once, and what this installation decides by.

Everything that cannot be had (no envelope, unreadable bytes, no ledger) is a None here with a sentence that says why.
A rule that needs it is not run; its step says "unchecked", and unchecked never counts as passed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias, TypeVar

from consent.assurance import assurance, counted_approvals
from consent.envelope import Assurance, Envelope
from consent.errors import LedgerError, RecordInvalidError, UndecidedError
from consent.grant import ReasonCode, RecordId, Sha256Hex, TakeId, TakeRequest
from consent.keys import PublicKey
from consent.ledger import Entry, LedgerView
from consent.record import ConsentRecord
from consent.signatures import Approval

State: TypeAlias = Literal["passed", "failed", "unchecked"]
Need: TypeAlias = Literal["record", "ledger"]
Known = TypeVar("Known")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """What this installation decides by: whose countersignature it trusts, and the words of each topic."""

    controller_keys: frozenset[PublicKey]
    topics: Mapping[str, frozenset[str]]


def _known(part: Known | None, what: str) -> Known:
    """Return a part that an earlier rule has found. No ``assert``: python -O would take the question out."""
    if part is None:
        raise UndecidedError(f"a rule that needs the {what} was run without one; no grant was given, report this")
    return part


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A record as it stands at one moment."""

    asked: RecordId
    at: datetime  # UTC
    clock_is_known: bool  # False: the caller's time had no zone, so ``at`` is a guess
    rulebook: Rulebook
    envelope: Envelope | None
    envelope_trouble: str  # why what is stored is no envelope; empty when there is one, or nothing
    name: Sha256Hex | None  # the public hash
    record: ConsentRecord | None
    record_trouble: str  # why there is no record
    ledger: LedgerView | None
    ledger_trouble: str  # why there is no ledger
    history: tuple[Entry, ...]  # what the ledger says of this record
    promised: frozenset[TakeId]  # takes of the record that are allowed and not released yet
    counted: tuple[Approval, ...]  # the approvals that count (clause 5.1)
    level: Assurance | None  # what they amount to (clause 5.2)

    def known_envelope(self) -> Envelope:
        """The envelope, in rules that need the record."""
        return _known(self.envelope, "envelope")

    def known_record(self) -> ConsentRecord:
        """The record, in rules that need it."""
        return _known(self.record, "record")

    def known_ledger(self) -> LedgerView:
        """The ledger, in rules that need it."""
        return _known(self.ledger, "ledger")

    def known_name(self) -> Sha256Hex:
        """The public hash, where clause 4.1 has passed."""
        return _known(self.name, "public hash")

    def approvals(self) -> tuple[Approval, ...]:
        """The approvals that count (clause 5.1), in rules that need the record."""
        self.known_record()
        return self.counted

    def assurance(self) -> Assurance | None:
        """How sure we are of the person (clause 5.2), in rules that need the record."""
        self.known_record()
        return self.level


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one rule says; ``message`` tells what to do, and is empty when the rule is kept."""

    state: State
    needed: str
    found: str
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rule as it was run: for the dossier, for ``sayso consent check``."""

    clause: str
    title: str
    code: ReasonCode
    state: State
    needed: str
    found: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRule:
    """A rule about the record alone."""

    clause: str
    title: str
    code: ReasonCode
    needs: frozenset[Need]
    check: Callable[[Standing], Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeRule:
    """A rule about one take under the record."""

    clause: str
    title: str
    code: ReasonCode
    needs: frozenset[Need]
    check: Callable[[Standing, TakeRequest], Outcome]


NOTHING: frozenset[Need] = frozenset()
RECORD: frozenset[Need] = frozenset({"record"})
LEDGER: frozenset[Need] = frozenset({"ledger"})
BOTH: frozenset[Need] = frozenset({"record", "ledger"})


def passed(needed: str, found: str) -> Outcome:
    """The rule is kept."""
    return Outcome(state="passed", needed=needed, found=found)


def failed(needed: str, found: str, message: str) -> Outcome:
    """The rule is broken; the message says what was found, what was needed, what to do."""
    return Outcome(state="failed", needed=needed, found=found, message=message)


def unchecked(why: str) -> Outcome:
    """The rule could not be run."""
    return Outcome(
        state="unchecked", needed="something to check", found=why, message=f"this could not be checked: {why}"
    )


def stand(
    asked: RecordId,
    *,
    envelope: Envelope | RecordInvalidError | None,
    ledger: LedgerView | LedgerError | None,
    rulebook: Rulebook,
    at: datetime,
    promised: frozenset[TakeId] = frozenset(),
) -> Standing:
    """Read everything once; never raises."""
    now, clock_is_known = _utc(at)
    found = envelope if isinstance(envelope, Envelope) else None
    envelope_trouble = "" if found or envelope is None else str(envelope)
    record, record_trouble = _read(found)
    name = found.public_hash if found else None
    view = ledger if isinstance(ledger, LedgerView) else None
    history = view.history(name) if view and name else ()
    counted: tuple[Approval, ...] = ()
    level: Assurance | None = None
    if found is not None and record is not None:
        keys = rulebook.controller_keys
        counted = counted_approvals(found, record, history=history, controller_keys=keys, at=now)
        level = assurance(found, record, counted, history=history, controller_keys=keys)
    return Standing(
        asked=asked,
        at=now,
        clock_is_known=clock_is_known,
        rulebook=rulebook,
        envelope=found,
        envelope_trouble=envelope_trouble,
        name=name,
        record=record,
        record_trouble=envelope_trouble or record_trouble,
        ledger=view,
        ledger_trouble="" if view else str(ledger or "no ledger was given"),
        history=history,
        promised=promised,
        counted=counted,
        level=level,
    )


def _utc(at: datetime) -> tuple[datetime, bool]:
    try:
        known = at.utcoffset() is not None
        return (at.astimezone(UTC) if known else at.replace(tzinfo=UTC)), known
    except OverflowError:  # the first or last day that Python knows, in another zone
        return at.replace(tzinfo=UTC), False


def _read(envelope: Envelope | None) -> tuple[ConsentRecord | None, str]:
    if envelope is None:
        return None, "there is no such record"
    try:
        return envelope.record(), ""
    except RecordInvalidError as e:
        return None, str(e)


def missing(standing: Standing, needs: frozenset[Need]) -> str:
    """Return why a rule with these needs cannot be run, or an empty text."""
    if "record" in needs and standing.record is None:
        return standing.record_trouble
    if "ledger" in needs and standing.ledger is None:
        return standing.ledger_trouble
    return ""
