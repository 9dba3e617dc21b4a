"""Ed25519 keys: the subject's, the controller's, the ledger's.

Every signature is made for one purpose (``SigningContext``), and the purpose is signed with it: a signature over a
script can never be shown as a signature over a record. Ledger checkpoints are the exception, because their bytes are
fixed by c2sp.org/signed-note; they can not be mistaken for the others, which hold a zero byte that no note may hold.
"""

from __future__ import annotations

import functools
import hashlib
import os
import stat
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from consent.errors import KeyFileError, SignatureInvalidError

PUBLIC_KEY_BYTES = 32
SIGNATURE_BYTES = 64

# The points of small order, in every encoding that OpenSSL reads (RFC 8032 5.1.7; "Taming the many EdDSAs", table 1).
# With such a key one signature fits every message, so that a signed record could be exchanged for another.
_SMALL_ORDER_Y = (
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
)
_SIGN_BIT = 0x80


class SigningContext(StrEnum):
    """What a signature is for. The value is signed in front of the payload."""

    SUBJECT = "sayso/v1/subject"
    APPROVAL = "sayso/v1/approval"
    SCRIPT = "sayso/v1/script"
    GUARDIAN = "sayso/v1/guardian"
    CHECKS = "sayso/v1/checks"
    ASSESSMENT = "sayso/v1/assessment"
    DESTRUCTION = "sayso/v1/destruction"
    DOSSIER = "sayso/v1/dossier"


def _in_context(payload: bytes, context: SigningContext) -> bytes:
    return context.value.encode("ascii") + b"\0" + payload


def _key_id(raw: bytes) -> str:
    return "ed25519:" + hashlib.sha256(raw).hexdigest()[:32]


def _is_small_order(raw: bytes) -> bool:
    without_sign = raw[:-1] + bytes([raw[-1] & ~_SIGN_BIT])
    return without_sign.hex() in _SMALL_ORDER_Y


@functools.lru_cache(maxsize=4096)  # a decision checks one signature several times; only what verified is kept
def _verify(raw: bytes, message: bytes, value: bytes) -> None:
    Ed25519PublicKey.from_public_bytes(raw).verify(value, message)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An Ed25519 public key: 32 bytes that are a usable point."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != PUBLIC_KEY_BYTES:
            raise SignatureInvalidError(f"a public key has {PUBLIC_KEY_BYTES} bytes, this one has {len(self.raw)}")
        if _is_small_order(self.raw):
            raise SignatureInvalidError(
                "this public key is a point of small order, which any message fits; use a key from sayso keys new"
            )

    @classmethod
    def from_hex(cls, text: str) -> PublicKey:
        """Read 64 hexadecimal digits; raises ``SignatureInvalidError`` for anything else."""
        try:
            raw = bytes.fromhex(text)
        except ValueError as e:
            raise SignatureInvalidError(f"{text[:80]!r} is not a public key in hexadecimal") from e
        return cls(raw)

    @property
    def hex(self) -> str:
        """The 32 bytes as lowercase hexadecimal."""
        return self.raw.hex()

    @property
    def key_id(self) -> str:
        """Short name of the key for people: "ed25519:" and 32 digits of its SHA-256."""
        return _key_id(self.raw)

    def verify(self, payload: bytes, value: bytes, context: SigningContext) -> None:
        """Raise ``SignatureInvalidError`` unless ``value`` is this key's signature of the payload for this purpose."""
        self.verify_plain(_in_context(payload, context), value)

    def verify_plain(self, message: bytes, value: bytes) -> None:
        """Check a signature over exactly these bytes; only signed notes have no context (see the module's text)."""
        try:
            _verify(self.raw, message, value)
        except (InvalidSignature, ValueError) as e:
            raise SignatureInvalidError(f"the signature is not one of key {self.key_id} over these bytes") from e


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 private key. The secret is never shown in a repr, a log or an error."""

    _private: Ed25519PrivateKey = field(repr=False, compare=False)
    public_key: PublicKey

    @classmethod
    def generate(cls) -> SigningKey:
        """Make a new key from the operating system's generator."""
        return cls._of(Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, path: Path) -> SigningKey:
        """Read a PEM (PKCS #8) file that only its owner can read.

        Raises:
            KeyFileError: missing, not a plain file, open to group or others, or not an unencrypted Ed25519 key.
        """
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a FIFO must not hang us
        except OSError as e:
            raise KeyFileError(
                f"cannot read the key {path}: {e.strerror}; make one with: sayso keys new --out {path}"
            ) from e
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)  # of the opened file, so that it cannot be exchanged in between
            if not stat.S_ISREG(status.st_mode):
                raise KeyFileError(f"the key {path} is not a plain file; name a key file")
            mode = stat.S_IMODE(status.st_mode)
            if mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise KeyFileError(
                    f"the key {path} has mode {mode:04o} and others may read it; needed is 0600: chmod 600 {path}"
                )
            pem = file.read()
        try:
            private = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError) as e:  # TypeError: the file is encrypted
            raise KeyFileError(f"{path} is not an unencrypted private key in PEM; make one with: sayso keys new") from e
        if not isinstance(private, Ed25519PrivateKey):
            raise KeyFileError(f"{path} holds another kind of key, needed is Ed25519; make one with: sayso keys new")
        return cls._of(private)

    @classmethod
    def _of(cls, private: Ed25519PrivateKey) -> SigningKey:
        return cls(private, PublicKey(private.public_key().public_bytes_raw()))

    @property
    def key_id(self) -> str:
        """Short name of the public key."""
        return self.public_key.key_id

    def write(self, path: Path) -> None:
        """Write the key as PEM (PKCS #8), mode 0600, to a file that does not exist yet.

        Raises:
            KeyFileError: the file exists, or the folder cannot be written.
        """
        pem = self._private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as e:
            raise KeyFileError(f"{path} exists; a key is never overwritten, choose another name") from e
        except OSError as e:
            raise KeyFileError(f"cannot write the key {path}: {e.strerror}") from e
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(descriptor)

    def sign(self, payload: bytes, context: SigningContext) -> bytes:
        """Sign the payload for one purpose; returns 64 bytes."""
        return self.sign_plain(_in_context(payload, context))

    def sign_plain(self, message: bytes) -> bytes:
        """Sign exactly these bytes; only signed notes have no context (see the module's text)."""
        return self._private.sign(message)
