"""When a consent ended, and what has to be destroyed by then."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from consent.grant import Sha256Hex
from consent.ledger import Acted, Declined, Entry, RecordCreated, Revoked, Superseded
from consent.record import ConsentRecord, Retention
from studio.consents.ending import EVIDENCE, LIKENESS, Ending, due_at, ending_of, kinds_due, proof_until
from studio.vault.item import KINDS

NAME = Sha256Hex("ab" * 32)
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
RETENTION = Retention(footage_days=10, template_days=20, evidence_days=30)
RECORD = ConsentRecord.model_validate(
    {
        "class": "replica",
        "subject": {"name": "A B", "birth_year": 1990, "contact": "a@example.org", "language": "en"},
        "controller": {"name": "Example", "contact": "c@example.com"},
        "scope": {
            "description": "d",
            "modalities": ["face"],
            "languages": ["en"],
            "territories": ["FR"],
            "channels": ["web"],
            "brands": ["b"],
            "products": ["p"],
            "valid_from": date(2026, 1, 1),
            "valid_until": date(2026, 12, 31),
            "max_takes": 1,
        },
        "withdrawal": {"channel": "c@example.com"},
        "retention": RETENTION.model_dump(),
    }
)
CREATED = RecordCreated(public_hash=NAME, at=AT)


def test_a_consent_that_runs_has_not_ended() -> None:
    entries = (CREATED, Acted(public_hash=NAME, at=AT, action="sent"))
    assert ending_of(RECORD, entries, at=AT) is None
    assert ending_of(RECORD, (), at=datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)) is None


def test_the_last_day_counts_to_its_end() -> None:
    midnight = datetime(2027, 1, 1, tzinfo=UTC)
    assert ending_of(RECORD, (), at=midnight) == Ending(how="expired", at=midnight)


def revoked(at: datetime) -> Entry:
    return Revoked(public_hash=NAME, at=at)


@pytest.mark.parametrize(
    ("entries", "how", "began"),
    [
        ((revoked(AT),), "withdrawn", AT),
        ((Declined(public_hash=NAME, at=AT),), "declined", AT),
        ((Superseded(public_hash=NAME, at=AT, successor_hash=NAME),), "superseded", AT),
        ((Superseded(public_hash=NAME, at=AT, successor_hash=NAME), revoked(AT + timedelta(1))), "withdrawn", AT),
        ((revoked(datetime(2027, 5, 1, tzinfo=UTC)),), "withdrawn", datetime(2027, 1, 1, tzinfo=UTC)),
    ],
    ids=["withdrawn", "declined", "superseded", "superseded and then withdrawn", "withdrawn after its end"],
)
def test_the_first_end_starts_the_days_and_the_strictest_sets_the_rule(
    entries: tuple[Entry, ...], how: str, began: datetime
) -> None:
    assert ending_of(RECORD, entries, at=datetime(2027, 6, 1, tzinfo=UTC)) == Ending(how=how, at=began)


@pytest.mark.parametrize(("kind", "days"), [("portrait", 10), ("voice", 10), ("template", 20), ("statement", 30)])
def test_each_kind_has_its_days_after_the_end(kind: str, days: int) -> None:
    assert due_at(kind, RETENTION, Ending(how="expired", at=AT)) == AT + timedelta(days=days)


def test_a_withdrawn_consent_keeps_no_likeness_for_a_moment() -> None:
    assert kinds_due(RETENTION, Ending(how="withdrawn", at=AT), at=AT) == LIKENESS
    assert kinds_due(Retention(evidence_days=0), Ending(how="withdrawn", at=AT), at=AT) == frozenset(KINDS)


def test_a_declined_consent_keeps_nothing() -> None:
    assert kinds_due(RETENTION, Ending(how="declined", at=AT), at=AT) == frozenset(KINDS)


def test_proof_is_kept_until_its_day() -> None:
    ending = Ending(how="withdrawn", at=AT)
    assert proof_until(RETENTION, ending, at=AT) == date(2026, 12, 22)
    assert proof_until(RETENTION, ending, at=AT + timedelta(days=30)) is None


def test_every_kind_is_likeness_or_evidence() -> None:
    assert frozenset(KINDS) == LIKENESS | EVIDENCE
    assert not LIKENESS & EVIDENCE
