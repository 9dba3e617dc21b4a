"""The subject's own copy: a consent receipt in the shape of ISO/IEC TS 27560 (plain JSON).

The standard's groups (header, parties, processing, events) with its field names where it has one. The receipt is
personal data: it goes to the subject and to nobody else.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from consent.decide import RecordStatus, record_status
from consent.envelope import Envelope
from consent.errors import ConsentStateError
from consent.instant import instant
from consent.ledger import LedgerView, entry_bytes, leaf_hash
from consent.policy import Rulebook, stand
from consent.record import ConsentRecord

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"


def receipt(envelope: Envelope, *, ledger: LedgerView, rulebook: Rulebook, at: datetime) -> dict[str, Json]:
    """Return the receipt of a record that stands in the ledger.

    Raises:
        ConsentStateError: the record is unknown to the ledger, changed, or erased; there is nothing true to receipt.
    """
    standing = stand(envelope.record_id, envelope=envelope, ledger=ledger, rulebook=rulebook, at=at)
    status = record_status(envelope.record_id, envelope=envelope, ledger=ledger, rulebook=rulebook, at=at)
    if status is RecordStatus.UNKNOWN:
        raise ConsentStateError(
            f"record {envelope.record_id} is not in the ledger as it is; there is nothing to receipt"
        )
    record = standing.known_record()
    return {
        "schema_version": "ISO/IEC TS 27560:2023",
        "receipt_version": 1,
        "record_id": envelope.record_id,
        "public_hash": standing.name,
        "issued_at": instant(at),
        "status": status.value,
        "assurance": standing.assurance(),
        "language": record.subject.language,
        "privacy_notice": record.notice.model_dump(mode="json") if record.notice else None,
        "pii_principal": record.subject.model_dump(mode="json", exclude_none=True),
        "pii_controllers": [record.controller.model_dump(mode="json", exclude_none=True)],
        "recipients": [recipient.model_dump(mode="json", exclude_none=True) for recipient in record.recipients],
        "processing": _processing(record),
        "withdrawal": record.withdrawal.model_dump(mode="json"),
        "taken_back": [one.model_dump(mode="json", exclude_defaults=True) for one in envelope.restrictions],
        "events": [
            {"event": entry.kind, "at": instant(entry.at), "leaf_hash": leaf_hash(entry_bytes(entry)).hex()}
            for entry in standing.history
        ],
        "ledger_checkpoint": ledger.checkpoint,
    }


def _processing(record: ConsentRecord) -> dict[str, Json]:
    return {
        "purpose": record.scope.description,
        "lawful_basis": record.legal_basis,
        "pii_types": [modality.value for modality in record.scope.modalities],
        "scope": record.scope.model_dump(mode="json", exclude_none=True),
        "retention_period": record.retention.model_dump(mode="json"),
        "disclosure": record.disclosure,
    }
