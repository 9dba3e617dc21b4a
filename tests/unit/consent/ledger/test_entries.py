"""Entries: canonical, versioned, and without room for a name."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from consent.errors import LedgerUnreadableError
from consent.grant import Sha256Hex, TakeId
from consent.ledger.entries import (
    Acted,
    Approved,
    Assessed,
    Checked,
    Declined,
    Entry,
    GuardianSigned,
    RecordCreated,
    Released,
    Restricted,
    Resumed,
    Revoked,
    ScriptApproved,
    Signed,
    Superseded,
    Suspended,
    actor_hash,
    entry_bytes,
    parse_entry,
    reason_hash,
)

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
NAME = Sha256Hex("ab" * 32)
OTHER = Sha256Hex("cd" * 32)
ALL: dict[str, Entry] = {
    "record_created": RecordCreated(public_hash=NAME, at=AT),
    "signed": Signed(public_hash=NAME, at=AT, signature_sha256=OTHER),
    "approved": Approved(public_hash=NAME, at=AT, approval_sha256=OTHER),
    "script_approved": ScriptApproved(public_hash=NAME, at=AT, approval_sha256=OTHER),
    "suspended": Suspended(public_hash=NAME, at=AT),
    "resumed": Resumed(public_hash=NAME, at=AT, reason_hash=OTHER),
    "revoked": Revoked(public_hash=NAME, at=AT, reason_hash=OTHER),
    "released": Released(
        public_hash=NAME,
        at=AT,
        take_id=TakeId("take-1"),
        file_sha256=OTHER,
        script_sha256=OTHER,
        locale="fr-FR",
        market="US-NY",
        channel="youtube",
        format="1080x1080.png",
    ),
}


@pytest.mark.parametrize(("kind", "entry"), ALL.items(), ids=ALL.keys())
def test_entry_is_read_back_from_its_bytes(kind: str, entry: Entry) -> None:
    assert entry.kind == kind
    assert parse_entry(entry_bytes(entry)) == entry


def test_oldest_entries_are_read() -> None:
    """data/entries-v1.jsonl holds one entry of each kind as the first version wrote it; it must never change."""
    stored = (Path(__file__).parents[1] / "data" / "entries-v1.jsonl").read_bytes().splitlines()
    assert [parse_entry(line) for line in stored] == list(ALL.values())
    assert [entry_bytes(entry) for entry in ALL.values()] == stored


NEWER: dict[str, Entry] = {
    "guardian_signed": GuardianSigned(public_hash=NAME, at=AT, signature_sha256=OTHER),
    "checked": Checked(public_hash=NAME, at=AT, report_sha256=OTHER),
    "assessed": Assessed(public_hash=NAME, at=AT, assessment_sha256=OTHER, actor_hash=OTHER),
    "restricted": Restricted(public_hash=NAME, at=AT, restriction_hash=OTHER),
    "declined": Declined(public_hash=NAME, at=AT),
    "superseded": Superseded(public_hash=NAME, at=AT, successor_hash=OTHER),
    "acted": Acted(public_hash=NAME, at=AT, action="link_sent", actor_hash=OTHER, reason_hash=OTHER),
}


@pytest.mark.parametrize(("kind", "entry"), NEWER.items(), ids=NEWER.keys())
def test_newer_kinds_are_read_back_too(kind: str, entry: Entry) -> None:
    assert entry.kind == kind
    assert parse_entry(entry_bytes(entry)) == entry


def test_an_action_is_a_machine_word() -> None:
    with pytest.raises(ValueError, match="must not stand in the ledger"):
        Acted(public_hash=NAME, at=AT, action="told Anna")


def test_who_acted_is_hashed_with_the_salt_and_without_regard_to_case() -> None:
    assert actor_hash(" Legal@Example.com", b"a") == actor_hash("legal@example.com", b"a")
    assert actor_hash("legal@example.com", b"a") != actor_hash("legal@example.com", b"b")
    assert actor_hash("x", b"a") != reason_hash("x", b"a")


@given(st.sampled_from(list(ALL.values())), st.datetimes(timezones=st.just(UTC)), st.from_regex(r"\A[a-z0-9]{64}\Z"))
def test_bytes_are_the_canonical_ones(entry: Entry, at: datetime, digest: str) -> None:
    import dataclasses

    try:
        changed = dataclasses.replace(entry, at=at, public_hash=digest)
    except ValueError:
        return  # letters beyond f
    stored = entry_bytes(changed)
    assert rfc8785.dumps(json.loads(stored)) == stored


NOT_ENTRIES: dict[str, Any] = {
    "empty": b"",
    "not json": b"{",
    "not utf-8": b"\xff",
    "a list": b"[]",
    "a number": b"1",
    "deep": b"[" * 100_000,
    "spaces": lambda content: json.dumps(content).encode(),
    "later version": lambda content: {**content, "version": 2},
    "no version": lambda content: {key: value for key, value in content.items() if key != "version"},
    "unknown kind": lambda content: {**content, "kind": "party"},
    "unknown key": lambda content: {**content, "name": "x"},
    "key missing": lambda content: {key: value for key, value in content.items() if key != "take_id"},
    "another form of time": lambda content: {**content, "at": "2026-11-22T12:00:00Z"},
    "time a number": lambda content: {**content, "at": 1},
    "no hash": lambda content: {**content, "file_sha256": "x"},
    "take a number": lambda content: {**content, "take_id": 1},
}


@pytest.mark.parametrize("change", NOT_ENTRIES.values(), ids=NOT_ENTRIES.keys())
def test_other_bytes_are_no_entry(change: Any) -> None:
    changed = change if isinstance(change, bytes) else change(json.loads(entry_bytes(ALL["released"])))
    stored = changed if isinstance(changed, bytes) else rfc8785.dumps(changed)
    with pytest.raises(LedgerUnreadableError):
        parse_entry(stored)


@pytest.mark.parametrize(
    "word", ["Test Subject", "subject@example.org", "Jürgen", "", "a/b", "x" * 129, "a\n"], ids=repr
)
def test_words_of_people_cannot_stand_in_an_entry(word: str) -> None:
    with pytest.raises(ValueError, match="must not stand in the ledger"):
        Released(
            public_hash=NAME,
            at=AT,
            take_id=TakeId("t"),
            file_sha256=OTHER,
            script_sha256=OTHER,
            locale="fr",
            market="FR",
            channel=word,
            format="wav",
        )


def test_entry_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        RecordCreated(public_hash=NAME, at=AT.replace(tzinfo=None))


def test_reason_is_hidden_by_the_salt() -> None:
    assert reason_hash("asked to", bytes(32)) != reason_hash("asked to", b"\1" * 32)
    assert reason_hash("asked to", bytes(32)) != reason_hash("other", bytes(32))
