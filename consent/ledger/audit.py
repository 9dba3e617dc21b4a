"""The whole ledger checked against every checkpoint ever signed, for ``sayso ledger verify``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from consent.errors import LedgerUnreadableError
from consent.grant import Sha256Hex
from consent.keys import PublicKey
from consent.ledger.checkpoint import verify_checkpoint
from consent.ledger.entries import (
    Approved,
    Declined,
    Entry,
    RecordCreated,
    Released,
    Resumed,
    Revoked,
    Signed,
    Superseded,
    Suspended,
)
from consent.ledger.view import LedgerView


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReport:
    """A ledger whose hashes and signatures are right; ``irregularities`` are acts that must not have happened in it."""

    size: int
    root: bytes
    checkpoints: int
    counts: Mapping[str, int]  # entries by kind
    irregularities: tuple[str, ...]


def verify_whole(
    entries: Sequence[bytes],
    checkpoints: Sequence[str],
    *,
    origin: str,
    public_key: PublicKey,
    witness: str | None,
) -> LedgerReport:
    """Recompute everything from the entries.

    Args:
        entries: all leaves, in their order.
        checkpoints: every signed note that is kept, in any order; the newest signs all entries.
        origin: the ledger's name.
        public_key: the ledger's key.
        witness: the note kept outside the database; None only while the ledger is empty.

    Raises:
        LedgerTamperedError: entries and signed notes contradict each other.
        LedgerUnreadableError: something is missing or cannot be read.
    """
    if not checkpoints:
        raise LedgerUnreadableError("the ledger has no checkpoint; needed is the signed note of its newest entry")
    said = [(verify_checkpoint(note, public_key, origin=origin), note) for note in checkpoints]
    newest = max(said, key=lambda one: one[0].size)[1]
    view = LedgerView.open(entries, origin=origin, checkpoint=newest, witness=witness, public_key=public_key)
    for checkpoint, _ in said:
        view.require_head(checkpoint, what=f"checkpoint of {checkpoint.size} entries")
    return LedgerReport(
        size=view.size,
        root=view.root,
        checkpoints=len(said),
        counts=MappingProxyType(dict(sorted(Counter(entry.kind for entry in view.entries).items()))),
        irregularities=tuple(_irregularities(view.entries)),
    )


def _irregularities(entries: Sequence[Entry]) -> list[str]:
    """Return what the door must have prevented: an audit finds it even if the door failed."""
    found: list[str] = []
    seen: dict[Sha256Hex, set[type[Entry]]] = {}
    takes: set[str] = set()
    for index, entry in enumerate(entries):
        before = seen.setdefault(entry.public_hash, set())
        what = f"entry {index} ({entry.kind} of {entry.public_hash[:12]})"
        if isinstance(entry, RecordCreated) == (RecordCreated in before):
            found.append(f"{what}: the record was {'filed twice' if before else 'never filed'}")
        if isinstance(entry, Released):
            found.extend(f"{what}: {wrong}" for wrong in _wrong_release(entry, before, takes))
            takes.add(entry.take_id)
        if isinstance(entry, Resumed):
            before.discard(Suspended)
        before.add(type(entry))
    return found


def _wrong_release(entry: Released, before: set[type[Entry]], takes: set[str]) -> list[str]:
    wrong = [
        (Signed not in before, "released before it was signed"),
        (Approved not in before, "released before it was approved"),
        (Suspended in before, "released while it was suspended"),
        (Revoked in before, "released after it was revoked"),
        (Declined in before, "released after the subject had declined"),
        (Superseded in before, "released after a newer version took its place"),
        (entry.take_id in takes, f"take {entry.take_id} was released twice"),
    ]
    return [text for is_wrong, text in wrong if is_wrong]
