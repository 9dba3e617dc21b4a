"""A ledger is opened only as it was signed, and nothing that was witnessed may be gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.errors import LedgerTamperedError, LedgerUnreadableError
from consent.grant import Sha256Hex, TakeId
from consent.keys import SigningKey
from consent.ledger import (
    Approved,
    Declined,
    Entry,
    LedgerView,
    RecordCreated,
    Released,
    Resumed,
    Revoked,
    Signed,
    Superseded,
    Suspended,
    entry_bytes,
    leaf_hash,
    sign_checkpoint,
    verify_consistency,
    verify_inclusion,
    verify_whole,
)

ORIGIN = "sayso.example/ledger"
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANNA, BORIS = Sha256Hex("aa" * 32), Sha256Hex("bb" * 32)
KEY = SigningKey.generate()


def released(name: Sha256Hex, take: str = "take-1") -> Released:
    return Released(
        public_hash=name,
        at=AT,
        take_id=TakeId(take),
        file_sha256=Sha256Hex("00" * 32),
        script_sha256=Sha256Hex("11" * 32),
        locale="fr-FR",
        market="FR",
        channel="web",
        format="wav",
    )


LIFE: tuple[Entry, ...] = (
    RecordCreated(public_hash=ANNA, at=AT),
    RecordCreated(public_hash=BORIS, at=AT),
    Signed(public_hash=ANNA, at=AT, signature_sha256=Sha256Hex("22" * 32)),
    Approved(public_hash=ANNA, at=AT, approval_sha256=Sha256Hex("33" * 32)),
    Suspended(public_hash=ANNA, at=AT),
    Resumed(public_hash=ANNA, at=AT),
    released(ANNA),
    Revoked(public_hash=ANNA, at=AT),
)
STORED = [entry_bytes(entry) for entry in LIFE]


def ledger(entries: Sequence[Entry] = LIFE) -> LedgerView:
    return LedgerView.empty(origin=ORIGIN, key=KEY).appended(entries, key=KEY)


def reopen(stored: Sequence[bytes], *, checkpoint: str, witness: str | None, key: SigningKey = KEY) -> LedgerView:
    return LedgerView.open(stored, origin=ORIGIN, checkpoint=checkpoint, witness=witness, public_key=key.public_key)


def test_stored_ledger_is_opened_as_it_was() -> None:
    kept = ledger()
    view = reopen(STORED, checkpoint=kept.checkpoint, witness=kept.checkpoint)
    assert (view.size, view.root, view.history(ANNA)) == (8, kept.root, kept.history(ANNA))


def test_ledger_tells_of_each_record_apart() -> None:
    view = ledger()
    assert [entry.kind for entry in view.history(BORIS)] == ["record_created"]
    assert view.releases(ANNA) == (LIFE[6],)
    assert view.revocation(ANNA) == LIFE[7]
    assert view.suspension(ANNA) is None
    assert ledger(LIFE[:5]).suspension(ANNA) == LIFE[4]
    assert (view.releases(BORIS), view.revocation(BORIS), view.suspension(BORIS)) == ((), None, None)
    assert view.history(Sha256Hex("cc" * 32)) == ()


def test_empty_ledger_opens_without_a_witness() -> None:
    kept = LedgerView.empty(origin=ORIGIN, key=KEY)
    assert reopen([], checkpoint=kept.checkpoint, witness=None).size == 0
    assert reopen([], checkpoint=kept.checkpoint, witness=kept.checkpoint).size == 0


def test_witness_may_lag_behind() -> None:
    old, new = ledger(LIFE[:3]), ledger()
    assert reopen(STORED, checkpoint=new.checkpoint, witness=old.checkpoint).size == 8


def test_missing_witness_is_not_taken_for_a_fresh_start() -> None:
    with pytest.raises(LedgerUnreadableError, match="witness checkpoint is missing"):
        reopen(STORED, checkpoint=ledger().checkpoint, witness=None)


def test_rolled_back_ledger_is_found_by_its_witness() -> None:
    """The attack: yesterday's database, with its own true checkpoint, so that the revocation never was."""
    with pytest.raises(LedgerTamperedError, match="taken away"):
        reopen(STORED[:7], checkpoint=ledger(LIFE[:7]).checkpoint, witness=ledger().checkpoint)


def test_rewritten_ledger_is_found_by_its_witness() -> None:
    """The attack: as many entries again, signed with the stolen key, but not the same."""
    forged = (*LIFE[:7], RecordCreated(public_hash=Sha256Hex("cc" * 32), at=AT))
    kept = ledger(forged)
    with pytest.raises(LedgerTamperedError, match="not those that the witness"):
        reopen([entry_bytes(entry) for entry in forged], checkpoint=kept.checkpoint, witness=ledger().checkpoint)


TAMPERED = {
    "entry removed": STORED[:4] + STORED[5:],
    "last entry removed": STORED[:-1],
    "entry changed": [*STORED[:7], entry_bytes(Suspended(public_hash=ANNA, at=AT))],
    "entries exchanged": [STORED[1], STORED[0], *STORED[2:]],
    "entry added unsigned": [*STORED, entry_bytes(Resumed(public_hash=ANNA, at=AT))],
    "everything gone": [],
}


@pytest.mark.parametrize("stored", TAMPERED.values(), ids=TAMPERED.keys())
def test_tampered_ledger_is_not_opened(stored: list[bytes]) -> None:
    kept = ledger()
    with pytest.raises(LedgerTamperedError):
        reopen(stored, checkpoint=kept.checkpoint, witness=ledger(()).checkpoint)
    with pytest.raises(LedgerTamperedError):
        verify_whole(stored, [kept.checkpoint], origin=ORIGIN, public_key=KEY.public_key, witness=kept.checkpoint)


