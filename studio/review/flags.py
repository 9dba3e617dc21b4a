"""Red flags: what a reviewer must not overlook, found in the record and its envelope alone.

A flag decides nothing; the rules of consent/ do. "stop" means that those rules will refuse the record as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias

from consent.envelope import Envelope
from consent.evidence import CheckReport, not_passed
from consent.oversight import report_of_statement
from consent.record import ConsentRecord
from studio.review.words import CHECKS, titled

Level: TypeAlias = Literal["stop", "warn", "note"]

ADULT_YEARS: Final = 18
LONG_TERM_DAYS: Final = 3 * 366  # what most talent agreements stay under; NO FAKES allows ten years
MANY_ATTEMPTS: Final = 3
_PAID_DEALS: Final = frozenset({"paid_talent", "celebrity_endorsement"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One thing to look at, in a sentence."""

    level: Level
    code: str
    text: str


def flags_of(envelope: Envelope, record: ConsentRecord, *, attempts: int) -> tuple[Flag, ...]:
    """Return the flags, worst first. ``attempts``: how many recordings were sent."""
    found = (*_of_person(envelope, record), *_of_statement(envelope, record, attempts), *_of_scope(record))
    order: dict[Level, int] = {"stop": 0, "warn": 1, "note": 2}
    return tuple(sorted(found, key=lambda flag: order[flag.level]))


def _of_person(envelope: Envelope, record: ConsentRecord) -> list[Flag]:
    flags = []
    if _may_be_minor(record):
        if record.guardian is None:
            text = f"Born in {record.subject.birth_year}: a minor, or perhaps one, and no guardian is named."
            flags.append(Flag(level="stop", code="minor", text=text))
        else:
            flags.append(Flag(level="warn", code="minor", text=f"A minor; {record.guardian.name} signs as guardian."))
            if envelope.subject_signature is not None and envelope.guardian_signature is None:
                flags.append(Flag(level="stop", code="guardian", text="The guardian has not signed yet."))
    if record.deal in _PAID_DEALS and record.money is None:
        flags.append(Flag(level="note", code="fee", text="No fee is written down, though the deal is a paid one."))
    advised = record.representation
    if record.deal in _PAID_DEALS and (advised is None or not (advised.counsel or advised.union)):
        text = "Neither counsel nor a union is named; New York (GOB 5-302) and California (AB 2602) ask for one."
        flags.append(Flag(level="warn", code="representation", text=text))
    return flags


def _of_statement(envelope: Envelope, record: ConsentRecord, attempts: int) -> list[Flag]:
    if record.deal is None or record.subject_class != "replica":
        return []
    report = report_of_statement(envelope) or (envelope.reports[-1] if envelope.reports else None)
    if report is None:
        if envelope.subject_signature is None:
            return []  # still on its way
        return [Flag(level="stop", code="statement", text="Signed, but there is no checked statement.")]
    flags = []
    if report.capture == "upload":
        flags.append(Flag(level="warn", code="upload", text="The statement came as a file; it was not recorded live."))
    flags.extend(_of_check(report, name) for name in not_passed(report, record))
    if attempts >= MANY_ATTEMPTS:
        flags.append(Flag(level="note", code="attempts", text=f"{attempts} recordings were sent; look at each."))
    return flags


def _of_check(report: CheckReport, name: str) -> Flag:
    reason = next((check.reason for check in report.checks if check.name == name), "the check was not run")
    return Flag(level="warn", code=name, text=f"{titled(CHECKS, name)}: {reason}")


def _of_scope(record: ConsentRecord) -> list[Flag]:
    scope, flags = record.scope, []
    if "WORLD" in scope.territories:
        flags.append(Flag(level="warn", code="world", text="The consent is for the whole world."))
    if (scope.valid_until - scope.valid_from).days > LONG_TERM_DAYS:
        text = f"A long term: from {scope.valid_from.isoformat()} to {scope.valid_until.isoformat()}."
        flags.append(Flag(level="warn", code="term", text=text))
    if not scope.prohibited_topics:
        flags.append(Flag(level="warn", code="topics", text="No topic is ruled out."))
    if record.deal == "celebrity_endorsement" and scope.script_approval == "none":
        flags.append(
            Flag(level="note", code="scripts", text="A celebrity's scripts are used without their word on each.")
        )
    changed = [name for name in type(scope.alterations).model_fields if getattr(scope.alterations, name)]
    if changed:
        text = f"The person may be shown with another {', '.join(changed)}."
        flags.append(Flag(level="warn", code="alterations", text=text))
    flags.extend(_of_assets(record))
    return flags


def _of_assets(record: ConsentRecord) -> list[Flag]:
    if not record.scope.assets:
        return [
            Flag(level="note", code="assets", text="No picture, footage or voice is bound; nothing can be made yet.")
        ]
    if record.subject_class != "synthetic_performer":
        return []
    real = [one.name for one in record.scope.assets if one.depiction in {"photograph", "unknown"}]
    if not real:
        return []
    text = f"Said to be nobody real, yet {', '.join(real)} may show a real person; ask for the contract."
    return [Flag(level="warn", code="photograph", text=text)]


def _may_be_minor(record: ConsentRecord) -> bool:
    """Whether the person may be under age when the consent begins; by its last day if only the year is known."""
    born = record.subject.birth_date or date(record.subject.birth_year, 12, 31)
    start = record.scope.valid_from
    age = start.year - born.year - ((start.month, start.day) < (born.month, born.day))
    return age < ADULT_YEARS
