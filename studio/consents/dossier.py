"""What can be shown of a record: one JSON for people and scripts, and a dossier to take to a court or an auditor."""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel

from consent.decide import RecordStatus, record_status
from consent.envelope import Envelope
from consent.errors import LedgerError
from consent.grant import RecordId
from consent.ledger import LedgerView, entry_bytes, verifier_key
from consent.policy import Rulebook, stand
from consent.receipt import receipt
from studio.errors import NotFoundError
from studio.store.ledger import LedgerStore
from studio.store.records import RecordStore

_READ_ME = """This dossier holds everything that a consent record rests on.

record.json       the record, byte for byte as it was signed; its SHA-256 is the record's id
envelope.json     salt, the subject's signature, approvals, evidence by hash
receipt.json      the receipt of the subject (ISO/IEC TS 27560)
ledger.json       every ledger entry of the record, each with its RFC 6962 inclusion proof (base64)
checkpoint.txt    the signed checkpoint that the proofs lead to (c2sp.org/signed-note)
ledger-key.txt    the key that the checkpoint is signed with; compare it with the one you know
evidence/         contracts and other files, by SHA-256
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossiers:
    """Reads records for showing."""

    records: RecordStore
    ledger: LedgerStore
    rulebook: Callable[[], Rulebook]
    evidence_dir: Path
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

    def export(self, record_id: RecordId, *, out: Path) -> None:
        """Write the dossier as a zip file that only its owner can read.

        Raises:
            NotFoundError: there is no such record.
            LedgerError: the ledger cannot be relied on, so no proof can be given.
        """
        envelope = self._envelope(record_id)
        view = self.ledger.view()
        key = self.ledger.public_key
        leaves, _ = self.ledger.everything()
        proofs = _proofs(view, leaves[: view.size], envelope)
        the_receipt = receipt(envelope, ledger=view, rulebook=self.rulebook(), at=self.clock())
        part = out.with_name(out.name + ".part")
        part.touch(mode=0o600)
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as dossier:
            dossier.writestr("README.txt", _READ_ME)
            dossier.writestr("record.json", envelope.record_bytes)
            dossier.writestr("envelope.json", envelope.to_json())
            dossier.writestr("receipt.json", json.dumps(the_receipt, indent=2, ensure_ascii=False, default=str))
            dossier.writestr("ledger.json", json.dumps(proofs, indent=2))
            dossier.writestr("checkpoint.txt", view.checkpoint)
            dossier.writestr("ledger-key.txt", verifier_key(self.ledger.origin, key) + "\n")
            for one in envelope.evidence:
                stored = self.evidence_dir / one.sha256
                if stored.is_file():
                    dossier.write(stored, f"evidence/{one.sha256}{Path(one.name).suffix}")
        part.replace(out)

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


def _proofs(view: LedgerView, leaves: list[bytes], envelope: Envelope) -> list[dict[str, object]]:
    if envelope.public_hash is None:
        return []
    wanted = {entry_bytes(entry) for entry in view.history(envelope.public_hash)}
    found: list[dict[str, object]] = []
    for index, leaf in enumerate(leaves):
        if leaf in wanted:
            proof = [base64.b64encode(node).decode() for node in view.inclusion_proof(index)]
            found.append({"index": index, "size": view.size, "entry": json.loads(leaf), "proof": proof})
    return found


def _dump(model: BaseModel | None) -> object:
    return None if model is None else model.model_dump(mode="json")
