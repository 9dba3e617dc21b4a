"""Changing who signs: requests, outside certificates, rotation; nothing half done, and old files stay verifiable."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from pipelines.errors import ProvenanceError
from pipelines.provenance.certificates import C2PA_CLAIM_SIGNING
from pipelines.provenance.identity import SigningIdentity
from pipelines.provenance.installing import install, return_to_own, rotate
from pipelines.provenance.keyholders import CommandKey
from pipelines.provenance.outside import OUTSIDE, PENDING, read_outside, read_pending
from pipelines.provenance.reading import read_manifest
from pipelines.provenance.requesting import ask, certificate_request, new_file_key
from pipelines.provenance.safekeeping import key_pem
from pipelines.provenance.signer import ending
from pipelines.provenance.signing import sign_file
from tests.fakes.authorities import Authority, now, pem, usage
from tests.unit.provenance.conftest import spec_for


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    SigningIdentity.open_or_create(tmp_path / "signer", clock=now)
    return tmp_path / "signer"


def opened(folder: Path) -> SigningIdentity:
    return SigningIdentity.open_or_create(folder, clock=now)


def request_of(folder: Path) -> x509.CertificateSigningRequest:
    key, public = new_file_key()
    return x509.load_pem_x509_csr(ask(folder, key, public, organisation="Example GmbH").encode())


def asked_of(folder: Path) -> ec.EllipticCurvePublicKey:
    request_of(folder)
    pending = read_pending(folder)
    assert pending is not None
    return pending.public


def state_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_request_asks_for_the_profile_of_c2pa(folder: Path) -> None:
    before = opened(folder)
    request = request_of(folder)
    assert request.is_signature_valid
    assert request.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)[0].value == "Example GmbH"
    purposes = request.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert set(purposes) == {ExtendedKeyUsageOID.EMAIL_PROTECTION, C2PA_CLAIM_SIGNING}
    assert not request.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert opened(folder) == before, "nothing signs with it yet"
    assert stat.S_IMODE((folder / PENDING).stat().st_mode) == 0o600


def test_openssl_accepts_the_request_of_a_key_that_a_command_holds(folder: Path, tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "key.pem").write_bytes(key_pem(key))
    command = f"openssl pkeyutl -sign -inkey {tmp_path / 'key.pem'} -pkeyopt digest:sha256"
    holder = CommandKey(command=tuple(command.split()))
    (tmp_path / "request.pem").write_text(ask(folder, holder, key.public_key(), organisation="Example " * 9))
    done = subprocess.run(
        ["openssl", "req", "-verify", "-noout", "-in", str(tmp_path / "request.pem")],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, "verify OK" in done.stderr) == (0, True)
    stranger = ec.generate_private_key(ec.SECP256R1()).public_key()
    before = state_of(folder)
    with pytest.raises(ProvenanceError, match="no signature by the certificate's key"):
        ask(folder, holder, stranger, organisation="Example GmbH")
    assert state_of(folder) == before


def test_a_request_names_an_organisation_and_is_signed_by_its_key() -> None:
    key, public = new_file_key()
    with pytest.raises(ProvenanceError, match="--organisation"):
        certificate_request(lambda data: key.sign(data, public=public), public, organisation=" ")
    other, others = new_file_key()
    with pytest.raises(ProvenanceError, match="another key"):
        certificate_request(lambda data: other.sign(data, public=others), public, organisation="Example GmbH")


def test_an_installed_certificate_signs_and_older_files_stay_verifiable(
    folder: Path, media: dict[str, Path], tmp_path: Path
) -> None:
    sign_file(media["still.png"], tmp_path / "old.png", spec_for("image/png"), opened(folder))
    root = Authority(name="Root")
    below = Authority(name="Issuing", above=root)
    leaf = below.issue(asked_of(folder))
    done = install(folder, pem(leaf, below.certificate, root.certificate), root_pem=None, at=now())
    assert done.verifiers == ("c2pa-rs", "encypher-c2pa")
    identity = opened(folder)
    assert (identity.authority, identity.organisation) == ("outside", "Example GmbH")
    assert identity.expires_at == done.expires_at == leaf.not_valid_after_utc
    assert pem(root.certificate) not in identity.chain_pem
    assert read_pending(folder) is None
    sign_file(media["still.png"], tmp_path / "new.png", spec_for("image/png"), identity)
    assert read_manifest(tmp_path / "new.png", trust_anchors_pem=pem(root.certificate)).state == "trusted"

    renewed = root.issue(asked_of(folder))  # the authority's next certificate, from another issuer
    install(folder, pem(renewed), root_pem=pem(root.certificate), at=now())
    return_to_own(folder, at=now())
    identity = opened(folder)
    assert identity.authority == "own"
    sign_file(media["still.png"], tmp_path / "newest.png", spec_for("image/png"), identity)
    for name in ("old.png", "new.png", "newest.png"):
        assert read_manifest(tmp_path / name, trust_anchors_pem=identity.trust_anchors_pem).state == "trusted", name
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_rotation_makes_a_new_key_and_keeps_what_was_signed(
    folder: Path, media: dict[str, Path], tmp_path: Path
) -> None:
    before = opened(folder)
    sign_file(media["still.png"], tmp_path / "old.png", spec_for("image/png"), before)
    rotate(folder, at=now())
    after = opened(folder)
    assert after.chain_pem != before.chain_pem
    assert after._public != before._public
    assert read_manifest(tmp_path / "old.png", trust_anchors_pem=after.trust_anchors_pem).state == "trusted"


def test_rotation_does_not_give_up_an_outside_certificate_by_itself(folder: Path) -> None:
    root = Authority(name="Root")
    install(folder, pem(root.issue(asked_of(folder))), root_pem=pem(root.certificate), at=now())
    before = state_of(folder)
    with pytest.raises(ProvenanceError, match="--own-authority"):
        rotate(folder, at=now())
    assert state_of(folder) == before


ROOT = Authority(name="Root")
BELOW = Authority(name="Issuing", above=ROOT)
OTHER = Authority(name="Root")  # of the same name, with another key
Case = tuple[Callable[[ec.EllipticCurvePublicKey], str], Authority | None, str]
REFUSED: dict[str, Case] = {
    "no certificate": (lambda _: "hello", None, "holds no certificate in PEM"),
    "a damaged certificate": (
        lambda _: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        None,
        "cannot be read",
    ),
    "a private key": (
        lambda key: pem(ROOT.issue(key), ROOT.certificate) + key_pem(ROOT.key).decode(),
        None,
        "holds a private key",
    ),
    "no root": (lambda key: pem(ROOT.issue(key)), None, "--root FILE"),
    "another root": (lambda key: pem(ROOT.issue(key), ROOT.certificate), OTHER, "ends in another root"),
    "another key": (
        lambda _: pem(ROOT.issue(ec.generate_private_key(ec.SECP256R1()).public_key())),
        ROOT,
        "for the key that was asked with",
    ),
    "leaf last": (lambda key: pem(BELOW.certificate, BELOW.issue(key)), ROOT, "number 2 of the chain; put it first"),
    "a link missing": (
        lambda key: pem(BELOW.issue(key)),
        ROOT,
        "certificate 1 of the chain was not issued by the root",
    ),
    "a forged root": (lambda key: pem(ROOT.issue(key)), OTHER, "was not issued by the root"),
    "links in disorder": (
        lambda key: pem(BELOW.issue(key), Authority(name="Another", above=ROOT).certificate, BELOW.certificate),
        ROOT,
        "certificate 1 of the chain was not issued by certificate 2",
    ),
    "ended": (
        lambda key: pem(ROOT.issue(key, begins=now() - timedelta(days=9), lasts=timedelta(days=8))),
        ROOT,
        "and today is",
    ),
    "not begun": (lambda key: pem(ROOT.issue(key, begins=now() + timedelta(days=2))), ROOT, "and today is"),
    "an authority": (
        lambda key: pem(ROOT.issue(key, constraints=x509.BasicConstraints(ca=True, path_length=None))),
        ROOT,
        "CA:FALSE",
    ),
    "a key that may certify": (
        lambda key: pem(ROOT.issue(key, usage=usage(digital_signature=True, key_cert_sign=True))),
        ROOT,
        "keyCertSign",
    ),
    "no digital signature": (
        lambda key: pem(ROOT.issue(key, usage=usage(key_agreement=True))),
        ROOT,
        "lacks the key usage digitalSignature",
    ),
    "no key usage": (lambda key: pem(ROOT.issue(key, without=(x509.KeyUsage,))), ROOT, "lacks the key usage"),
    "another purpose": (
        lambda key: pem(ROOT.issue(key, purposes=(ExtendedKeyUsageOID.SERVER_AUTH,))),
        ROOT,
        "its extended key usage has none of",
    ),
    "no purpose": (lambda key: pem(ROOT.issue(key, without=(x509.ExtendedKeyUsage,))), ROOT, "extended key usage has"),
    "every purpose": (
        lambda key: pem(ROOT.issue(key, purposes=(C2PA_CLAIM_SIGNING, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE))),
        ROOT,
        "allows everything",
    ),
    "no issuer's key": (
        lambda key: pem(ROOT.issue(key, without=(x509.AuthorityKeyIdentifier,))),
        ROOT,
        "authority key identifier",
    ),
    "no own key": (
        lambda key: pem(ROOT.issue(key, without=(x509.SubjectKeyIdentifier,))),
        ROOT,
        "subject key identifier",
    ),
    "nobody's": (lambda key: pem(ROOT.issue(key, organisation=None)), ROOT, "names no organisation"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_faulty_chain_is_refused_and_nothing_changes(name: str, folder: Path) -> None:
    chain_of, root, expected = REFUSED[name]
    chain = chain_of(asked_of(folder))
    before = state_of(folder)
    with pytest.raises(ProvenanceError) as refusal:
        install(folder, chain, root_pem=root and pem(root.certificate), at=now())
    assert expected in str(refusal.value)
    assert state_of(folder) == before
    assert opened(folder).authority == "own"


def test_a_signer_below_a_signer_is_refused(folder: Path) -> None:
    middle_key = ec.generate_private_key(ec.SECP256R1())
    middle = ROOT.issue(middle_key.public_key())
    below = Authority(name="x", key=middle_key)
    object.__setattr__(below, "certificate", middle)
    forged = x509.CertificateBuilder(
        issuer_name=middle.subject,
        subject_name=middle.subject,
        public_key=asked_of(folder),
        serial_number=7,
        not_valid_before=now() - timedelta(hours=1),
        not_valid_after=now() + timedelta(days=9),
    ).sign(middle_key, ROOT.certificate.signature_hash_algorithm)
    with pytest.raises(ProvenanceError, match="is no authority"):
        install(folder, pem(forged, middle), root_pem=pem(ROOT.certificate), at=now())


def test_nothing_is_installed_that_nobody_asked_for(folder: Path) -> None:
    with pytest.raises(ProvenanceError, match="sayso signer csr"):
        install(folder, pem(ROOT.certificate), root_pem=None, at=now())


@pytest.mark.parametrize("name", [PENDING, OUTSIDE])
@pytest.mark.parametrize("content", ["{", '{"version": 1, "key": {"kind": "file", "pem": "SECRET"}, "more": 1}', "[]"])
def test_a_damaged_file_is_refused_and_shows_no_key(name: str, content: str, folder: Path) -> None:
    (folder / name).write_text(content)
    (folder / name).chmod(0o600)
    read = read_pending if name == PENDING else read_outside
    with pytest.raises(ProvenanceError, match="is damaged") as refusal:
        read(folder)
    assert "SECRET" not in str(refusal.value)
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize("name", [PENDING, OUTSIDE])
def test_keys_that_others_can_read_are_refused(name: str, folder: Path) -> None:
    asked_of(folder)
    if name == OUTSIDE:
        (folder / PENDING).rename(folder / OUTSIDE)
    (folder / name).chmod(0o644)
    with pytest.raises(ProvenanceError, match="chmod 600"):
        opened(folder)


CUT_OFF = """
import os, signal, sys
from pathlib import Path
from pipelines.provenance import identity, installing, outside, safekeeping
from tests.fakes.authorities import now
left = [int(sys.argv[3])]
def counted(real):
    def call(*args, **kwargs):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)
    return call
