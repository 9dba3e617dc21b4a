"""``sayso signer …`` as people and scripts see it."""

from __future__ import annotations

import json
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from typer.testing import CliRunner

from pipelines.provenance.safekeeping import key_pem
from studio.cli.app import app
from tests.fakes.authorities import Authority, pem

ROOT = Authority(name="Root")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("SAYSO_DATABASE_URL", "SAYSO_DEBUG", "SAYSO_TSA_URL", "SAYSO_TSA_ANCHORS", "SAYSO_VAULT_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SAYSO_HOME", str(tmp_path / "home"))
    return tmp_path


def sayso(*words: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, result.stdout, result.stderr


def shown() -> dict[str, object]:
    code, out, _ = sayso("signer", "show", "--json")
    assert code == 0
    found: dict[str, object] = json.loads(out)
    return found


def certified(home: Path, request: Path, *, days: int = 365) -> Path:
    asked = x509.load_pem_x509_csr(request.read_bytes())
    chain = home / "chain.pem"
    leaf = ROOT.issue(asked.public_key(), lasts=timedelta(days=days, hours=2))
    chain.write_text(f"# issued for Müller GmbH\n{pem(leaf, ROOT.certificate)}")
    return chain


def test_at_first_our_own_authority_signs_and_says_what_viewers_will_show(home: Path) -> None:
    found = shown()
    assert (found["authority"], found["key"], found["time_stamps"]) == ("own", "file", None)
    assert "do not know who signed it" in str(found["public_viewers"])
    code, out, _ = sayso("signer", "show")
    assert code == 0
    assert "under our own authority" in out
    assert "time stamps: none" in out


def test_from_the_request_to_the_certificate(home: Path) -> None:
    code, out, err = sayso("signer", "csr", "--out", home / "request.pem", "--organisation", "Example GmbH")
    assert (code, "sayso signer install" in out, err) == (0, True, "")
    assert shown()["pending_request"] is True
    assert "a request waits" in sayso("signer", "show")[1]
    code, out, err = sayso("signer", "install", certified(home, home / "request.pem", days=29))
    assert (code, err) == (0, "")
    assert "Example GmbH signs from now on" in out
    assert "c2pa-rs and encypher-c2pa" in out
    found = shown()
    assert (found["authority"], found["days_left"], found["pending_request"]) == ("outside", 29, False)
    assert "this week" in str(found["ending"])
    assert "trust list" in str(found["public_viewers"])
    code, out, _ = sayso("doctor", "--json")
    (check,) = [one for one in json.loads(out)["checks"] if one["name"] == "signer"]
    assert (check["state"], "in 29 days" in check["detail"]) == ("optional", True)

    code, _, err = sayso("signer", "rotate")
    assert (code, "--own-authority" in err) == (1, True)
    code, out, _ = sayso("signer", "rotate", "--own-authority", "--json")
    assert code == 0
    assert json.loads(out)["organisation"] == "Sayso Studio"
    assert (shown()["authority"], shown()["trust_anchors"]) == ("own", 2)


def test_a_key_that_a_command_holds(home: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    (home / "key.pem").write_bytes(key_pem(key))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (home / "public.pem").write_bytes(public)
    command = f"openssl dgst -sha256 -sign {home / 'key.pem'}"
    asked = ("signer", "csr", "--out", home / "request.pem", "--command", command, "--public-key", home / "public.pem")
    code, _, err = sayso(*asked, "--stdin", "message")
    assert (code, err) == (0, "")
    code, out, _ = sayso("signer", "install", certified(home, home / "request.pem"), "--json")
    assert code == 0
    assert json.loads(out)["verifiers"] == ["c2pa-rs", "encypher-c2pa"]
    assert shown()["key"] == "command"
    kept = home / "home" / "keys" / "signer" / "outside.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "PRIVATE" not in kept.read_text()


WRONG = {
    "a file that is there": (("--out", "there.pem"), 2, "is already there"),
    "two places for a key": (("--command", "x", "--pkcs11", "a,b,c"), 2, "not both"),
    "a command without its key": (("--command", "kms"), 2, "--public-key"),
    "an unknown way to give it": (
        ("--command", "kms", "--public-key", "p.pem", "--stdin", "file"),
        2,
        "--stdin is 'file'",
    ),
    "no public key": (("--command", "kms", "--public-key", "there.pem"), 2, "holds no public key"),
    "half a token": (("--pkcs11", "module.so,token", "--pin-file", "pin"), 2, "MODULE,TOKEN,LABEL"),
    "a token without a PIN": (("--pkcs11", "module.so,token,label"), 2, "--pin-file"),
    "a PIN that is not there": (("--pkcs11", "m.so,token,label", "--pin-file", "pin"), 1, "cannot be read"),
    "nobody": (("--organisation", " "), 1, "names an organisation"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_request_is_one_sentence(name: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    (home / "there.pem").write_text("mine")
    words, expected_code, expected = WRONG[name]
    code, _, err = sayso("signer", "csr", *([] if "--out" in words else ["--out", "request.pem"]), *words)
    assert (code, expected in err) == (expected_code, True), err
    assert err.startswith("sayso: ")
    assert err.count("\n") == 1
    assert not (home / "request.pem").exists()
    assert (home / "there.pem").read_text() == "mine"
    assert shown()["pending_request"] is False


def test_a_chain_that_is_not_there_or_was_not_asked_for(home: Path) -> None:
    code, _, err = sayso("signer", "install", home / "chain.pem")
    assert (code, "cannot be read as PEM" in err) == (2, True)
    (home / "chain.pem").write_text(pem(ROOT.certificate))
    code, _, err = sayso("signer", "install", home / "chain.pem", "--root", home / "chain.pem")
    assert (code, "sayso signer csr" in err) == (1, True)


def test_doctor_says_what_is_wrong_with_the_signer(home: Path) -> None:
    shown()
    (home / "home" / "keys" / "signer" / "signer.pem").chmod(0o644)
    code, out, _ = sayso("doctor", "--json")
    (check,) = [one for one in json.loads(out)["checks"] if one["name"] == "signer"]
    assert (code, check["state"], "chmod 600" in check["detail"]) == (1, "missing", True)


def test_time_stamps_are_set_up_by_two_settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptography.x509.oid import ExtendedKeyUsageOID

    stamps = Authority(name="Stamps", purposes=(ExtendedKeyUsageOID.TIME_STAMPING,))
    monkeypatch.setenv("SAYSO_TSA_URL", "http://timestamp.example.com")
    assert "go together" in sayso("signer", "show")[2]
    monkeypatch.setenv("SAYSO_TSA_ANCHORS", str(home / "stamps.pem"))
    assert "cannot be read" in sayso("signer", "show")[2]
    (home / "stamps.pem").write_text(pem(ROOT.certificate))
    assert "may issue more than time stamps" in sayso("signer", "show")[2]
    (home / "stamps.pem").write_text("junk")
    assert "hold other text" in sayso("signer", "show")[2]
    (home / "stamps.pem").write_text(pem(stamps.certificate))
    assert (shown()["time_stamps"], shown()["trust_anchors"]) == ("http://timestamp.example.com", 2)
    monkeypatch.delenv("SAYSO_TSA_URL")
    monkeypatch.delenv("SAYSO_TSA_ANCHORS")
    assert (shown()["time_stamps"], shown()["trust_anchors"]) == (None, 2), "what was stamped stays verifiable"
