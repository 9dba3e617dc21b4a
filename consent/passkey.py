"""Signatures by passkey (W3C WebAuthn Level 3), checked from what is stored, with nothing but the bytes.

The person's device signs ``authenticatorData || SHA-256(clientDataJSON)``. The challenge inside clientDataJSON is
``passkey_challenge(payload, context)``, and the payload names the record by the SHA-256 of its canonical bytes, so the
signature is over the record. Steps as in WebAuthn 7.2; the ones that need the live server (origin in use, counter) are
done by the studio as well, while the person is there. Checked here, for ever:

1. clientDataJSON is one JSON object of type ``webauthn.get``, for this challenge and origin, not cross-origin; the
   origin lies within the relying party and is secure (https, or localhost), as every browser demands;
2. authenticatorData is for this relying party, with user present **and user verified** (finger, face or PIN);
3. the signature is the COSE key's own.

Why the counter is not: synced passkeys leave it at 0, so it says nothing. Why no attestation: docs/adr/0010.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, StringConstraints

from consent.cose import same_key_text, verify_cose
from consent.errors import SignatureInvalidError
from consent.grant import Sha256Hex
from consent.keys import SigningContext
from consent.signatures import Instant, Stored, hash_of

_HEADER_BYTES = 37  # rpIdHash 32, flags 1, counter 4
_USER_PRESENT, _USER_VERIFIED = 0x01, 0x04
_CLIENT_DATA_BYTES_MAX = 4096


def b64url(raw: bytes) -> str:
    """Write bytes as base64url without padding, as WebAuthn does."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def from_b64url(text: str) -> bytes:
    """Read base64url without padding; raises ``ValueError`` for any other writing of the same bytes."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as e:
        raise ValueError("this is not base64url") from e
    if b64url(raw) != text:
        raise ValueError("this is not base64url in its one form, without padding")
    return raw


def _one_form(text: str) -> str:
    from_b64url(text)
    return text


Base64Url = Annotated[str, StringConstraints(min_length=1, max_length=8192), AfterValidator(_one_form)]
Host = Annotated[str, StringConstraints(min_length=1, max_length=253, pattern=r"^[a-z0-9.-]+$")]
Origin = Annotated[str, StringConstraints(max_length=300, pattern=r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?$")]


def passkey_challenge(payload: bytes, context: SigningContext) -> bytes:
    """Return the 32 bytes that the device is asked to sign for this payload and purpose."""
    return hashlib.sha256(context.value.encode("ascii") + b"\0" + payload).digest()


class PasskeySignature(Stored):
    """One assertion, with all that is needed to check it offline."""

    method: Literal["webauthn"] = "webauthn"
    credential_id: Base64Url
    cose_key: Base64Url
    authenticator_data: Base64Url
    client_data_json: Base64Url
    value: Base64Url
    rp_id: Host  # the studio's host name
    origin: Origin  # the page's address
    signed_at: Instant

    @property
    def public_key(self) -> str:
        """The key, in one text for one key; an Ed25519 key reads as in ``Signature``. Never raises."""
        return same_key_text(from_b64url(self.cose_key))

    @property
    def key_id(self) -> str:
        """Short name of the key for people."""
        return "webauthn:" + hashlib.sha256(from_b64url(self.cose_key)).hexdigest()[:32]

    @property
    def sha256(self) -> Sha256Hex:
        """Hash for the ledger. The signature is unguessable, so the hash tells nothing about the person."""
        return hash_of(self)

    def check(self, payload: bytes, context: SigningContext) -> None:
        """Raise ``SignatureInvalidError`` unless this is a verified user's signature of the payload for the purpose."""
        _check_site(self.origin, rp_id=self.rp_id)
        client_data = from_b64url(self.client_data_json)
        _check_client_data(client_data, challenge=passkey_challenge(payload, context), origin=self.origin)
        authenticator_data = from_b64url(self.authenticator_data)
        _check_authenticator_data(authenticator_data, rp_id=self.rp_id)
        message = authenticator_data + hashlib.sha256(client_data).digest()
        verify_cose(from_b64url(self.cose_key), message, from_b64url(self.value))


def _check_site(origin: str, *, rp_id: str) -> None:
    parts = urlsplit(origin)
    host = parts.hostname or ""
    if host != rp_id and not host.endswith(f".{rp_id}"):
        raise SignatureInvalidError(f"the page {origin} does not lie within the site {rp_id}; no browser signs that")
    if parts.scheme != "https" and host != "localhost" and not host.endswith(".localhost"):
        raise SignatureInvalidError(f"the page {origin} is not secure; passkeys need https, or localhost")


def _named_once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name is said twice; two readers could read two things")
    return dict(pairs)


def _check_client_data(raw: bytes, *, challenge: bytes, origin: str) -> None:
    if len(raw) > _CLIENT_DATA_BYTES_MAX:
        raise SignatureInvalidError("the passkey's client data is longer than any browser writes")
    try:
        said = json.loads(raw.decode("utf-8"), object_pairs_hook=_named_once)  # json would take UTF-16 from bytes
    except (ValueError, RecursionError) as e:
        raise SignatureInvalidError("the passkey's client data is no JSON") from e
    if not isinstance(said, dict) or said.get("type") != "webauthn.get":
        raise SignatureInvalidError("the passkey's client data is not of a signature (webauthn.get)")
    if not hmac.compare_digest(str(said.get("challenge")).encode(), b64url(challenge).encode()):
        raise SignatureInvalidError("the passkey signed something else: its challenge does not fit these bytes")
    if said.get("origin") != origin:
        raise SignatureInvalidError(f"the passkey was used on {said.get('origin')!r}, not on {origin}")
    if said.get("crossOrigin", False) is not False or "topOrigin" in said:
        raise SignatureInvalidError("the passkey was used inside another site's page")


def _check_authenticator_data(raw: bytes, *, rp_id: str) -> None:
    if len(raw) < _HEADER_BYTES:
        raise SignatureInvalidError("the passkey's authenticator data is cut off")
    if not hmac.compare_digest(raw[:32], hashlib.sha256(rp_id.encode()).digest()):
        raise SignatureInvalidError(f"the passkey belongs to another site than {rp_id}")
    flags = raw[32]
    if not flags & _USER_PRESENT or not flags & _USER_VERIFIED:
        raise SignatureInvalidError(
            "the device did not verify its user (finger, face or PIN); the signature does not count"
        )