os.fsync, Path.replace, Path.unlink = counted(os.fsync), counted(Path.replace), counted(Path.unlink)
installing.probe = lambda *_, **__: ()  # its temporary files are of no interest here
folder, chain = Path(sys.argv[1]), Path(sys.argv[2])
if chain.name == "none":
    installing.rotate(folder, at=now())
else:
    installing.install(folder, chain.read_text(), root_pem=None, at=now())
"""


@pytest.mark.parametrize("change", ["install", "rotate"])
def test_a_studio_that_is_killed_while_it_changes_keys_still_signs(change: str, folder: Path, tmp_path: Path) -> None:
    chain = tmp_path / "none"
    if change == "install":
        chain = tmp_path / "chain.pem"
        chain.write_text(pem(ROOT.issue(asked_of(folder)), ROOT.certificate))
    seen = []
    for allowed in range(30):
        command = [sys.executable, "-c", CUT_OFF, str(folder), str(chain), str(allowed)]
        done = subprocess.run(command, check=False, cwd=Path(__file__).parents[3], capture_output=True, text=True)
        identity = opened(folder)
        identity.sign(b"still signs")
        seen.append(identity.authority)
        if done.returncode == 0:
            break
        assert done.returncode == -9, done.stderr
        if change == "install" and read_pending(folder) is None:
            break
    assert len(seen) > 3
    if change == "install":
        assert seen == sorted(seen, reverse=True), "own, then outside, and never back"
        assert seen[-1] == "outside"
        assert pem(ROOT.certificate) in opened(folder).trust_anchors_pem


def test_the_end_of_a_certificate_is_announced_60_30_and_7_days_ahead() -> None:
    end = now()
    said = {days: ending(end, at=end - timedelta(days=days, hours=1)) for days in (400, 60, 59, 29, 6, 0)}
    assert (said[400], said[60]) == ("", "")
    assert f"ends on {end:%Y-%m-%d}, in 59 days: ask its authority for another (sayso signer csr)" in said[59]
    assert "this week" in said[29]
    assert "releases stop then" in said[6]
    assert "releases stop then" in said[0]
    assert "nothing is released until" in ending(end, at=end)


def test_an_ended_certificate_signs_nothing_and_still_verifies(
    folder: Path, media: dict[str, Path], tmp_path: Path
) -> None:
    key, public = new_file_key()
    leaf = ROOT.issue(public, begins=now() - timedelta(days=9), lasts=timedelta(days=8))
    ended = SigningIdentity.of(key, leaf, pem(leaf), pem(ROOT.certificate), authority="outside")
    with pytest.raises(ProvenanceError, match=r"the signing certificate ended on .* nothing is released until"):
        sign_file(media["still.png"], tmp_path / "out.png", spec_for("image/png"), ended)
    assert not (tmp_path / "out.png").exists()

    install(folder, pem(ROOT.issue(asked_of(folder))), root_pem=pem(ROOT.certificate), at=now())
    later = SigningIdentity.open_or_create(folder, clock=lambda: now() + timedelta(days=400))
    assert pem(ROOT.certificate) in later.trust_anchors_pem


def test_the_last_signer_of_an_authority_is_not_renewed_at_every_start(folder: Path) -> None:
    late = now() + timedelta(days=3400)
    first = SigningIdentity.open_or_create(folder, clock=lambda: late)
    second = SigningIdentity.open_or_create(folder, clock=lambda: late)
    assert first.chain_pem == second.chain_pem
