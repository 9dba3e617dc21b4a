"""A passkey in software: the same bytes that a phone's authenticator makes, with every flag and field open to tests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from consent.keys import SigningContext
from consent.passkey import PasskeySignature, b64url, passkey_challenge

USER_PRESENT, USER_VERIFIED = 0x01, 0x04
_RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)  # once: making one is slow


def cbor(value: int | bytes | Mapping[int, int | bytes]) -> bytes:
    """Write the few CBOR forms that a COSE key has."""
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    return _head(5, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value.items())


def _head(kind: int, number: int) -> bytes:
    if number < 24:
        return bytes([kind << 5 | number])
    if number < 256:
        return bytes([kind << 5 | 24, number])
    return bytes([kind << 5 | 25]) + number.to_bytes(2)


@dataclass(frozen=True)
class Authenticator:
    """One passkey of one site."""

    private: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    rp_id: str = "localhost"
    origin: str = "http://localhost:7860"
    flags: int = USER_PRESENT | USER_VERIFIED
    client_data: Mapping[str, object] = field(default_factory=dict)  # replaces what the browser would say

    @classmethod
    def of_kind(cls, kind: str) -> Authenticator:
        if kind == "EdDSA":
            return cls(private=ed25519.Ed25519PrivateKey.generate())
        return cls(private=_RSA) if kind == "RS256" else cls()

    def changed(self, **changes: object) -> Authenticator:
        return replace(self, **changes)

    @property
    def cose_key(self) -> bytes:
        public = self.private.public_key()
        if isinstance(public, ec.EllipticCurvePublicKey):
            point = public.public_numbers()
            return cbor({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)})
        if isinstance(public, ed25519.Ed25519PublicKey):
            return cbor({1: 1, 3: -8, -1: 6, -2: public.public_bytes_raw()})
        numbers = public.public_numbers()
        return cbor({1: 3, 3: -257, -1: numbers.n.to_bytes(256), -2: numbers.e.to_bytes(3)})

    def sign(self, payload: bytes, context: SigningContext, *, at: datetime) -> PasskeySignature:
        """Answer ``navigator.credentials.get`` for the challenge of this payload."""
        said = {
            "type": "webauthn.get",
            "challenge": b64url(passkey_challenge(payload, context)),
            "origin": self.origin,
            "crossOrigin": False,
            **self.client_data,
        }
        client_data = json.dumps(said).encode()
        data = hashlib.sha256(self.rp_id.encode()).digest() + bytes([self.flags]) + bytes(4)
        message = data + hashlib.sha256(client_data).digest()
        return PasskeySignature(
            credential_id=b64url(b"credential-1"),
            cose_key=b64url(self.cose_key),
            authenticator_data=b64url(data),
            client_data_json=b64url(client_data),
            value=b64url(self._sign(message)),
            rp_id=self.rp_id,
            origin=self.origin,
            signed_at=at,
        )

    def _sign(self, message: bytes) -> bytes:
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            return self.private.sign(message, ec.ECDSA(SHA256()))
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(message)
        return self.private.sign(message, PKCS1v15(), SHA256())
