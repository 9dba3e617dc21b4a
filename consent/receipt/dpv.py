"""The receipt as JSON-LD, in the W3C's Data Privacy Vocabulary (DPV 2).

A receipt is a wrapper around the record, as in the community group's guide to ISO/IEC TS 27560
(https://w3id.org/dpv/guides/consent-27560), whose table of fields is followed. The ``dpv:``, ``pd:`` and
``eu-gdpr:`` names are meant to be the vocabulary's; a test holds receipts to a list of them that people keep, and
nothing here reads the vocabulary itself. It has no word for a voice, a brand or a channel: these go by ``sayso:``.
The context is inline, so that reading a receipt asks no network. Like the plain receipt it is personal data.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from consent.decide import RecordStatus
from consent.envelope import Envelope, PartySignature
from consent.grant import Modality
from consent.instant import instant
from consent.ledger import (
    Declined,
    Entry,
    GuardianSigned,
    LedgerView,
    RecordCreated,
    Resumed,
    Revoked,
    Signed,
    Superseded,
    Suspended,
)
from consent.policy import Rulebook
from consent.receipt.plain import Json, receipt
from consent.record import ConsentRecord, Recipient, Retention

CONTEXT: Final[dict[str, Json]] = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "loc": "https://w3id.org/dpv/loc#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dct": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "sayso": "urn:sayso:consent:",
}
_DATA: Final[dict[Modality, str]] = {
    Modality.FACE: "pd:Picture",
    Modality.VOICE: "dpv:PersonalData",  # the vocabulary knows recorded calls, but no voice
    Modality.BODY: "pd:PhysicalCharacteristic",
    Modality.GESTURES: "pd:Behavioral",
}
# The vocabulary has no pause and no newer version: its word for both is the wider one, "not valid for processing".
_EVENTS: Final[dict[type[Entry], str]] = {
    RecordCreated: "dpv:ConsentRequested",
    Signed: "dpv:ConsentGiven",
    GuardianSigned: "dpv:ConsentGiven",
    Suspended: "dpv:ConsentStatusInvalidForProcessing",
    Resumed: "dpv:ConsentStatusValidForProcessing",
    Declined: "dpv:ConsentRefused",
    Superseded: "dpv:ConsentStatusInvalidForProcessing",
    Revoked: "dpv:ConsentWithdrawn",
}
_RIGHTS: Final = {  # of the GDPR, at the company: article -> what it gives
    "A7-3": "withdraw the consent",
    "A15": "a copy of what is kept",
    "A17": "erasure",
}


def receipt_jsonld(envelope: Envelope, *, ledger: LedgerView, rulebook: Rulebook, at: datetime) -> dict[str, Json]:
    """Return the receipt of a record that stands in the ledger, as JSON-LD.

    Raises:
        ConsentStateError: the record is unknown to the ledger, changed, or erased; there is nothing true to receipt.
    """
    plain = receipt(envelope, ledger=ledger, rulebook=rulebook, at=at)
    name, record = f"urn:sayso:record:{envelope.record_id}", envelope.record()
    return {
        "@context": CONTEXT,
        "@id": f"{name}:receipt:{instant(at)}",
        "@type": "dpv:ConsentReceipt",
        "dct:conformsTo": "https://w3id.org/dpv/schema/dpv-27560#receipt",
        "dct:identifier": f"{envelope.record_id}:{instant(at)}",
        "dct:created": _time(at),
        "dct:publisher": {"@id": f"{name}:controller"},
        "dct:audience": {"@id": f"{name}:subject"},
        "dpv:hasRecordOfActivity": {
            "@id": name,
            "@type": "dpv:ConsentRecord",
            "dct:conformsTo": "https://w3id.org/dpv/schema/dpv-27560#record",
            "dct:identifier": envelope.record_id,
            **_parties(record, name=name),
            **_processing(record),
            **_choices(record),
            "dpv:hasConsentStatus": list(_events(envelope, ledger, status=str(plain["status"]))),
            "sayso:status": plain["status"],
            "sayso:assurance": plain["assurance"],
            "sayso:takenBack": plain["taken_back"],
            "sayso:publicHash": plain["public_hash"],
            "sayso:ledgerEvents": plain["events"],
            "sayso:ledgerCheckpoint": plain["ledger_checkpoint"],
        },
    }


def _parties(record: ConsentRecord, *, name: str) -> dict[str, Json]:
    controller, place = record.controller, record.controller.territory
    company: dict[str, Json] = {
        "@id": f"{name}:controller",
        "@type": "dpv:DataController",
        "dct:identifier": controller.contact,
        "dpv:hasName": controller.name,
        "dpv:hasContact": controller.contact,
    }
    parties: dict[str, Json] = {
        "dpv:hasDataSubject": {
            "@id": f"{name}:subject",
            "@type": "dpv:DataSubject",
            "dct:identifier": f"{name}:subject",
            "dpv:hasName": record.subject.name,
            "dpv:hasContact": record.subject.contact,
        },
        "dpv:hasDataController": company,
        "dpv:hasRecipient": [_recipient(one) for one in record.recipients],
    }
    if place is None or place == "WORLD":
        # Fields that the standard wants and a record may lack: said, and not made up.
        return {**parties, "sayso:notStated": ["dpv:hasJurisdiction", "dpv:hasAddress", "dpv:StorageLocation"]}
    parties["dpv:hasJurisdiction"] = company["dpv:hasLocation"] = {"@id": f"loc:{place}"}
    return {**parties, "sayso:notStated": ["dpv:hasAddress", "dpv:StorageLocation"]}


def _recipient(one: Recipient) -> dict[str, Json]:
    kinds: list[Json] = ["dpv:Recipient", "dpv:DataProcessor" if one.role == "processor" else "dpv:ThirdParty"]
    where: dict[str, Json] = (
        {} if one.territory in {None, "WORLD"} else {"dpv:hasLocation": {"@id": f"loc:{one.territory}"}}
    )
    return {"@type": kinds, "dpv:hasName": one.name, "sayso:role": one.role, **where}


def _processing(record: ConsentRecord) -> dict[str, Json]:
    scope = record.scope
    data: list[Json] = [{"@type": _DATA[one], "dct:title": one.value} for one in scope.modalities]
    if record.biometric_checks is not None:
        data.append({"@type": "pd:Biometric", "dct:title": "face and voice, compared once to check the statement"})
    return {
        "dct:language": record.subject.language,
        "dpv:hasLegalBasis": [{"@id": "eu-gdpr:A6-1-a"}, {"@id": "eu-gdpr:A9-2-a"}],
        "dpv:hasProcess": {
            "@type": "dpv:Process",
            "dpv:hasPurpose": {"@type": "dpv:Advertising", "dct:description": scope.description},
            "dpv:hasPersonalData": data,
            "dpv:hasProcessing": [{"@id": "dpv:Store"}, {"@id": "dpv:Generate"}, {"@id": "dpv:Disseminate"}],
            "dpv:hasStorageCondition": _storage(record.retention),
            "dpv:hasTechnicalMeasure": [{"@id": "dpv:EncryptionAtRest"}, {"@id": "dpv:DigitalSignatures"}],
            "sayso:disclosure": record.disclosure,
            "sayso:scope": scope.model_dump(mode="json", exclude_none=True),
        },
    }


def _storage(retention: Retention) -> list[Json]:
    kept = {
        "pictures and recordings": retention.footage_days,
        "profiles of face and voice": retention.template_days,
        "the proof of this consent": retention.evidence_days,
    }
    conditions: list[Json] = [{"@type": "dpv:StorageDeletion", "dct:description": retention.method}]
    for what, days in kept.items():
        duration: Json = {"@value": f"P{days}D", "@type": "xsd:duration"}
        told = f"{what}, after the consent ended"
        conditions.append({"@type": "dpv:StorageDuration", "dpv:hasDuration": duration, "dct:description": told})
    return conditions


def _choices(record: ConsentRecord) -> dict[str, Json]:
    channel, notice = record.withdrawal.channel, record.notice
    shown: dict[str, Json] = {}
    if notice is not None:
        shown["dpv:hasNotice"] = {
            "@id": notice.uri,
            "@type": "dpv:ConsentNotice",
            "dct:date": {"@value": notice.given_on.isoformat(), "@type": "xsd:date"},
            "dct:language": notice.language,
            "dct:hasVersion": notice.version,
            "sayso:sha256": notice.sha256,
        }
    rights: list[Json] = [
        {"@id": f"eu-gdpr:{article}", "dct:title": what, "dpv:isExercisedAt": channel}
        for article, what in _RIGHTS.items()
    ]
    return {
        **shown,
        "dpv:hasConsentControl": {"@type": "dpv:WithdrawConsent", "dpv:isExercisedAt": channel},
        "dpv:hasRight": rights,
    }


def _events(envelope: Envelope, ledger: LedgerView, *, status: str) -> Iterator[Json]:
    """The states of the consent in their order; the last one counts now."""
    scope = envelope.record().scope
    name = envelope.public_hash
    for entry in () if name is None else ledger.history(name):  # without its salt a record has no name in the ledger
        if type(entry) not in _EVENTS:
            continue
        event: dict[str, Json] = {"@type": _EVENTS[type(entry)], "dpv:isIndicatedAtTime": _time(entry.at)}
        if isinstance(entry, Signed | GuardianSigned):
            is_subject = isinstance(entry, Signed)
            signature = envelope.subject_signature if is_subject else envelope.guardian_signature
            event["@type"] = ["dpv:ConsentGiven", "dpv:ExplicitlyExpressedConsent"]
            event["dpv:isIndicatedBy"] = {"@id": "dpv:DataSubject" if is_subject else "dpv:GuardianOfDataSubject"}
            event["dpv:hasIndicationMethod"] = _method(signature)
            event["dct:valid"] = f"{scope.valid_from.isoformat()}/{scope.valid_until.isoformat()}"
        yield event
    if status == RecordStatus.EXPIRED:
        until: Json = {"@value": scope.valid_until.isoformat(), "@type": "xsd:date"}
        yield {"@type": "dpv:ConsentExpired", "dpv:isIndicatedAtTime": until}


def _method(signature: PartySignature | None) -> str:
    return "none" if signature is None else f"signature with {signature.key_id}"


def _time(at: datetime) -> Json:
    return {"@value": instant(at), "@type": "xsd:dateTime"}
