"""The append-only ledger: what was done with which consent, provable and free of personal data.

merkle: RFC 6962 trees and proofs. checkpoint: signed tree heads (C2SP). entries: what stands in a leaf. view: a ledger
that has been checked as a whole. audit: the same check with a report, for ``sayso ledger verify``.
"""

from __future__ import annotations

from consent.ledger.audit import LedgerReport, verify_whole
from consent.ledger.checkpoint import Checkpoint, sign_checkpoint, verifier_key, verify_checkpoint
from consent.ledger.entries import (
    FORGOTTEN,
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
from consent.ledger.merkle import EMPTY_ROOT, MerkleTree, leaf_hash, verify_consistency, verify_inclusion
from consent.ledger.view import LedgerView

__all__ = [
    "EMPTY_ROOT",
    "FORGOTTEN",
    "Acted",
    "Approved",
    "Assessed",
    "Checked",
    "Checkpoint",
    "Declined",
    "Entry",
    "GuardianSigned",
    "LedgerReport",
    "LedgerView",
    "MerkleTree",
    "RecordCreated",
    "Released",
    "Restricted",
    "Resumed",
    "Revoked",
    "ScriptApproved",
    "Signed",
    "Superseded",
    "Suspended",
    "actor_hash",
    "entry_bytes",
    "leaf_hash",
    "parse_entry",
    "reason_hash",
    "sign_checkpoint",
    "verifier_key",
    "verify_checkpoint",
    "verify_consistency",
    "verify_inclusion",
    "verify_whole",
]
