"""When a consent ended, and when each kind of what was kept for it has to be destroyed (the record's ``retention``).

1. It ends by the first of: withdrawn, declined, superseded, its last day over.
2. A withdrawn consent keeps no likeness, not for an hour: portraits, footage, voices and templates go at once.
3. A declined one was never a consent: everything goes at once.
4. Statements, papers and transcripts prove that earlier uses were allowed; they stay for ``evidence_days``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, TypeAlias

from consent.ledger import Declined, Entry, Revoked, Superseded
from consent.record import ConsentRecord, Retention
from studio.vault.item import KINDS, Kind

How: TypeAlias = Literal["withdrawn", "declined", "superseded", "expired"]

TEMPLATES: Final[frozenset[Kind]] = frozenset({"template"})
FOOTAGE: Final[frozenset[Kind]] = frozenset({"portrait", "footage", "voice"})
LIKENESS: Final = TEMPLATES | FOOTAGE
EVIDENCE: Final = frozenset(KINDS) - LIKENESS
_STRICTNESS: Final[tuple[How, ...]] = ("withdrawn", "declined", "superseded", "expired")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How and when a consent ended. Withdrawn wins over what came before it: its rule is the strictest."""

    how: How
    at: datetime  # when the days of retention began to count


def ending_of(record: ConsentRecord, history: Iterable[Entry], *, at: datetime) -> Ending | None:
    """Return how a consent has ended by ``at``; None while it has not."""
    expiry = last_day(record)
    found: list[Ending] = [expiry] if expiry.at <= at else []
    for entry in history:
        if isinstance(entry, Revoked):
            found.append(Ending(how="withdrawn", at=entry.at))
        elif isinstance(entry, Declined):
            found.append(Ending(how="declined", at=entry.at))
        elif isinstance(entry, Superseded):
            found.append(Ending(how="superseded", at=entry.at))
    if not found:
        return None
    began = min(one.at for one in found)
    how = min(found, key=lambda one: (_STRICTNESS.index(one.how), one.at)).how
    return Ending(how=how, at=began)


def last_day(record: ConsentRecord) -> Ending:
    """Return how a consent ends at the latest: its last day is over."""
    return Ending(how="expired", at=datetime.combine(record.scope.valid_until + timedelta(days=1), time(), UTC))


def due_at(kind: Kind, retention: Retention, ending: Ending) -> datetime:
    """Return from when on an item of this kind must not exist any more."""
    if ending.how == "declined" or (ending.how == "withdrawn" and kind in LIKENESS):
        return ending.at
    if kind in TEMPLATES:
        days = retention.template_days
    else:
        days = retention.footage_days if kind in FOOTAGE else retention.evidence_days
    return ending.at + timedelta(days=days)


def kinds_due(retention: Retention, ending: Ending, *, at: datetime) -> frozenset[Kind]:
    """Return the kinds that are due by ``at``."""
    return frozenset(kind for kind in KINDS if due_at(kind, retention, ending) <= at)


def proof_until(retention: Retention, ending: Ending, *, at: datetime) -> date | None:
    """Return the last day of the evidence; None if it is due already."""
    due = due_at("statement", retention, ending)
    return None if due <= at else due.date()
