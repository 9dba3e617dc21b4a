from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from pipelines.errors import ProvenanceError
from pipelines.provenance.certificates import C2PA_CLAIM_SIGNING, RENEW_BEFORE, parse_trust_anchors
from pipelines.provenance.identity import AUTHORITY_CERTIFICATE, AUTHORITY_KEY, SIGNER, SigningIdentity

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def open_at(folder: Path, moment: datetime = NOW, organisation: str = "Example GmbH") -> SigningIdentity:
    return SigningIdentity.open_or_create(folder, clock=lambda: moment, organisation=organisation)


def test_first_start_makes_private_files_in_a_private_folder(tmp_path: Path) -> None:
    open_at(tmp_path / "keys" / "signer")
    folder = tmp_path / "keys" / "signer"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {p.name: stat.S_IMODE(p.stat().st_mode) for p in folder.iterdir()} == {
        AUTHORITY_KEY: 0o600,
        AUTHORITY_CERTIFICATE: 0o600,
        SIGNER: 0o600,
    }


def test_second_start_opens_the_same_identity(tmp_path: Path) -> None:
    first, second = open_at(tmp_path / "signer"), open_at(tmp_path / "signer", NOW + timedelta(days=30), "Other")
    assert first.chain_pem == second.chain_pem
    assert second.organisation == "Example GmbH"


def test_signer_has_the_profile_that_c2pa_asks_for(tmp_path: Path) -> None:
    leaf = x509.load_pem_x509_certificate(open_at(tmp_path / "signer").chain_pem.encode())
    found = {one.oid._name: one for one in leaf.extensions}
    assert found["basicConstraints"].critical
    assert not found["basicConstraints"].value.ca
    assert found["keyUsage"].critical
    assert found["keyUsage"].value.digital_signature
    assert not found["keyUsage"].value.key_cert_sign
    assert set(found["extendedKeyUsage"].value) == {ExtendedKeyUsageOID.EMAIL_PROTECTION, C2PA_CLAIM_SIGNING}
    assert {"authorityKeyIdentifier", "subjectKeyIdentifier"} <= set(found)
    assert leaf.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)[0].value == "Example GmbH"


def test_no_key_shows_in_a_repr(tmp_path: Path) -> None:
    shown = repr(open_at(tmp_path / "signer"))
    assert "PRIVATE" not in shown
    assert "_key" not in shown


@pytest.mark.parametrize("name", [".", AUTHORITY_KEY, AUTHORITY_CERTIFICATE, SIGNER])
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_loose_permissions_are_refused(tmp_path: Path, name: str, mode: int) -> None:
    folder = tmp_path / "signer"
    open_at(folder)
    path = folder / name
    path.chmod(mode | (0o100 if name == "." else 0))
    with pytest.raises(ProvenanceError, match="chmod"):
        open_at(folder)
    path.chmod(0o700)


@pytest.mark.parametrize("name", [AUTHORITY_KEY, AUTHORITY_CERTIFICATE, SIGNER])
def test_half_an_identity_is_refused_and_not_made_anew(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "signer"
    open_at(folder)
    (folder / name).unlink()
    with pytest.raises(ProvenanceError, match="restore it from a backup"):
        open_at(folder)
    assert not (folder / name).exists()


@pytest.mark.parametrize("name", [AUTHORITY_CERTIFICATE, SIGNER])
def test_a_damaged_file_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "signer"
    open_at(folder)
    (folder / name).write_bytes(b"-----BEGIN CERTIFICATE-----\njunk\n")
    with pytest.raises(ProvenanceError, match="backup"):
        open_at(folder)


def test_a_signer_of_another_authority_is_refused(tmp_path: Path) -> None:
    open_at(tmp_path / "ours")
    open_at(tmp_path / "theirs")
    (tmp_path / "ours" / SIGNER).write_bytes((tmp_path / "theirs" / SIGNER).read_bytes())
    with pytest.raises(ProvenanceError, match="was not issued by"):
        open_at(tmp_path / "ours")


def test_the_signer_is_renewed_long_before_its_end(tmp_path: Path) -> None:
    first = open_at(tmp_path / "signer")
    later = first.expires_at - RENEW_BEFORE + timedelta(days=1)
    second = open_at(tmp_path / "signer", later)
    assert second.chain_pem != first.chain_pem
    assert second.trust_anchors_pem == first.trust_anchors_pem
    assert second.expires_at - later > RENEW_BEFORE
    assert stat.S_IMODE((tmp_path / "signer" / SIGNER).stat().st_mode) == 0o600


def test_an_authority_at_its_end_is_refused_with_what_to_do(tmp_path: Path) -> None:
    open_at(tmp_path / "signer")
    with pytest.raises(ProvenanceError, match="make a new one"):
        open_at(tmp_path / "signer", NOW + timedelta(days=3651))


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises((ProvenanceError, OSError)):
        open_at(tmp_path / "file" / "signer")


def test_junk_trust_anchors_are_refused(tmp_path: Path) -> None:
    identity = open_at(tmp_path / "signer")
    cases = {  # name: what is given for anchors
        "empty": "",
        "words": "trust me",
        "words beside a certificate": identity.trust_anchors_pem + "and me",
        "broken certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "a signer instead of its authority": identity.chain_pem,
    }
    for name, pem in cases.items():
        with pytest.raises(ProvenanceError) as refusal:
            parse_trust_anchors(pem)
        assert "trust anchor" in str(refusal.value), name
    assert len(parse_trust_anchors(identity.trust_anchors_pem * 2)) == 2
