"""No grant, another take's, a stale one, a forged one, a tampered record: no file comes out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from consent.errors import ConsentRefusedError
from consent.grant import Grant, Modality, ReasonCode, RecordId, Sha256Hex, TakeId
from pipelines.release.take import TakeProvenance
from tests.fakes.doors import House, scene_for

pytestmark = pytest.mark.weights


@pytest.fixture
def house(tmp_path: Path, weights_home: Path) -> House:
    return House.open(tmp_path, weights_home)


def refused(house: House, grant: object, **request: object) -> set[ReasonCode]:
    asked = house.studio.request(**request)
    before = len(house.studio.leaves)
    with pytest.raises(ConsentRefusedError) as refusal:
        house.door.release(
            scene_for(asked.format),
            grant=grant,  # type: ignore[arg-type] # wrong on purpose
            provenance=TakeProvenance(request=asked, model_cards=()),
        )
    assert house.left_behind() == []
    assert house.studio.releases == {}
    assert len(house.studio.leaves) == before
    return {reason.code for reason in refusal.value.reasons}


@pytest.mark.parametrize("grant", [None, True, "granted", {"granted": True}], ids=repr)
def test_what_is_no_grant_opens_nothing(house: House, grant: object) -> None:
    assert refused(house, grant) == {ReasonCode.GRANT_MISSING}


OTHER_TAKES = {
    "take": {"take_id": TakeId("take-2")},
    "script": {"script": "Achetez tout."},
    "locale": {"locale": "en-US"},
    "market": {"market": "US"},
    "channel": {"channel": "youtube"},
    "format": {"format": "1080x1080"},
    "commercial": {"commercial": False},
    "modalities": {"modalities": frozenset({Modality.FACE})},
    "weights": {"weights": frozenset({"other"})},
}


@pytest.mark.parametrize("name", OTHER_TAKES)
def test_a_grant_for_a_take_that_differs_in_one_thing_opens_nothing(house: House, name: str) -> None:
    grant = house.studio.grant(house.studio.request(**OTHER_TAKES[name]))
    assert refused(house, grant) == {ReasonCode.GRANT_MISMATCH}


def test_a_grant_that_has_ended_opens_nothing(house: House) -> None:
    grant = house.studio.grant(house.studio.request())
    house.studio.clock.move(hours=3)
    assert refused(house, grant) == {ReasonCode.GRANT_STALE}


def test_a_grant_from_the_future_opens_nothing(house: House) -> None:
    grant = house.studio.grant(house.studio.request())
    ahead = replace(grant, granted_at=grant.granted_at + timedelta(hours=1))
    assert refused(house, ahead) == {ReasonCode.GRANT_STALE}


def forged(house: House, **request: object) -> Grant:
    real = house.studio.grant(house.studio.request())
    return replace(real, request=house.studio.request(**request))


FORGERIES: dict[str, tuple[dict[str, object], ReasonCode]] = {
    "another brand": ({"brand": "Rival"}, ReasonCode.BRAND_NOT_COVERED),
    "another product": ({"product": "Tea"}, ReasonCode.PRODUCT_NOT_COVERED),
    "another language": ({"locale": "ja-JP"}, ReasonCode.LANGUAGE_NOT_COVERED),
    "another market": ({"market": "BR"}, ReasonCode.TERRITORY_NOT_COVERED),
    "another channel": ({"channel": "tiktok"}, ReasonCode.CHANNEL_NOT_COVERED),
    "another picture": ({"assets": frozenset({Sha256Hex("0" * 64)})}, ReasonCode.ASSET_NOT_COVERED),
    "the body": (
        {"modalities": frozenset({Modality.FACE, Modality.VOICE, Modality.BODY})},
        ReasonCode.MODALITY_NOT_COVERED,
    ),
    "weights without a commercial licence": (
        {"weights_not_commercial": frozenset({"kokoro-82m"})},
        ReasonCode.WEIGHTS_NOT_COMMERCIAL,
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_grant_opens_nothing_because_consent_is_asked_again(house: House, name: str) -> None:
    request, code = FORGERIES[name]
    assert code in refused(house, forged(house, **request), **request)


def test_a_forged_grant_for_an_unknown_record_opens_nothing(house: House) -> None:
    request = {"record_id": RecordId("0" * 64)}
    assert refused(house, forged(house, **request), **request)


def test_a_tampered_record_opens_nothing(house: House) -> None:
    grant = house.studio.grant(house.studio.request())
    tampered = house.studio.envelope.record_bytes.replace(b"Coffee One", b"Coffee Two")
    house.studio.envelope = house.studio.envelope.model_copy(update={"record_bytes": tampered})
    assert refused(house, grant)


def test_a_record_whose_salt_was_erased_opens_nothing(house: House) -> None:
    from consent.envelope import erase_salt

    grant = house.studio.grant(house.studio.request())
    house.studio.envelope = erase_salt(house.studio.envelope)
    assert refused(house, grant)


@pytest.mark.parametrize("act", ["revoke", "suspend"])
def test_a_consent_stopped_after_the_grant_opens_nothing(house: House, act: str) -> None:
    grant = house.studio.grant(house.studio.request())
    getattr(house.studio, act)()
    asked = house.studio.request()
    with pytest.raises(ConsentRefusedError):
        house.door.release(
            scene_for(asked.format), grant=grant, provenance=TakeProvenance(request=asked, model_cards=())
        )
    assert house.left_behind() == []
    assert house.studio.releases == {}
