"""Requests and people in tables for people, and as JSON for machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from studio.review.words import ACTIONS, DEALS, OUTCOMES, titled

if TYPE_CHECKING:
    from studio.review.case import Case, CaseLine


def show_queue(lines: Sequence[CaseLine]) -> None:
    """Print one line for each request."""
    console = Console()
    if not lines:
        console.print("no request is in this list; sayso review list --show all shows every one")
        return
    table = Table(box=SIMPLE, pad_edge=False)
    for column in ("request", "state", "person", "deal", "flags", "approvals"):
        table.add_column(column, overflow="fold")
    for line in lines:
        flags = sum(flag.level != "note" for flag in line.flags)
        table.add_row(
            line.request.id,
            line.phase.replace("_", " "),
            escape(line.subject),
            titled(DEALS, line.request.deal),
            str(flags) if flags else "",
            f"{line.given} of {line.needed}" if line.needed else "",
        )
    console.print(table)


def show_case(case: Case) -> None:
    """Print one request: words, flags, checks, approvals, history."""
    console = Console()

    def say(text: str, style: str = "") -> None:
        console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)

    say(f"{case.record.subject.name}: {case.phase.replace('_', ' ')}, version {case.request.current}", "bold")
    for flag in case.flags:
        say(f"  ! {flag.text}", "red" if flag.level == "stop" else "yellow")
    for one in case.shown:
        say(f"{one.heading}: {one.text}" if one.heading else one.text)
    for recording in case.recordings:
        say(
            f"recording {recording.number}, {recording.capture}{', signed with' if recording.is_signed else ''}", "bold"
        )
        if recording.refusal:
            say(f"  {recording.refusal}")
        for check in recording.checks:
            say(f"  {titled(OUTCOMES, check.outcome)}: {check.title}. {check.reason}")
    if case.oversight is not None:
        say(f"{case.oversight.given} of {case.oversight.needed} approvals", "bold")
        for reason in case.oversight.reasons:
            say(f"  two people, because {reason}")
    for line in reversed(case.history):
        place = "" if line.place is None else f" #{line.place}"
        doubt = "  (not what the ledger says)" if line.is_proven is False else ""
        why = f": {line.reason}" if line.reason else ""
        say(f"  {line.at:%Y-%m-%d %H:%M}{place} {titled(ACTIONS, line.action)} by {line.actor or 'nobody'}{why}{doubt}")


def lines_json(lines: Sequence[CaseLine]) -> list[dict[str, object]]:
    """The queue for machines."""
    return [
        {
            "id": line.request.id,
            "deal": line.request.deal,
            "phase": line.phase,
            "subject": line.subject,
            "flags": [{"level": flag.level, "code": flag.code, "text": flag.text} for flag in line.flags],
            "approvals": line.given,
            "needed": line.needed,
            "updated_at": line.request.updated_at.isoformat(),
        }
        for line in lines
    ]


def case_json(case: Case) -> dict[str, object]:
    """One request for machines."""
    oversight = case.oversight
    return {
        "id": case.request.id,
        "deal": case.request.deal,
        "phase": case.phase,
        "version": case.request.current,
        "record": case.record_id,
        "in_force": case.in_force,
        "status": None if case.status is None else str(case.status),
        "assurance": case.assurance,
        "terms": case.record.model_dump(mode="json", by_alias=True, exclude_none=True),
        "flags": [{"level": flag.level, "code": flag.code, "text": flag.text} for flag in case.flags],
        "four_eyes": list(oversight.reasons) if oversight else [],
        "approvals": [] if oversight is None else [one.approver for one in oversight.approvals if one.why_not is None],
        "needed": oversight.needed if oversight else None,
        "recordings": [
            {
                "number": one.number,
                "capture": one.capture,
                "sha256": one.sha256,
                "is_signed": one.is_signed,
                "refusal": one.refusal,
                "transcript": one.transcript,
                "checks": {check.name: check.outcome for check in one.checks},
            }
            for one in case.recordings
        ],
        "assessments": [one.sha256 for one in case.assessments],
        "history": [
            {
                "at": line.at.isoformat(),
                "actor": line.actor,
                "action": line.action,
                "reason": line.reason,
                "version": line.version,
                "ledger": line.place,
                "is_proven": line.is_proven,
            }
            for line in case.history
        ],
        "trouble": case.trouble,
    }
