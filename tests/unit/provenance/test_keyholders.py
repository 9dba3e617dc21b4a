"""Keys in files, behind commands, in tokens: each signs what both verifiers trust, or says in a sentence why not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import encypher_c2pa
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from pipelines.errors import ProvenanceError
from pipelines.provenance.identity import SigningIdentity
from pipelines.provenance.keyholders import CommandKey, FileKey, KeyHolder, Pkcs11Key, is_signature, private_key
from pipelines.provenance.reading import read_manifest
from pipelines.provenance.safekeeping import key_pem
from pipelines.provenance.signer import Algorithm
from pipelines.provenance.signing import sign_file
from tests.fakes.authorities import Authority, pem
from tests.unit.provenance.conftest import spec_for

KEY = ec.generate_private_key(ec.SECP256R1())
SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")
RAW = """
import sys
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
key = serialization.load_pem_private_key(open(sys.argv[1], "rb").read(), None)
r, s = utils.decode_dss_signature(key.sign(sys.stdin.buffer.read(), ec.ECDSA(utils.Prehashed(hashes.SHA256()))))
sys.stdout.buffer.write(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
"""


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    (tmp_path / "key.pem").write_bytes(key_pem(KEY))
    (tmp_path / "raw.py").write_text(RAW)
    return tmp_path / "key.pem"


def holder_of(name: str, key_file: Path) -> KeyHolder:
    """What key services print: AWS base64 of DER, Google DER, Azure raw in base64 for URLs, in quotes."""
    digest = f"openssl pkeyutl -sign -inkey {key_file} -pkeyopt digest:sha256"
    raw = f"{sys.executable} {key_file.with_name('raw.py')} {key_file}"
    holders: dict[str, KeyHolder] = {
        "a file of ours": FileKey(pem=key_pem(KEY).decode()),
        "DER of the digest": CommandKey(command=tuple(digest.split())),
        "DER of the message": CommandKey(
            command=("openssl", "dgst", "-sha256", "-sign", str(key_file)), stdin="message"
        ),
        "base64 of DER": CommandKey(command=("sh", "-c", f"{digest} | base64")),
        "raw": CommandKey(command=tuple(raw.split())),
        "raw in base64 for URLs": CommandKey(command=("sh", "-c", f"{raw} | base64 -w0 | tr '+/' '-_' | tr -d '='")),
        "raw in quotes": CommandKey(command=("sh", "-c", f"""printf '"%s"' "$({raw} | base64 -w0)" """)),
    }
    return holders[name]


HOLDERS = (
    "a file of ours",
    "DER of the digest",
    "DER of the message",
    "base64 of DER",
    "raw",
    "raw in base64 for URLs",
    "raw in quotes",
)


@pytest.mark.parametrize("name", HOLDERS)
def test_every_way_of_signing_gives_a_signature(name: str, key_file: Path) -> None:
    signature = holder_of(name, key_file).sign(b"claim", public=KEY.public_key())
    assert is_signature(signature, b"claim", public=KEY.public_key())


@pytest.mark.parametrize("name", ["a file of ours", "DER of the digest"])
def test_both_verifiers_trust_an_outside_certificate(
    name: str, key_file: Path, media: dict[str, Path], tmp_path: Path
) -> None:
    root = Authority(name="Root")
    below = Authority(name="Issuing", above=root)
    leaf = below.issue(KEY.public_key())
    identity = SigningIdentity.of(
        holder_of(name, key_file), leaf, pem(leaf, below.certificate), pem(root.certificate), authority="outside"
    )
    sign_file(media["film.mp4"], tmp_path / "film.mp4", spec_for("video/mp4"), identity)
    reading = read_manifest(tmp_path / "film.mp4", trust_anchors_pem=pem(root.certificate))
    assert (reading.state, reading.failures, reading.signer) == ("trusted", (), "claim signer")
    second = encypher_c2pa.verify(
        str(tmp_path / "film.mp4"),
        "video/mp4",
        trust_pem=pem(root.certificate),
        no_default_trust=True,
        telemetry=False,
        online=False,
    )
    assert (second["validation_state"], second["validation_results"]["failure"]) == ("Trusted", [])


@dataclass(frozen=True)
class OwnSigner:
    """What somebody might write: it has the parts of a ``ClaimSigner``, and nothing of ours."""

    alg: Algorithm
    chain_pem: str
    trust_anchors_pem: str
    sign: Callable[[bytes], bytes]
    organisation: str = "Example GmbH"
    expires_at: datetime = datetime(9999, 1, 1, tzinfo=UTC)
    tsa_url: str | None = None


def own_key(alg: Algorithm) -> tuple[object, Callable[[bytes], bytes]]:
    match alg:
        case "ed25519":
            edwards = ed25519.Ed25519PrivateKey.generate()
            return edwards.public_key(), edwards.sign
        case "ps256":
            rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
            return rsa_key.public_key(), lambda data: rsa_key.sign(data, pss, hashes.SHA256())
        case "es384":
            curve_key = ec.generate_private_key(ec.SECP384R1())
            return curve_key.public_key(), lambda data: curve_key.sign(data, ec.ECDSA(hashes.SHA384()))
        case "es256":
            return KEY.public_key(), lambda data: KEY.sign(data, ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize("alg", get_args(Algorithm))
def test_a_signer_of_ones_own_is_trusted_by_both_verifiers(
    alg: Algorithm, media: dict[str, Path], tmp_path: Path
) -> None:
    public, sign = own_key(alg)
    root = Authority(name="Root")
    signer = OwnSigner(alg=alg, chain_pem=pem(root.issue(public)), trust_anchors_pem=pem(root.certificate), sign=sign)
    path = tmp_path / "still.png"
    sign_file(media["still.png"], path, spec_for("image/png"), signer)
    assert read_manifest(path, trust_anchors_pem=signer.trust_anchors_pem).state == "trusted"
    second = encypher_c2pa.verify(
        str(path),
        "image/png",
        trust_pem=signer.trust_anchors_pem,
        no_default_trust=True,
        telemetry=False,
        online=False,
    )
    assert (second["validation_state"], second["validation_results"]["failure"]) == ("Trusted", [])


FAULTY = {
    "another key": ("{sign}", "no signature by the certificate's key"),
    "no signature at all": ("echo hello", "no signature by the certificate's key"),
    "nothing": ("true", "0 bytes that are no signature"),
    "an error": (
        "sh -c 'echo AccessDenied: key is disabled >&2; exit 254'",
        "exit code 254: AccessDenied: key is disab",
    ),
    "an error without words": ("false", "exit code 1: it said nothing"),
    "no such program": ("/nowhere/kms", "/nowhere/kms cannot be started"),
    "too long": ("sleep 5", "sleep did not sign within 0.2 s"),
    "too long, and what it started": ("sh -c 'sleep 5; true'", "sh did not sign within 0.2 s"),
    "too much": ("head -c 20000 /dev/zero", "printed 20000 bytes"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_command_that_does_not_sign_is_one_sentence(
    name: str, key_file: Path, media: dict[str, Path], tmp_path: Path
) -> None:
    import shlex

    command, expected = FAULTY[name]
    other = tmp_path / "other.pem"
    other.write_bytes(key_pem(ec.generate_private_key(ec.SECP256R1())))
    argv = shlex.split(command.format(sign=f"openssl pkeyutl -sign -inkey {other} -pkeyopt digest:sha256"))
    holder = CommandKey(command=tuple(argv), timeout_s=0.2 if "too long" in name else 10)
    root = Authority(name="Root")
    leaf = root.issue(KEY.public_key())
    identity = SigningIdentity.of(holder, leaf, pem(leaf), pem(root.certificate))
    begun = time.monotonic()
    with pytest.raises(ProvenanceError, match=r"still\.png could not be signed") as refusal:
        sign_file(media["still.png"], tmp_path / "out.png", spec_for("image/png"), identity)
    assert time.monotonic() - begun < 4
    assert expected in str(refusal.value)
    assert not (tmp_path / "out.png").exists()


def test_a_key_of_another_certificate_is_refused() -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(ProvenanceError, match="do not belong together"):
        FileKey(pem=key_pem(other).decode()).sign(b"x", public=KEY.public_key())


def test_no_key_and_no_pin_shows_in_a_repr(tmp_path: Path) -> None:
    key = FileKey(pem=key_pem(KEY).decode())
    root = Authority(name="Root")
    leaf = root.issue(KEY.public_key())
    for shown in (repr(key), str(key), repr(SigningIdentity.of(key, leaf, pem(leaf), pem(root.certificate)))):
        assert "PRIVATE" not in shown
        assert key.pem[40:60] not in shown


def test_other_kinds_of_keys_are_refused() -> None:
    other = ec.generate_private_key(ec.SECP384R1())
    with pytest.raises(ProvenanceError, match="P-256"):
        private_key(key_pem(other), where="it")
    root = Authority(name="Root")
    with pytest.raises(ProvenanceError, match="P-256"):
        SigningIdentity.of(FileKey(pem=""), root.issue(other.public_key()), "", "")


STAND_IN = """#!/bin/sh
# Stands in for pkcs11-tool: checks how it is called, and signs with openssl.
for word in "$@"; do [ "$word" = "$TOKEN_PIN" ] && { echo "the PIN is on the command line" >&2; exit 9; }; done
[ "$TOKEN_PIN" = 4711 ] || { echo "CKR_PIN_INCORRECT" >&2; exit 1; }
case "$*" in
*--read-object*) exec openssl pkey -in KEY -pubout -outform DER ;;
*"--mechanism ECDSA --signature-format openssl --label signer"*) exec openssl pkeyutl -sign -inkey KEY ;;
esac
exit 8
"""


def test_a_token_is_asked_with_its_pin_off_the_command_line(key_file: Path, tmp_path: Path) -> None:
    tool, pin = tmp_path / "tool", tmp_path / "pin"
    tool.write_text(STAND_IN.replace("KEY", str(key_file)))
    tool.chmod(0o700)
    pin.write_text("4711\n")
    pin.chmod(0o600)
    key = Pkcs11Key(module="m.so", token="studio", label="signer", pin_file=str(pin), program=str(tool))
    assert key.public_key() == KEY.public_key()
    assert is_signature(key.sign(b"claim", public=KEY.public_key()), b"claim", public=KEY.public_key())
    assert "4711" not in key.model_dump_json()
    pin.write_text("1\n")
    with pytest.raises(ProvenanceError, match="CKR_PIN_INCORRECT"):
        key.public_key()
    pin.chmod(0o644)
    with pytest.raises(ProvenanceError, match="others can read the PIN file"):
        key.public_key()
    pin.unlink()
    with pytest.raises(ProvenanceError, match="cannot be read"):
        key.public_key()
    assert "TOKEN_PIN" not in os.environ


@pytest.mark.skipif(
    not (shutil.which("softhsm2-util") and shutil.which("pkcs11-tool") and SOFTHSM.exists()),
    reason="needs a software token: apt-get install softhsm2 opensc",
)
def test_a_real_token_signs_what_both_verifiers_trust(
    media: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tokens").mkdir()
    (tmp_path / "conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nobjectstore.backend = file\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "conf"))
    (tmp_path / "pin").write_text("4711")
    (tmp_path / "pin").chmod(0o600)
    pins = ("--pin", "4711")
    make_token = ("softhsm2-util", "--init-token", "--free", "--label", "studio", "--so-pin", "5678", *pins)
    login = ("pkcs11-tool", "--module", str(SOFTHSM), "--token-label", "studio", "--login", *pins)
    make_key = (*login, "--keypairgen", "--key-type", "EC:prime256v1", "--label", "signer", "--usage-sign")
    for command in (make_token, make_key):
        subprocess.run(command, check=True, capture_output=True)
    key = Pkcs11Key(module=str(SOFTHSM), token="studio", label="signer", pin_file=str(tmp_path / "pin"))
    root = Authority(name="Root")
    leaf = root.issue(key.public_key())
    identity = SigningIdentity.of(key, leaf, pem(leaf), pem(root.certificate))
    sign_file(media["film.mp4"], tmp_path / "film.mp4", spec_for("video/mp4"), identity)
    assert read_manifest(tmp_path / "film.mp4", trust_anchors_pem=pem(root.certificate)).state == "trusted"
