"""Signed tree heads: C2SP tlog-checkpoint in a C2SP signed note, Ed25519.

Sources: https://c2sp.org/tlog-checkpoint and https://c2sp.org/signed-note. The key's name is the log's origin.
A note may carry signatures of others (witnesses); they are ignored, ours must be there and must verify.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from consent.errors import LedgerTamperedError, LedgerUnreadableError, SignatureInvalidError
from consent.keys import PublicKey, SigningKey
from consent.ledger.merkle import HASH_BYTES

_ED25519 = b"\x01"
_KEY_HASH_BYTES = 4
_NOTE_CHARS_MAX = 100_000
_SIGNATURE_LINE = re.compile(r"— (\S+) ([A-Za-z0-9+/=]+)")
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)
_BODY_LINES_MIN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a log said about itself at one moment."""

    origin: str
    size: int
    root: bytes


def _key_hash(name: str, key: PublicKey) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + key.raw).digest()[:_KEY_HASH_BYTES]


def require_origin(origin: str) -> str:
    """Return the origin if it can also name a key; raises ``ValueError``."""
    if not origin or "+" in origin or not origin.isprintable() or any(c.isspace() for c in origin):
        raise ValueError(f"{origin!r} cannot name a ledger; use something like example.com/sayso, without spaces or +")
    return origin


def verifier_key(origin: str, key: PublicKey) -> str:
    """Return the public key as notes' verifiers exchange it: name, key hash and key."""
    encoded = base64.b64encode(_ED25519 + key.raw).decode("ascii")
    return f"{require_origin(origin)}+{_key_hash(origin, key).hex()}+{encoded}"


def sign_checkpoint(origin: str, size: int, root: bytes, key: SigningKey) -> str:
    """Return the signed note for a tree head.

    The caller never signs two heads of which one is not a beginning of the other.
    """
    text = f"{require_origin(origin)}\n{size}\n{base64.b64encode(root).decode('ascii')}\n"
    value = _key_hash(origin, key.public_key) + key.sign_plain(text.encode())
    return f"{text}\n— {origin} {base64.b64encode(value).decode('ascii')}\n"


def verify_checkpoint(note: str, public_key: PublicKey, *, origin: str) -> Checkpoint:
    """Read a signed note.

    Raises:
        LedgerUnreadableError: no checkpoint, or none of this log, or not signed by this key.
        LedgerTamperedError: a signature in this key's name does not verify.
    """
    text, lines = _split_note(note)
    key_hash = _key_hash(origin, public_key)
    ours = [value for name, value in map(_signature, lines) if name == origin and value[:_KEY_HASH_BYTES] == key_hash]
    if not ours:
        raise LedgerUnreadableError(
            f"the checkpoint has no signature of {origin} by key {public_key.key_id}; needed is one"
        )
    for value in ours:
        try:
            public_key.verify_plain(text.encode(), value[_KEY_HASH_BYTES:])
        except SignatureInvalidError as e:
            raise LedgerTamperedError(f"the checkpoint of {origin} was changed after it was signed; restore it") from e
    checkpoint = _read_body(text)
    if checkpoint.origin != origin:
        raise LedgerUnreadableError(f"the checkpoint is of the ledger {checkpoint.origin!r}, needed is {origin!r}")
    return checkpoint


def _split_note(note: str) -> tuple[str, list[str]]:
    text, blank, signatures = note.rpartition("\n\n")
    well_formed = len(note) <= _NOTE_CHARS_MAX and blank and signatures.endswith("\n")
    if not well_formed or any(c < " " and c != "\n" for c in note):
        raise LedgerUnreadableError("the checkpoint is not a signed note (c2sp.org/signed-note)")
    return text + "\n", signatures[:-1].split("\n")


def _signature(line: str) -> tuple[str, bytes]:
    parts = _SIGNATURE_LINE.fullmatch(line)
    try:
        value = base64.b64decode(parts.group(2), validate=True) if parts else b""
    except binascii.Error:
        value = b""
    if parts is None or len(value) <= _KEY_HASH_BYTES:
        raise LedgerUnreadableError("a signature line of the checkpoint cannot be read (c2sp.org/signed-note)")
    return parts.group(1), value


def _read_body(text: str) -> Checkpoint:
    lines = text[:-1].split("\n")
    if len(lines) < _BODY_LINES_MIN or not all(lines) or not _SIZE.fullmatch(lines[1]):
        raise LedgerUnreadableError("the checkpoint has no origin, size and root (c2sp.org/tlog-checkpoint)")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except binascii.Error as e:
        raise LedgerUnreadableError("the root of the checkpoint is not base64") from e
    if len(root) != HASH_BYTES:
        raise LedgerUnreadableError(f"the root of the checkpoint has {len(root)} bytes, needed are {HASH_BYTES}")
    return Checkpoint(origin=lines[0], size=int(lines[1]), root=root)