def test_unreadable_entry_is_told() -> None:
    with pytest.raises(LedgerUnreadableError, match="cannot be read"):
        reopen([b"{}"], checkpoint=ledger().checkpoint, witness=None)


def test_checkpoint_of_another_key_is_not_believed() -> None:
    kept = ledger()
    with pytest.raises(LedgerUnreadableError):
        reopen(STORED, checkpoint=kept.checkpoint, witness=kept.checkpoint, key=SigningKey.generate())


def test_view_is_not_changed_by_what_comes_after() -> None:
    old = ledger(LIFE[:3])
    root = old.root
    one, other = old.appended(LIFE[3:], key=KEY), old.appended(LIFE[3:4], key=KEY)
    assert (old.size, one.size, other.size) == (3, 8, 4)
    assert old.root == root
    assert old.revocation(ANNA) is None


@given(st.lists(st.integers(0, len(LIFE) - 1), max_size=12), st.data())
def test_catching_up_gives_what_opening_gives(picks: list[int], data: st.DataObject) -> None:
    entries = [LIFE[pick] for pick in picks]
    stored = [entry_bytes(entry) for entry in entries]
    cut = data.draw(st.integers(0, len(entries)))
    kept, old = ledger(entries), ledger(entries[:cut])
    caught_up = old.extended(
        stored[cut:], checkpoint=kept.checkpoint, witness=old.checkpoint, public_key=KEY.public_key
    )
    opened = reopen(stored, checkpoint=kept.checkpoint, witness=kept.checkpoint)
    assert (caught_up.root, caught_up.size) == (opened.root, opened.size)
    assert caught_up.history(ANNA) == opened.history(ANNA)
    verify_consistency(
        old_size=cut, size=len(entries), old_root=old.root, root=kept.root, proof=kept.consistency_proof(cut)
    )
    for index, leaf in enumerate(stored):
        proof = kept.inclusion_proof(index)
        verify_inclusion(leaf_hash(leaf), index=index, size=kept.size, proof=proof, root=kept.root)


def test_catching_up_with_a_lie_is_refused() -> None:
    old = ledger(LIFE[:3])
    with pytest.raises(LedgerTamperedError):
        old.extended(STORED[4:], checkpoint=ledger().checkpoint, witness=old.checkpoint, public_key=KEY.public_key)


def audit(entries: Sequence[Entry]) -> tuple[str, ...]:
    kept = ledger(entries)
    stored = [entry_bytes(entry) for entry in entries]
    return verify_whole(
        stored, [kept.checkpoint], origin=ORIGIN, public_key=KEY.public_key, witness=kept.checkpoint
    ).irregularities


def test_whole_ledger_is_verified_against_every_checkpoint() -> None:
    notes = [ledger(LIFE[:size]).checkpoint for size in (8, 0, 5)]
    report = verify_whole(STORED, notes, origin=ORIGIN, public_key=KEY.public_key, witness=notes[2])
    assert (report.size, report.root, report.checkpoints, report.irregularities) == (8, ledger().root, 3, ())
    assert report.counts["record_created"] == 2
    forged = sign_checkpoint(ORIGIN, 5, b"\0" * 32, KEY)
    with pytest.raises(LedgerTamperedError, match="checkpoint of 5 entries"):
        verify_whole(STORED, [*notes, forged], origin=ORIGIN, public_key=KEY.public_key, witness=notes[2])


def test_ledger_without_checkpoints_is_not_verified() -> None:
    with pytest.raises(LedgerUnreadableError, match="no checkpoint"):
        verify_whole([], [], origin=ORIGIN, public_key=KEY.public_key, witness=None)


IRREGULAR: dict[str, tuple[tuple[Entry, ...], str]] = {
    "filed twice": ((LIFE[0], LIFE[0]), "filed twice"),
    "never filed": ((LIFE[2],), "never filed"),
    "unsigned": ((LIFE[0], LIFE[3], released(ANNA)), "before it was signed"),
    "unapproved": ((LIFE[0], LIFE[2], released(ANNA)), "before it was approved"),
    "suspended": ((LIFE[0], LIFE[2], LIFE[3], LIFE[4], released(ANNA)), "while it was suspended"),
    "revoked": ((*LIFE, released(ANNA, "take-2")), "after it was revoked"),
    "declined": ((*LIFE[:4], Declined(public_hash=ANNA, at=AT), released(ANNA)), "after the subject had declined"),
    "replaced": (
        (*LIFE[:4], Superseded(public_hash=ANNA, at=AT, successor_hash=BORIS), released(ANNA)),
        "after a newer version",
    ),
    "twice": ((*LIFE[:7], released(ANNA)), "released twice"),
}


@pytest.mark.parametrize(("entries", "words"), IRREGULAR.values(), ids=IRREGULAR.keys())
def test_audit_finds_what_the_door_should_have_stopped(entries: tuple[Entry, ...], words: str) -> None:
    (found,) = audit(entries)
    assert words in found


def test_entries_keep_their_own_time() -> None:
    late = Revoked(public_hash=ANNA, at=AT + timedelta(days=1))
    assert ledger((*LIFE[:7], late)).revocation(ANNA) == late


def test_places_are_where_the_history_stands() -> None:
    view = ledger()
    assert view.places(BORIS) == (1,)
    assert tuple(map(view.entry, view.places(ANNA))) == view.history(ANNA)
