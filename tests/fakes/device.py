"""A phone in software: answers ``navigator.credentials.create`` and ``get`` as a browser's JSON does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from consent.passkey import b64url
from tests.fakes.authenticator import USER_PRESENT, USER_VERIFIED, Authenticator

ATTESTED = 0x40


@dataclass
class Device:
    """One device with one passkey. ``authenticator`` opens every flag and field to tests."""

    authenticator: Authenticator = field(default_factory=Authenticator)
    credential_id: bytes = b"credential-1"
    count: int = 0

    def create(self, options: Mapping[str, Any]) -> dict[str, object]:
        client_data = self._client_data("webauthn.create", options["challenge"])
        attested = bytes(16) + len(self.credential_id).to_bytes(2) + self.credential_id + self.authenticator.cose_key
        data = self._header(self.authenticator.flags | ATTESTED) + attested
        attestation = (
            b"\xa3" + _text("fmt") + _text("none") + _text("attStmt") + b"\xa0" + _text("authData") + _bytes(data)
        )
        return self._credential({"clientDataJSON": b64url(client_data), "attestationObject": b64url(attestation)})

    def get(self, options: Mapping[str, Any]) -> dict[str, object]:
        assert [one["id"] for one in options["allowCredentials"]] == [b64url(self.credential_id)]
        self.count += 1
        client_data = self._client_data("webauthn.get", options["challenge"])
        data = self._header(self.authenticator.flags)
        value = self.authenticator._sign(data + hashlib.sha256(client_data).digest())
        return self._credential(
            {
                "clientDataJSON": b64url(client_data),
                "authenticatorData": b64url(data),
                "signature": b64url(value),
                "userHandle": None,
            }
        )

    def unverified(self) -> Device:
        """The same passkey, used without finger, face or PIN."""
        flags = self.authenticator.flags & ~USER_VERIFIED | USER_PRESENT
        return Device(authenticator=self.authenticator.changed(flags=flags), credential_id=self.credential_id)

    def at_origin(self, origin: str) -> Device:
        return Device(authenticator=self.authenticator.changed(origin=origin), credential_id=self.credential_id)

    def _client_data(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.authenticator.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _header(self, flags: int) -> bytes:
        rp = hashlib.sha256(self.authenticator.rp_id.encode()).digest()
        return rp + bytes([flags]) + self.count.to_bytes(4)

    def _credential(self, response: Mapping[str, object]) -> dict[str, object]:
        return {
            "id": b64url(self.credential_id),
            "rawId": b64url(self.credential_id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": dict(response),
        }


def _text(text: str) -> bytes:
    raw = text.encode()
    return bytes([0x60 | len(raw)]) + raw


def _bytes(raw: bytes) -> bytes:
    return b"\x59" + len(raw).to_bytes(2) + raw
