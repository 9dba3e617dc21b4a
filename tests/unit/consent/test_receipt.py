"""The subject's copy tells what was agreed and what was done."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from consent.errors import ConsentStateError
from consent.ledger import Revoked
from consent.receipt import receipt

World = Any


def of(world: World) -> dict[str, Any]:
    return dict(receipt(world.envelope, ledger=world.ledger, rulebook=world.rulebook, at=world.at))


def test_receipt_is_plain_json_with_the_groups_of_the_standard(world: World) -> None:
    told = json.loads(json.dumps(of(world)))
    assert told["record_id"] == world.envelope.record_id
    assert told["public_hash"] == world.name
    assert told["pii_principal"]["name"] == "Test Subject"
    assert told["pii_controllers"][0]["name"] == "Example GmbH"
    assert told["processing"]["purpose"].startswith("Coffee One launch ads")
    assert told["processing"]["scope"]["languages"] == ["en", "fr"]
    assert told["withdrawal"]["channel"] == "privacy@example.com"
    assert told["assurance"] == "contract"
    assert told["privacy_notice"] is None
    assert world.envelope.salt.hex() not in json.dumps(told)


def test_receipt_shows_the_notice_that_was_given(make_world: Callable[..., World]) -> None:
    notice = {
        "uri": "https://x.example",
        "version": "1",
        "sha256": "ab" * 32,
        "language": "fr",
        "given_on": "2026-10-30",
    }
    assert of(make_world(notice=notice))["privacy_notice"] == notice


def test_receipt_tells_every_event_of_the_ledger(world: World) -> None:
    world.file(Revoked(public_hash=world.name, at=world.at))
    told = of(world)
    assert told["status"] == "withdrawn"
    assert [event["event"] for event in told["events"]] == [
        "record_created",
        "signed",
        "approved",
        "approved",
        "revoked",
    ]


def test_nothing_true_is_no_receipt(world: World) -> None:
    world.envelope = world.envelope.model_copy(update={"salt": bytes(32)})
    with pytest.raises(ConsentStateError, match="nothing to receipt"):
        of(world)
