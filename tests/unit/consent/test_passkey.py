"""A passkey's signature counts only for these bytes, this page, and a user whom the device has verified."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from consent.cose import read_cose_key, same_key_text, verify_cose
from consent.errors import SignatureInvalidError
from consent.keys import PublicKey, SigningContext
from consent.passkey import PasskeySignature, b64url, from_b64url, passkey_challenge
from tests.fakes.authenticator import USER_PRESENT, USER_VERIFIED, Authenticator, cbor

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAYLOAD = b'{"record_id":"ab"}'
S = SigningContext.SUBJECT


@pytest.mark.parametrize("kind", ["ES256", "EdDSA", "RS256"])
def test_each_kind_of_passkey_is_checked_from_what_is_stored(kind: str) -> None:
    signature = Authenticator.of_kind(kind).sign(PAYLOAD, S, at=AT)
    stored = PasskeySignature.model_validate_json(signature.model_dump_json(), strict=True)
    stored.check(PAYLOAD, S)
    assert stored.key_id.startswith("webauthn:")
    with pytest.raises(SignatureInvalidError):
        stored.check(PAYLOAD + b" ", S)


BROKEN: dict[str, tuple[Callable[[Authenticator], Authenticator], str]] = {
    "user not verified": (lambda a: a.changed(flags=USER_PRESENT), "did not verify its user"),
    "user not present": (lambda a: a.changed(flags=USER_VERIFIED), "did not verify its user"),
    "another type": (lambda a: a.changed(client_data={"type": "webauthn.create"}), "not of a signature"),
    "another origin": (lambda a: a.changed(client_data={"origin": "https://phish.example"}), "phish"),
    "no origin": (lambda a: a.changed(client_data={"origin": None}), "None"),
    "in a frame": (lambda a: a.changed(client_data={"crossOrigin": True}), "another site's page"),
    "in a frame, otherwise told": (lambda a: a.changed(client_data={"topOrigin": "https://x"}), "another site's page"),
    "another challenge": (lambda a: a.changed(client_data={"challenge": "AAAA"}), "signed something else"),
    "no challenge": (lambda a: a.changed(client_data={"challenge": None}), "signed something else"),
    "too much": (lambda a: a.changed(client_data={"extra": "x" * 5000}), "longer than any browser"),
}


@pytest.mark.parametrize(("change", "why"), BROKEN.values(), ids=BROKEN.keys())
def test_what_the_device_did_not_sign_so_is_refused(change: Callable[[Authenticator], Authenticator], why: str) -> None:
    with pytest.raises(SignatureInvalidError, match=why):
        change(Authenticator()).sign(PAYLOAD, S, at=AT).check(PAYLOAD, S)


def test_a_signature_is_for_one_purpose() -> None:
    signature = Authenticator().sign(PAYLOAD, SigningContext.SCRIPT, at=AT)
    with pytest.raises(SignatureInvalidError, match="something else"):
        signature.check(PAYLOAD, S)


def test_another_site_is_refused() -> None:
    signature = Authenticator(rp_id="phish.example").sign(PAYLOAD, S, at=AT)
    moved = signature.model_copy(update={"rp_id": "localhost"})
    with pytest.raises(SignatureInvalidError, match="another site than localhost"):
        moved.check(PAYLOAD, S)


def test_a_signature_by_another_device_is_refused() -> None:
    one, other = (Authenticator().sign(PAYLOAD, S, at=AT) for _ in range(2))
    with pytest.raises(SignatureInvalidError, match="not one of this passkey"):
        one.model_copy(update={"value": other.value}).check(PAYLOAD, S)


SITES = [
    ("localhost", "http://localhost:7860", ""),
    ("studio.localhost", "http://studio.localhost", ""),
    ("example.com", "https://sayso.example.com", ""),
    ("example.com", "https://example.com:8443", ""),
    ("example.com", "http://example.com", "not secure"),
    ("example.com", "https://example.com.phish.example", "does not lie within"),
    ("example.com", "https://badexample.com", "does not lie within"),
    ("sayso.example.com", "https://example.com", "does not lie within"),
]


@pytest.mark.parametrize(("rp_id", "origin", "why"), SITES)
def test_a_page_lies_within_its_site_and_is_secure(rp_id: str, origin: str, why: str) -> None:
    signature = Authenticator(rp_id=rp_id, origin=origin).sign(PAYLOAD, S, at=AT)
    if not why:
        signature.check(PAYLOAD, S)
        return
    with pytest.raises(SignatureInvalidError, match=why):
        signature.check(PAYLOAD, S)


@pytest.mark.parametrize(
    "raw", [b"[]", b"not json", b"[" * 2000, b'{"type":"a","type":"webauthn.get"}', '{"type":"x"}'.encode("utf-16")]
)
def test_client_data_that_is_no_plain_object_is_refused(raw: bytes) -> None:
    signature = Authenticator().sign(PAYLOAD, S, at=AT).model_copy(update={"client_data_json": b64url(raw)})
    with pytest.raises(SignatureInvalidError, match="client data"):
        signature.check(PAYLOAD, S)


def test_authenticator_data_that_is_cut_off_is_refused() -> None:
    signature = Authenticator().sign(PAYLOAD, S, at=AT)
    short = b64url(from_b64url(signature.authenticator_data)[:36])
    with pytest.raises(SignatureInvalidError, match="cut off"):
        signature.model_copy(update={"authenticator_data": short}).check(PAYLOAD, S)


def test_the_same_bytes_have_one_writing() -> None:
    raw = json.loads(Authenticator().sign(PAYLOAD, S, at=AT).model_dump_json())
    for wrong in ("QQ==", "QR", "Q", "Q+", "é", ""):
        with pytest.raises(ValidationError):
            PasskeySignature.model_validate_json(json.dumps({**raw, "value": wrong}))


def test_the_challenge_depends_on_purpose_and_payload() -> None:
    assert len({passkey_challenge(p, c) for p in (b"", b"a") for c in SigningContext}) == 2 * len(SigningContext)


@given(st.binary(max_size=200))
def test_base64url_is_read_back(raw: bytes) -> None:
    assert from_b64url(b64url(raw)) == raw


GOOD = Authenticator().cose_key
X, Y = bytes(32), bytes(32)
BAD_KEYS: dict[str, bytes] = {
    "nothing": b"",
    "no map": cbor(b"abc"),
    "cut off": GOOD[:-1],
    "goes on": GOOD + b"\0",
    "indefinite length": b"\xbf\xff",
    "four-byte number": b"\xa1\x1a\0\0\0\1\0",
    "name is text": b"\xa1\x61a\0",
    "value is text": b"\xa1\x01\x61a",
    "named twice": b"\xa2\x01\x02\x01\x02",
    "too long": cbor({1: 2, -2: bytes(3000)}),
    "kind unknown": cbor({1: 4, 3: -7}),
    "kind missing": cbor({-1: 1}),
    "another curve": cbor({1: 2, 3: -7, -1: 2, -2: X, -3: Y}),
    "no point of the curve": cbor({1: 2, 3: -7, -1: 1, -2: X, -3: Y}),
    "a part too many": cbor({1: 2, 3: -7, -1: 1, -2: X, -3: Y, -4: X}),
    "a coordinate with a zero before it": cbor({1: 2, 3: -7, -1: 1, -2: b"\0" + X, -3: Y}),
    "a short coordinate": cbor({1: 2, 3: -7, -1: 1, -2: X, -3: Y[1:]}),
    "x is a number": cbor({1: 2, 3: -7, -1: 1, -2: 5, -3: -6}),
    "Ed25519 without x": cbor({1: 1, 3: -8, -1: 6}),
    "Ed25519 of small order": cbor({1: 1, 3: -8, -1: 6, -2: b"\1" + bytes(31)}),
    "RSA without e": cbor({1: 3, 3: -257, -1: bytes(256)}),
    "RSA too short": cbor({1: 3, 3: -257, -1: b"\xc1" + bytes(126) + b"\1", -2: b"\1\0\1"}),
    "RSA of nothing": cbor({1: 3, 3: -257, -1: bytes(256), -2: b"\1\0\1"}),
}


@pytest.mark.parametrize("key", BAD_KEYS.values(), ids=BAD_KEYS.keys())
def test_a_strange_key_is_refused(key: bytes) -> None:
    with pytest.raises(SignatureInvalidError):
        verify_cose(key, b"message", bytes(70))


@given(st.binary(max_size=120))
def test_no_bytes_crash_the_reader(raw: bytes) -> None:
    with pytest.raises(SignatureInvalidError):
        verify_cose(raw, b"message", b"signature")


def test_a_map_is_read_as_written() -> None:
    assert read_cose_key(cbor({1: 2, 3: -300, -1: bytes(300), 40: 7})) == {1: 2, 3: -300, -1: bytes(300), 40: 7}


@pytest.mark.parametrize("kind", ["ES256", "EdDSA", "RS256"])
def test_one_key_in_another_writing_is_the_same_key(kind: str) -> None:
    device = Authenticator.of_kind(kind)
    parts = read_cose_key(device.cose_key)
    backwards = cbor(dict(reversed(parts.items())))
    longer = device.cose_key.replace(b"\x01", b"\x18\x01", 1)  # kty in two bytes where one is enough
    assert len({device.cose_key, backwards, longer}) == 3
    assert len({same_key_text(one) for one in (device.cose_key, backwards, longer)}) == 1
    assert same_key_text(Authenticator().cose_key) != same_key_text(device.cose_key)


def test_an_rsa_key_with_zeros_before_it_is_the_same_key() -> None:
    parts = read_cose_key(Authenticator.of_kind("RS256").cose_key)
    padded = {name: b"\0" + part if isinstance(part, bytes) else part for name, part in parts.items()}
    assert same_key_text(cbor(padded)) == same_key_text(cbor(parts))


def test_an_ed25519_passkey_reads_like_the_same_key_in_a_file() -> None:
    """Else the controller's key could approve what it also signed as the subject."""
    signature = Authenticator.of_kind("EdDSA").sign(PAYLOAD, S, at=AT)
    raw = read_cose_key(from_b64url(signature.cose_key))[-2]
    assert isinstance(raw, bytes)
    assert signature.public_key == PublicKey(raw).hex


@pytest.mark.parametrize("raw", [b"", b"abc", GOOD[:-1], bytes(32)], ids=["nothing", "letters", "cut off", "zeros"])
def test_a_key_that_cannot_be_read_is_like_no_other(raw: bytes) -> None:
    assert same_key_text(raw) == f"unreadable:{raw.hex()}"


@given(st.binary(max_size=80))
def test_telling_keys_apart_never_fails(raw: bytes) -> None:
    assert same_key_text(raw) == same_key_text(raw)
