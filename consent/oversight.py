"""When one person of the controller is not enough (docs/consent-spec.md 5.6): four eyes, and why.

The reasons come from the record and its envelope alone, so that nobody can choose not to have them.
"""

from __future__ import annotations

from typing import Final

from consent.envelope import Envelope
from consent.evidence import CheckReport, not_passed
from consent.record import ConsentRecord

TWO = 2
# Topics that a consent between people rules out unless somebody meant to allow them; two people have to mean it.
STANDING_TOPICS: Final = frozenset({"politics", "health", "religion", "adult", "gambling", "weapons"})


def report_of_statement(envelope: Envelope) -> CheckReport | None:
    """The newest report on the recording that the subject's signature names; None if there is none."""
    reports = (one for one in reversed(envelope.reports) if one.statement_sha256 == envelope.statement_sha256)
    return next(reports, None)


def four_eyes_reasons(envelope: Envelope, record: ConsentRecord) -> tuple[str, ...]:
    """Return why two different people must approve; empty if one is enough."""
    reasons: list[str] = []
    if record.guardian is not None:
        reasons.append("a guardian signs for a minor")
    if record.deal is None:
        return tuple(reasons)  # filed by hand: class and contract decide (clause 5.3)
    if record.deal == "celebrity_endorsement":
        reasons.append("a celebrity endorses")
    allowed = sorted(STANDING_TOPICS - {topic.casefold() for topic in record.scope.prohibited_topics})
    if allowed:
        reasons.append(f"sensitive topics are not ruled out ({', '.join(allowed)})")
    if record.subject_class == "replica":
        reasons.extend(_doubts(envelope, record))
    return tuple(reasons)


def _doubts(envelope: Envelope, record: ConsentRecord) -> list[str]:
    report = report_of_statement(envelope)
    if report is None:
        return ["there is no checked statement"]
    doubts = ["the statement was sent as a file, not recorded live"] if report.capture == "upload" else []
    failed = not_passed(report, record)
    if failed:
        doubts.append(f"checks of the statement did not pass ({', '.join(failed)})")
    return doubts


def approvers_needed(envelope: Envelope, record: ConsentRecord) -> int:
    """How many different people of the controller must approve."""
    return TWO if four_eyes_reasons(envelope, record) else 1
