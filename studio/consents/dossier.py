"""What can be shown of a record: one JSON for people and scripts, and a dossier to take to a court or an auditor."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import rfc8785
from pydantic import BaseModel

from consent.decide import RecordStatus, record_status
from consent.envelope import Envelope
from consent.errors import LedgerError
from consent.grant import RecordId
from consent.keys import SigningContext, SigningKey
from consent.ledger import LedgerView, entry_bytes, verifier_key
from consent.policy import Rulebook, stand
from consent.receipt import Json, receipt
from studio.errors import NotFoundError
from studio.store.ledger import LedgerStore
from studio.store.records import RecordStore

_READ_ME = """This dossier holds everything that a consent record rests on.
Check it with verify-a-dossier.py, which needs Python and the package cryptography, and nothing of Sayso.

record.json       the record, byte for byte as it was signed; its SHA-256 is the record's id
envelope.json     salt, the signatures, approvals, reports, assessments, partial withdrawals, evidence by hash
receipt.json      the receipt of the subject (ISO/IEC TS 27560)
ledger.json       every ledger entry of the record, each with its RFC 6962 inclusion proof (base64)
checkpoint.txt    the signed checkpoint that the proofs lead to (c2sp.org/signed-note)
ledger-key.txt    the key that the checkpoint is signed with; compare it with the one you know
evidence/         statements, contracts and other files, by SHA-256, where they were asked for
manifest.json     the SHA-256 of every file, signed with the company's key
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossiers:
    """Reads records for showing."""

    records: RecordStore
    ledger: LedgerStore
    rulebook: Callable[[], Rulebook]
    evidence: Callable[[RecordId, str], bytes | None]  # the bytes by their SHA-256, if they are still kept
    controller_key: Callable[[], SigningKey]
    clock: Callable[[], datetime]

    def show(self, record_id: RecordId) -> dict[str, object]:
        """Return the record, its state, and what the ledger says of it.

        Raises:
            NotFoundError: there is no such record.
        """
        envelope = self._envelope(record_id)
        ledger = self.ledger.view_or_error()
        status = self._status(record_id, envelope, ledger)
        return {
            "id": record_id,
            "status": str(status),
            "assurance": self._assurance(record_id, envelope, ledger),
            "public_hash": envelope.public_hash,
            "record": json.loads(envelope.record_bytes),
            "signature": _dump(envelope.subject_signature),
            "approvals": [_dump(one) for one in envelope.approvals],
            "script_approvals": [_dump(one) for one in envelope.script_approvals],
            "evidence": [_dump(one) for one in envelope.evidence],
            "releases": _releases(envelope, ledger),
            "ledger": self._history(envelope, ledger),
        }

    def all(self) -> list[dict[str, object]]:
        """Return one line for each record, oldest first."""
        ledger = self.ledger.view_or_error()
        lines: list[dict[str, object]] = []
        for record_id in self.records.all_ids():
            envelope = self._envelope(record_id)
            record = envelope.record()
            status = self._status(record_id, envelope, ledger)
            lines.append(
                {
                    "id": record_id,
                    "status": str(status),
                    "class": record.subject_class,
                    "subject": record.subject.name,
                    "description": record.scope.description,
                    "valid_until": record.scope.valid_until.isoformat(),
                }
            )
        return lines

    def export(self, record_id: RecordId, *, out: Path, with_evidence: bool = False) -> None:
        """Write the dossier as a zip file that only its owner can read; docs/verify-a-dossier.py checks it.

        The zip has one form (names sorted, nothing packed, no dates), so that no byte of it can be changed unseen.

        Raises:
            NotFoundError: there is no such record.
            LedgerError: the ledger cannot be relied on, so no proof can be given.
        """
        envelope = self._envelope(record_id)
        view = self.ledger.view()
        the_receipt = receipt(envelope, ledger=view, rulebook=self.rulebook(), at=self.clock())
        files: dict[str, bytes] = {
            "README.txt": _READ_ME.encode(),
            "record.json": envelope.record_bytes,
            "envelope.json": envelope.to_json().encode(),
            "receipt.json": json.dumps(the_receipt, indent=2, ensure_ascii=False, default=str).encode(),
            "ledger.json": json.dumps({"entries": _proofs(view, envelope)}, indent=2).encode(),
            "checkpoint.txt": view.checkpoint.encode(),
            "ledger-key.txt": (verifier_key(self.ledger.origin, self.ledger.public_key) + "\n").encode(),
        }
        if with_evidence:
            for one in envelope.evidence:
                content = self.evidence(record_id, one.sha256)
                if content is not None:
                    files[f"evidence/{one.sha256}{Path(one.name).suffix}"] = content
        _write_zip(out, self._sealed(files))

    def _sealed(self, files: dict[str, bytes]) -> dict[str, bytes]:
        """Add the manifest: the SHA-256 of every file, signed with the controller's key."""
        key = self.controller_key()
        manifest: dict[str, Json] = {
            "dossier_version": 1,
            "keys": {"controller": key.public_key.hex, "ledger": self.ledger.public_key.hex},
            "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        }
        signature = key.sign(rfc8785.dumps(manifest), SigningContext.DOSSIER).hex()
        return {**files, "manifest.json": rfc8785.dumps({"manifest": manifest, "signature": signature})}

    def status(self, record_id: RecordId) -> RecordStatus:
        """Return where the record is in its life.

        Raises:
            NotFoundError: there is no such record.
        """
        return self._status(record_id, self._envelope(record_id), self.ledger.view_or_error())

    def _status(self, record_id: RecordId, envelope: Envelope, ledger: LedgerView | LedgerError) -> RecordStatus:
        return record_status(record_id, envelope=envelope, ledger=ledger, rulebook=self.rulebook(), at=self.clock())

    def _assurance(self, record_id: RecordId, envelope: Envelope, ledger: LedgerView | LedgerError) -> str | None:
        standing = stand(record_id, envelope=envelope, ledger=ledger, rulebook=self.rulebook(), at=self.clock())
        return None if standing.record is None else standing.assurance()

    def _envelope(self, record_id: RecordId) -> Envelope:
        envelope = self.records.find(record_id)
        if envelope is None:
            raise NotFoundError(f"there is no consent record {record_id} in this home; check --home")
        return envelope

    @staticmethod
    def _history(envelope: Envelope, ledger: LedgerView | LedgerError) -> dict[str, object]:
        if isinstance(ledger, LedgerError):
            return {"readable": False, "error": str(ledger)}
        entries = () if envelope.public_hash is None else ledger.history(envelope.public_hash)
        return {"readable": True, "size": ledger.size, "entries": [json.loads(entry_bytes(e)) for e in entries]}


def _releases(envelope: Envelope, ledger: LedgerView | LedgerError) -> list[dict[str, object]]:
    """What was released; after a withdrawal each of them has to be taken down where it was published."""
    name = envelope.public_hash
    if name is None or isinstance(ledger, LedgerError):
        return []
    is_withdrawn = ledger.revocation(name) is not None
    return [
        {
            "take": release.take_id,
            "channel": release.channel,
            "locale": release.locale,
            "market": release.market,
            "format": release.format,
            "file_sha256": release.file_sha256,
            "released_at": release.at.isoformat(),
            "taken_down_needed": is_withdrawn,
        }
        for release in ledger.releases(name)
    ]


def _proofs(view: LedgerView, envelope: Envelope) -> list[dict[str, object]]:
    if envelope.public_hash is None:
        return []
    return [
        {
            "index": index,
            "entry": base64.b64encode(entry_bytes(view.entry(index))).decode(),
            "proof": [base64.b64encode(node).decode() for node in view.inclusion_proof(index)],
        }
        for index in view.places(envelope.public_hash)
    ]


def _write_zip(out: Path, files: dict[str, bytes]) -> None:
    part = out.with_name(out.name + ".part")
    part.touch(mode=0o600)
    with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as dossier:
        for name in sorted(files):
            dossier.writestr(zipfile.ZipInfo(name), files[name])  # without a date: the same dossier, the same bytes
    part.replace(out)


def _dump(model: BaseModel | None) -> object:
    return None if model is None else model.model_dump(mode="json")
