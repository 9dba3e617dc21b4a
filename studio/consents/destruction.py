"""Certificates of destruction: what was destroyed, how, when, and by which law; signed with the controller's key.

They hold no name and no picture: the record goes by its public hash, each file by its kind and SHA-256, so that a
certificate may be kept when everything else is gone. A person who still has the file can find it in the list.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import rfc8785
from pydantic import Field, ValidationError

from consent.errors import RecordInvalidError, SignatureInvalidError
from consent.grant import Sha256Hex
from consent.keys import PublicKey, SigningContext, SigningKey
from consent.record import Line, Sha256
from consent.signatures import Instant, Signature, Stored, make_signature
from studio.vault.item import VaultItem

Cause: TypeAlias = Literal["withdrawn", "declined", "retention"]
What: TypeAlias = Literal[
    "statement",
    "contract",
    "portrait",
    "voice",
    "footage",
    "template",
    "transcript",
    "receipt",
    "other",
    "picture_copy",  # a copy of a bound picture on the shelf
    "take_in_the_making",  # speech, motion and frames that were never released
    "campaign_input",  # copies of portrait and brief, kept for a campaign
]

CRYPTO_ERASURE = "the file's AES-256 key was deleted, which makes every copy of the file unreadable; then the file"
DELETION = "the files were deleted"
LAWS: dict[Cause, tuple[str, ...]] = {
    "withdrawn": ("GDPR Art. 17(1)(b)", "Illinois BIPA, 740 ILCS 14/15(a)"),
    "declined": ("GDPR Art. 17(1)(d)", "Illinois BIPA, 740 ILCS 14/15(a)"),
    "retention": ("GDPR Art. 5(1)(e)", "Illinois BIPA, 740 ILCS 14/15(a)"),
}


class Destroyed(Stored):
    """One file of the vault, or a number of others of one kind."""

    what: What
    count: Annotated[int, Field(ge=1)] = 1
    sha256: Sha256 | None = None
    size_bytes: Annotated[int, Field(ge=0)] | None = None
    kept_since: Instant | None = None
    destroyed_at: Instant
    method: Line


class Kept(Stored):
    """What is not destroyed yet, for how long, and why."""

    what: What
    count: Annotated[int, Field(ge=1)]
    until: Instant
    reason: Line


class DestructionCertificate(Stored):
    """One certificate. A record has one for each occasion on which something of it was destroyed."""

    certificate_version: Literal[1] = 1
    record: Sha256  # the public hash
    number: Annotated[int, Field(ge=1)]  # of this record's certificates
    controller: Line
    cause: Cause
    laws: tuple[Line, ...]
    destroyed: tuple[Destroyed, ...]
    kept: tuple[Kept, ...]
    issued_at: Instant
    signature: Signature | None = None

    @property
    def sha256(self) -> Sha256Hex:
        """Hash of the certificate as it is written."""
        return Sha256Hex(hashlib.sha256(self.to_bytes()).hexdigest())

    def to_bytes(self) -> bytes:
        """The certificate's one form (RFC 8785)."""
        return rfc8785.dumps(self.model_dump(mode="json", exclude_none=True))

    def payload(self) -> bytes:
        """What the controller's key signs: everything but the signature."""
        return rfc8785.dumps(self.model_dump(mode="json", exclude_none=True, exclude={"signature"}))

    def check(self, key: PublicKey) -> None:
        """Raise ``SignatureInvalidError`` unless this controller's key signed exactly this."""
        if self.signature is None or self.signature.public_key != key.hex:
            raise SignatureInvalidError("the certificate is not signed with this company's key")
        self.signature.check(self.payload(), SigningContext.DESTRUCTION)


def read_certificate(raw: bytes) -> DestructionCertificate:
    """Read a certificate; raises ``RecordInvalidError``. Whether its signature is right is for ``check``."""
    try:
        return DestructionCertificate.model_validate_json(raw, strict=True)
    except ValidationError as e:
        raise RecordInvalidError(f"this is no certificate of destruction of version 1: {e.error_count()} faults") from e


def destroyed_item(item: VaultItem, *, at: datetime) -> Destroyed:
    """A line for an erased file of the vault."""
    return Destroyed(
        what=item.kind,
        sha256=item.sha256,
        size_bytes=item.size_bytes,
        kept_since=item.kept_at,
        destroyed_at=item.erased_at or at,
        method=CRYPTO_ERASURE,
    )


class CertificateShelf:
    """Certificates on disk: ``<public hash>-<number>.json``, for their owner's eyes (0600), never overwritten."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, record: Sha256Hex) -> tuple[DestructionCertificate, ...]:
        """Every certificate of a record, oldest first."""
        found = (read_certificate(path.read_bytes()) for path in self._folder.glob(f"{record}-*.json"))
        return tuple(sorted(found, key=lambda one: one.number))

    def issue(
        self,
        record: Sha256Hex,
        *,
        controller: str,
        cause: Cause,
        destroyed: Sequence[Destroyed],
        kept: Sequence[Kept],
        at: datetime,
        key: SigningKey,
    ) -> DestructionCertificate:
        """Sign the next certificate of a record and lay it on the shelf."""
        draft = DestructionCertificate(
            record=record,
            number=len(self.of(record)) + 1,
            controller=controller,
            cause=cause,
            laws=LAWS[cause],
            destroyed=tuple(destroyed),
            kept=tuple(kept),
            issued_at=at,
        )
        signature = make_signature(draft.payload(), SigningContext.DESTRUCTION, key=key, at=at)
        certificate = draft.model_copy(update={"signature": signature})
        path = self._folder / f"{record}-{certificate.number}.json"
        part = path.with_suffix(".part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(certificate.to_bytes())
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)  # unlike a rename it fails if another process has just issued this number
        part.unlink()
        return certificate
