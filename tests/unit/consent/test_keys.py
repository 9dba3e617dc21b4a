"""Keys: files that only their owner can read, signatures for one purpose, no weak points."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from consent.errors import KeyFileError, SignatureInvalidError
from consent.keys import PublicKey, SigningContext, SigningKey


def pem_of(key: ec.EllipticCurvePrivateKey | Ed25519PrivateKey, password: bytes | None = None) -> bytes:
    how = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)


def private_file(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_key_that_was_written_is_read_back(tmp_path: Path) -> None:
    key = SigningKey.generate()
    key.write(tmp_path / "key.pem")
    assert stat.S_IMODE((tmp_path / "key.pem").stat().st_mode) == 0o600
    assert SigningKey.load(tmp_path / "key.pem") == key
    assert key.key_id.startswith("ed25519:")


def test_key_is_never_overwritten(tmp_path: Path) -> None:
    path = private_file(tmp_path / "key.pem", b"precious")
    with pytest.raises(KeyFileError, match="never overwritten"):
        SigningKey.generate().write(path)
    assert path.read_bytes() == b"precious"


def test_key_is_not_written_into_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="cannot write"):
        SigningKey.generate().write(tmp_path / "none" / "key.pem")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o620, 0o610], ids=oct)
def test_key_that_others_may_read_is_refused(mode: int, tmp_path: Path) -> None:
    path = private_file(tmp_path / "key.pem", pem_of(Ed25519PrivateKey.generate()), mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        SigningKey.load(path)


def test_fifo_is_refused_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "key.pem", 0o600)
    with pytest.raises(KeyFileError, match="not a plain file"):
        SigningKey.load(tmp_path / "key.pem")


NOT_KEYS = {
    "empty": b"",
    "text": b"not a key",
    "another curve": pem_of(ec.generate_private_key(ec.SECP256R1())),
    "encrypted": pem_of(Ed25519PrivateKey.generate(), b"password"),
}


@pytest.mark.parametrize("content", NOT_KEYS.values(), ids=NOT_KEYS.keys())
def test_file_that_is_no_key_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="sayso keys new"):
        SigningKey.load(private_file(tmp_path / "key.pem", content))


def test_missing_key_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="sayso keys new --out"):
        SigningKey.load(tmp_path / "none.pem")


def test_signature_verifies_for_its_own_bytes_and_purpose_only() -> None:
    key = SigningKey.generate()
    value = key.sign(b"words", SigningContext.SCRIPT)
    key.public_key.verify(b"words", value, SigningContext.SCRIPT)
    for payload, context in ((b"words!", SigningContext.SCRIPT), (b"words", SigningContext.SUBJECT)):
        with pytest.raises(SignatureInvalidError):
            key.public_key.verify(payload, value, context)
    with pytest.raises(SignatureInvalidError):
        SigningKey.generate().public_key.verify(b"words", value, SigningContext.SCRIPT)
    with pytest.raises(SignatureInvalidError):
        key.public_key.verify(b"words", b"short", SigningContext.SCRIPT)


def test_secret_is_not_shown() -> None:
    key = SigningKey.generate()
    secret = key._private.private_bytes_raw()
    assert "_private" not in repr(key)
    assert secret.hex() not in repr(key)


def test_public_key_is_read_from_its_hexadecimal() -> None:
    key = SigningKey.generate().public_key
    assert PublicKey.from_hex(key.hex) == key
    for wrong in ("", "zz", key.hex[2:], key.hex + "00"):
        with pytest.raises(SignatureInvalidError):
            PublicKey.from_hex(wrong)


POINTS = (
    "00" * 32,
    "01" + "00" * 31,
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ec" + "ff" * 30 + "7f",
    "ed" + "ff" * 30 + "7f",
    "ee" + "ff" * 30 + "7f",
)


@pytest.mark.parametrize("sign", [0x00, 0x80], ids=["even", "odd"])
@pytest.mark.parametrize("point", POINTS)
def test_key_that_fits_any_message_is_refused(point: str, sign: int) -> None:
    """OpenSSL itself lets such a key verify: one signature (the neutral point and zero) fits many or all messages."""
    raw = bytearray.fromhex(point)
    raw[31] |= sign
    value = b"\1" + bytes(63)
    fits = 0
    for number in range(64):
        try:
            Ed25519PublicKey.from_public_bytes(bytes(raw)).verify(value, b"message %d" % number)
            fits += 1
        except InvalidSignature:
            continue
    assert fits > 1
    with pytest.raises(SignatureInvalidError, match="small order"):
        PublicKey(bytes(raw))
