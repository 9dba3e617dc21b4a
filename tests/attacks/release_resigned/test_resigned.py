"""A manifest is only as good as who signed it and what the ledger says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.provenance.claims import ConsentClaim, DisclosureClaim
from pipelines.provenance.identity import SigningIdentity
from pipelines.provenance.manifest import IPTC, Ingredient, ManifestSpec
from pipelines.provenance.reading import read_manifest
from pipelines.provenance.signing import sign_file
from pipelines.release.take import Release
from pipelines.release.verdict import VerdictKind
from tests.fakes.doors import House
from tests.fakes.media_files import ffmpeg

pytestmark = pytest.mark.weights


@pytest.fixture
def house(tmp_path: Path, weights_home: Path) -> House:
    return House.open(tmp_path, weights_home)


@pytest.fixture
def stranger(tmp_path: Path) -> SigningIdentity:
    return SigningIdentity.open_or_create(
        tmp_path / "stranger", clock=lambda: datetime.now(UTC), organisation="Sayso Studio"
    )


def forged_spec(house: House, release: Release, **claim: str) -> ManifestSpec:
    reading = read_manifest(release.path, trust_anchors_pem=house.door.identity.trust_anchors_pem)
    assert isinstance(reading.consent, ConsentClaim)
    assert isinstance(reading.disclosure, DisclosureClaim)
    return ManifestSpec(
        media_type=release.media_type,
        created_at=datetime.now(UTC),
        digital_source_type=IPTC + "trainedAlgorithmicMedia",
        ingredients=(Ingredient(key="model", title="m", media_type="application/octet-stream"),),
        actions=(),
        consent=replace(reading.consent, **claim),
        disclosure=reading.disclosure,
        fingerprint=release.fingerprint,
    )


def test_a_strangers_signature_over_our_take_is_unknown(
    house: House, stranger: SigningIdentity, tmp_path: Path
) -> None:
    release = house.release()
    ffmpeg("-i", release.path, "-c", "copy", tmp_path / "plain.mp4")
    sign_file(tmp_path / "plain.mp4", tmp_path / "forged.mp4", forged_spec(house, release), stranger)
    verdict = house.verify(tmp_path / "forged.mp4")
    assert verdict.verdict is VerdictKind.UNKNOWN
    assert verdict.manifest["state"] == "untrusted"
    assert verdict.take_id is None
    assert "somebody else" in verdict.summary
    assert "looks like take take-1" in verdict.summary


def test_a_strangers_second_manifest_on_top_of_ours_is_unknown(
    house: House, stranger: SigningIdentity, tmp_path: Path
) -> None:
    release = house.release()
    sign_file(release.path, tmp_path / "twice.mp4", forged_spec(house, release), stranger)
    assert house.verify(tmp_path / "twice.mp4").verdict is VerdictKind.UNKNOWN


def test_our_signature_without_a_ledger_entry_is_unknown(house: House, tmp_path: Path) -> None:
    """The signer's key was used outside the door, or a file was stolen out of quarantine."""
    release = house.release()
    ffmpeg("-i", release.path, "-c", "copy", tmp_path / "plain.mp4")
    spec = forged_spec(house, release, take_id="take-99")
    sign_file(tmp_path / "plain.mp4", tmp_path / "stolen.mp4", spec, house.door.identity)
    verdict = house.verify(tmp_path / "stolen.mp4")
    assert verdict.verdict is VerdictKind.UNKNOWN
    assert "no such release is on record" in verdict.summary


def test_our_signature_under_another_consent_is_unknown(house: House, tmp_path: Path) -> None:
    release = house.release()
    ffmpeg("-i", release.path, "-c", "copy", tmp_path / "plain.mp4")
    spec = forged_spec(house, release, public_hash="cd" * 32)
    sign_file(tmp_path / "plain.mp4", tmp_path / "other.mp4", spec, house.door.identity)
    assert house.verify(tmp_path / "other.mp4").verdict is VerdictKind.UNKNOWN
