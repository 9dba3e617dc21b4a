"""The second factor: time-based codes (RFC 6238) whose secret lies sealed under the vault's key.

A code counts for its own 30 seconds and for those beside them, because clocks differ, and it works once.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from studio.errors import VaultDamagedError

SECRET_BYTES = 20
STEP_S, DIGITS = 30, 6
STEPS_BESIDE = 1
NONCE_BYTES = 12
ISSUER = "Sayso"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What an authenticator app is told: as text, and as the address that its camera reads."""

    secret: str
    uri: str


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP_S)  # noqa: S303 - what every authenticator app speaks; RFC 6238 uses HMAC


def code_at(secret: bytes, *, at: datetime) -> str:
    """The code that an app shows at this time."""
    return _totp(secret).generate(int(at.timestamp())).decode()


def enrolment(secret: bytes, *, email: str) -> Enrolment:
    """Say the secret to an app."""
    text = base64.b32encode(secret).decode()
    return Enrolment(secret=text, uri=_totp(secret).get_provisioning_uri(email, ISSUER))


def step_of(code: str, secret: bytes, *, at: datetime) -> int | None:
    """The time step that a code belongs to; None if it is not one of now."""
    given = "".join(code.split())
    now = int(at.timestamp()) // STEP_S
    totp = _totp(secret)
    steps = range(max(now - STEPS_BESIDE, 0), now + STEPS_BESIDE + 1)
    fitting = [one for one in steps if hmac.compare_digest(totp.generate(one * STEP_S), given.encode())]
    return max(fitting, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """Seals secrets for the database. ``key`` is the vault's, asked for when it is first needed."""

    key: Callable[[], bytes]
    random_bytes: Callable[[int], bytes]

    def seal(self, secret: bytes, *, account_id: str) -> bytes:
        """Nonce and sealed bytes, bound to the account."""
        nonce = self.random_bytes(NONCE_BYTES)
        return nonce + AESGCM(self._own_key()).encrypt(nonce, secret, account_id.encode())

    def unseal(self, sealed: bytes, *, account_id: str) -> bytes:
        """The secret.

        Raises:
            VaultDamagedError: it was sealed under another key or for another account, or was changed.
        """
        nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return AESGCM(self._own_key()).decrypt(nonce, body, account_id.encode())
        except InvalidTag as e:
            raise VaultDamagedError(
                "the second factor of this account cannot be read with this vault key; restore the key from its "
                "backup, or: sayso users reset EMAIL --second-factor"
            ) from e

    def _own_key(self) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"sayso second factors v1").derive(self.key())
