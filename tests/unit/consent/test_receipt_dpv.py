"""The receipt as JSON-LD says what the plain one says, in words that the vocabulary has."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from consent.errors import ConsentStateError
from consent.grant import Modality, Sha256Hex
from consent.ledger import Declined, Resumed, Revoked, Superseded, Suspended
from consent.receipt import receipt_jsonld

World = Any

# Kept by people beside the code, meant to be DPV 2.0's with its extensions; the vocabulary itself is not read here.
WORDS = frozenset((Path(__file__).parent / "data" / "dpv_words.txt").read_text(encoding="utf-8").splitlines())
NOTICE = {
    "uri": "urn:sayso:wording:1:fr",
    "version": "1",
    "sha256": "ab" * 32,
    "language": "fr",
    "given_on": "2026-10-30",
}


def of(world: World, at: datetime | None = None) -> dict[str, Any]:
    said = receipt_jsonld(world.envelope, ledger=world.ledger, rulebook=world.rulebook, at=at or world.at)
    return dict(json.loads(json.dumps(said)))


def record_of(world: World, at: datetime | None = None) -> dict[str, Any]:
    return dict(of(world, at)["dpv:hasRecordOfActivity"])


def names(value: object, *, is_open: bool = True) -> Iterator[str]:
    """Every name of the vocabularies that is used, and none of what lies below a ``sayso:`` key."""
    if isinstance(value, dict):
        for key, below in value.items():
            if not key.startswith("@"):
                yield key
            if key in {"@type", "@id"} or not key.startswith(("@", "sayso:")):
                yield from names(below, is_open=key in {"@type", "@id"})
    elif isinstance(value, list):
        for one in value:
            yield from names(one, is_open=is_open)
    elif isinstance(value, str) and is_open:
        yield value


@pytest.fixture
def everything(make_world: Callable[..., World]) -> World:
    """A record in which every optional field stands."""
    return make_world(
        notice=NOTICE,
        controller={"name": "Example GmbH", "contact": "privacy@example.com", "territory": "DE"},
        recipients=({"name": "Cutter", "role": "agency", "territory": "FR"}, {"name": "Host", "role": "processor"}),
        biometric_checks="agreed",
    ).under_contract()


def test_a_receipt_wraps_the_record(world: World) -> None:
    told = of(world)
    assert told["@type"] == "dpv:ConsentReceipt"
    assert told["dct:created"] == {"@value": "2026-11-22T12:00:00.000000Z", "@type": "xsd:dateTime"}
    record = told["dpv:hasRecordOfActivity"]
    assert record["@type"] == "dpv:ConsentRecord"
    assert record["dct:identifier"] == world.envelope.record_id
    assert record["dpv:hasDataSubject"]["dpv:hasName"] == "Test Subject"
    assert record["dpv:hasDataController"]["dpv:hasName"] == "Example GmbH"
    assert record["sayso:publicHash"] == world.name
    assert told["dct:audience"]["@id"] == record["dpv:hasDataSubject"]["@id"]
    assert world.envelope.salt.hex() not in json.dumps(told)


def test_every_name_stands_in_the_vocabulary(everything: World) -> None:
    told = of(everything)
    prefixes = set(told.pop("@context"))
    used = set(names(told))
    assert {name for name in used if name.split(":")[0] not in {*prefixes, "urn", "sayso"}} == set()
    assert {name for name in used if name.split(":")[0] not in {"urn", "sayso", "loc"}} - WORDS == set()


def test_reading_it_asks_no_network(world: World) -> None:
    context = of(world)["@context"]
    assert isinstance(context, dict)
    assert all(isinstance(value, str) and value[-1] in "#:/" for value in context.values())


def test_processing_names_data_purpose_and_how_long_it_is_kept(everything: World) -> None:
    process = record_of(everything)["dpv:hasProcess"]
    assert process["dpv:hasPurpose"]["dct:description"].startswith("Coffee One launch ads")
    assert [(one["@type"], one["dct:title"]) for one in process["dpv:hasPersonalData"]] == [
        ("pd:Picture", "face"),
        ("dpv:PersonalData", "voice"),
        ("pd:Biometric", "face and voice, compared once to check the statement"),
    ]
    durations = [one["dpv:hasDuration"]["@value"] for one in process["dpv:hasStorageCondition"][1:]]
    assert durations == ["P0D", "P0D", "P1095D"]
    assert process["sayso:scope"]["languages"] == ["en", "fr"]


def test_all_modalities_have_a_word(make_world: Callable[..., World]) -> None:
    scope = {**make_world().record.scope.model_dump(mode="python"), "modalities": tuple(Modality)}
    data = record_of(make_world(scope=scope).under_contract())["dpv:hasProcess"]["dpv:hasPersonalData"]
    assert {one["dct:title"] for one in data} == set(Modality)


def test_the_notice_the_withdrawal_and_the_rights_are_told(everything: World) -> None:
    record = record_of(everything)
    assert record["dpv:hasNotice"]["sayso:sha256"] == NOTICE["sha256"]
    assert record["dpv:hasConsentControl"]["dpv:isExercisedAt"] == "privacy@example.com"
    assert {one["@id"] for one in record["dpv:hasRight"]} == {"eu-gdpr:A7-3", "eu-gdpr:A15", "eu-gdpr:A17"}


def test_recipients_and_places_are_told(everything: World) -> None:
    record = record_of(everything)
    cutter, host = record["dpv:hasRecipient"]
    assert (cutter["@type"], cutter["dpv:hasLocation"]["@id"]) == (["dpv:Recipient", "dpv:ThirdParty"], "loc:FR")
    assert (host["@type"], "dpv:hasLocation" in host) == (["dpv:Recipient", "dpv:DataProcessor"], False)
    assert record["dpv:hasJurisdiction"] == {"@id": "loc:DE"}


def test_what_the_record_does_not_say_is_not_made_up(world: World) -> None:
    record = record_of(world)
    assert "dpv:hasJurisdiction" in record["sayso:notStated"]
    assert "dpv:hasJurisdiction" not in record
    assert "dpv:hasNotice" not in record


def states(world: World, at: datetime | None = None) -> list[str]:
    found = [one["@type"] for one in record_of(world, at)["dpv:hasConsentStatus"]]
    return [one if isinstance(one, str) else one[0] for one in found]


def test_consent_given_tells_who_when_and_how(world: World) -> None:
    given = record_of(world)["dpv:hasConsentStatus"][1]
    assert given["@type"] == ["dpv:ConsentGiven", "dpv:ExplicitlyExpressedConsent"]
    assert given["dpv:isIndicatedBy"] == {"@id": "dpv:DataSubject"}
    assert given["dpv:hasIndicationMethod"] == f"signature with {world.envelope.subject_signature.key_id}"
    assert given["dct:valid"] == "2026-11-01/2027-11-01"


@pytest.mark.parametrize(
    ("kind", "last"),
    [
        (Suspended, "dpv:ConsentStatusInvalidForProcessing"),
        (Resumed, "dpv:ConsentStatusValidForProcessing"),
        (Revoked, "dpv:ConsentWithdrawn"),
        (Declined, "dpv:ConsentRefused"),
    ],
)
def test_the_last_event_is_the_state(world: World, kind: type[Suspended], last: str) -> None:
    world.file(kind(public_hash=world.name, at=world.at))
    assert states(world) == ["dpv:ConsentRequested", "dpv:ConsentGiven", last]


def test_a_newer_version_ends_this_one(world: World) -> None:
    world.file(Superseded(public_hash=world.name, at=world.at, successor_hash=Sha256Hex("cd" * 32)))
    assert states(world)[-1] == "dpv:ConsentStatusInvalidForProcessing"
    assert record_of(world)["sayso:status"] == "superseded"


def test_time_ends_it_as_well(world: World) -> None:
    after = datetime(2027, 11, 2, tzinfo=UTC) + timedelta(days=1)
    assert states(world, after)[-1] == "dpv:ConsentExpired"


def test_what_was_taken_back_is_told(world: World) -> None:
    world.take_back(territories=("US",))
    assert record_of(world)["sayso:takenBack"] == [{"territories": ["US"], "at": "2026-11-22T12:00:00.000000Z"}]


def test_nothing_true_is_no_receipt(world: World) -> None:
    world.envelope = world.envelope.model_copy(update={"salt": bytes(32)})
    with pytest.raises(ConsentStateError, match="nothing to receipt"):
        of(world)
