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
from consent.grant import Modality
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


_DPV = "https://w3id.org/dpv#"
_CONTEXT: dict[str, Json] = {
    "dpv": _DPV,
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dct": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "sayso": "urn:sayso:consent#",
}
_STATES: dict[RecordStatus, str] = {
    RecordStatus.DRAFT: "dpv:ConsentRequested",
    RecordStatus.PENDING_LEGAL: "dpv:ConsentGiven",
    RecordStatus.NOT_YET_VALID: "dpv:ConsentGiven",
    RecordStatus.ACTIVE: "dpv:ConsentGiven",
    RecordStatus.SUSPENDED: "dpv:ConsentInvalidated",
    RecordStatus.EXPIRED: "dpv:ConsentExpired",
    RecordStatus.WITHDRAWN: "dpv:ConsentWithdrawn",
    RecordStatus.DECLINED: "dpv:ConsentRefused",
    RecordStatus.SUPERSEDED: "dpv:ConsentInvalidated",
}
_DATA: dict[Modality, str] = {
    Modality.FACE: "dpv:FacialImage",
    Modality.VOICE: "dpv:Voice",
    Modality.BODY: "dpv:Body",
    Modality.GESTURES: "dpv:Gesture",
}


def receipt_jsonld(envelope: Envelope, *, ledger: LedgerView, rulebook: Rulebook, at: datetime) -> dict[str, Json]:
    """Return the receipt as JSON-LD in the W3C's Data Privacy Vocabulary, in the shape of its ISO/IEC TS 27560 guide.

    The context is inline, so that reading it asks no network. What the vocabulary has no word for, such as brands and
    channels, stands under ``sayso:``. Raises as ``receipt`` does.
    """
    plain = receipt(envelope, ledger=ledger, rulebook=rulebook, at=at)
    record, status = envelope.record(), RecordStatus(str(plain["status"]))
    scope = record.scope
    return {
        "@context": _CONTEXT,
        "@id": f"urn:sayso:record:{envelope.record_id}",
        "@type": ["dpv:ConsentRecord", "dpv:ConsentReceipt"],
        "dct:conformsTo": "ISO/IEC TS 27560:2023",
        "dct:issued": _time(instant(at)),
        "dct:language": record.subject.language,
        "dpv:hasConsentStatus": {"@id": _STATES[status]},
        "dpv:hasLegalBasis": {"@id": "eu-gdpr:A9-2-a"},
        "dpv:hasNotice": _notice(record),
        "dpv:hasDataSubject": {
            "@type": "dpv:DataSubject",
            "dpv:hasName": record.subject.name,
            "dpv:hasContact": record.subject.contact,
        },
        "dpv:hasDataController": {
            "@type": "dpv:DataController",
            "dpv:hasName": record.controller.name,
            "dpv:hasContact": record.controller.contact,
        },
        "dpv:hasRecipient": [
            {"@type": "dpv:Recipient", "dpv:hasName": one.name, "sayso:role": one.role} for one in record.recipients
        ],
        "dpv:hasProcess": {
            "@type": "dpv:Process",
            "dpv:hasPurpose": {"@type": "dpv:Advertising", "dct:description": scope.description},
            "dpv:hasProcessing": [{"@id": "dpv:Generate"}, {"@id": "dpv:Disseminate"}, {"@id": "dpv:Store"}],
            "dpv:hasPersonalData": [{"@id": _DATA[one]} for one in scope.modalities],
            "dpv:hasDuration": {"dct:valid": f"start={scope.valid_from}; end={scope.valid_until}"},
            "dpv:hasStorageCondition": {
                "@type": "dpv:StorageDuration",
                "sayso:retention": record.retention.model_dump(mode="json"),
            },
            "dpv:hasTechnicalOrganisationalMeasure": [{"@id": "dpv:Labelling"}, {"@id": "dpv:Encryption"}],
            "sayso:scope": scope.model_dump(mode="json", exclude_none=True),
        },
        "dpv:hasRight": {
            "@id": "eu-gdpr:A7-3",
            "dct:description": f"withdrawal at any time through {record.withdrawal.channel}",
        },
        "sayso:publicHash": plain["public_hash"],
        "sayso:assurance": plain["assurance"],
        "sayso:events": plain["events"],
        "sayso:ledgerCheckpoint": plain["ledger_checkpoint"],
    }


def _time(text: str) -> Json:
    return {"@value": text, "@type": "xsd:dateTime"}


def _notice(record: ConsentRecord) -> Json:
    if record.notice is None:
        return None
    return {
        "@type": "dpv:ConsentNotice",
        "@id": record.notice.uri,
        "dct:language": record.notice.language,
        "sayso:sha256": record.notice.sha256,
        "dct:issued": record.notice.given_on.isoformat(),
    }
