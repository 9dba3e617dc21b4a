"""Who signs manifests: the studio's own authority, made at its first start, and the signer below it.

On disk, in a folder of mode 0700, every file 0600:
    authority.key.pem   the authority's key, used only to renew the signer
    authority.cert.pem  the trust anchor that verifiers need
    signer.pem          the signer's key and certificate in one file, so that a renewal replaces both at once
A certificate from an outside authority signs instead where one is installed (pipelines.provenance.outside).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from pipelines.errors import ProvenanceError
from pipelines.provenance.certificates import make_authority, make_signer, needs_renewal
from pipelines.provenance.keyholders import FileKey, KeyHolder, private_key, require_p256
from pipelines.provenance.outside import ANCHORS, OUTSIDE, PENDING, merged_anchors, read_outside, remembered_anchors
from pipelines.provenance.safekeeping import (
    certificate_pem,
    key_pem,
    organisation_of,
    read_certificate,
    refuse_loose_permissions,
    replace_private,
    write_private,
)
from pipelines.provenance.signer import Algorithm

AUTHORITY_KEY: Final = "authority.key.pem"
AUTHORITY_CERTIFICATE: Final = "authority.cert.pem"
SIGNER: Final = "signer.pem"
DEFAULT_ORGANISATION: Final = "Sayso Studio"


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningIdentity:
    """A key that signs claims, and the certificates that say whose it is. The key never shows in a repr."""

    organisation: str
    chain_pem: str = field(repr=False)
    trust_anchors_pem: str = field(repr=False)
    expires_at: datetime
    authority: Literal["own", "outside"] = "own"
    tsa_url: str | None = None
    alg: Algorithm = "es256"
    _key: KeyHolder = field(repr=False)
    _public: ec.EllipticCurvePublicKey = field(repr=False)

    @classmethod
    def open_or_create(
        cls, folder: Path, *, clock: Callable[[], datetime], organisation: str = DEFAULT_ORGANISATION
    ) -> SigningIdentity:
        """Open the identity in ``folder``; make it at the first start; renew the signer before its end.

        ``organisation`` counts only when the identity is made.

        Raises:
            ProvenanceError: others may read the keys, a file is missing or unreadable, or the authority has ended.
        """
        at = clock()
        if not folder.exists():
            _create(folder, organisation=organisation, at=at)
        there = (name for name in (OUTSIDE, PENDING, ANCHORS) if (folder / name).exists())
        refuse_loose_permissions(folder, (AUTHORITY_KEY, AUTHORITY_CERTIFICATE, SIGNER, *there))
        authority = read_certificate(folder / AUTHORITY_CERTIFICATE)
        anchors = merged_anchors(certificate_pem(authority), remembered_anchors(folder))
        if outside := read_outside(folder):
            leaf = outside.leaf
            return cls.of(outside.key, leaf, outside.chain_pem, anchors, authority="outside")
        if at >= authority.not_valid_after_utc:
            raise ProvenanceError(
                f"the signing authority in {folder} ended on {authority.not_valid_after_utc:%Y-%m-%d}; "
                "move that folder away and start again to make a new one, and publish its new trust anchor"
            )
        signer = read_certificate(folder / SIGNER)
        is_last = at >= signer.not_valid_before_utc and signer.not_valid_after_utc == authority.not_valid_after_utc
        if needs_renewal(signer, at=at) and not is_last:
            renew(folder, at=at)
            signer = read_certificate(folder / SIGNER)
        key = _read_key(folder / SIGNER)
        if key.public_key() != signer.public_key():
            raise ProvenanceError(f"key and certificate in {folder / SIGNER} do not belong together; restore a backup")
        try:
            signer.verify_directly_issued_by(authority)
        except Exception as e:
            raise ProvenanceError(
                f"{folder / SIGNER} was not issued by {AUTHORITY_CERTIFICATE}; restore a backup"
            ) from e
        return cls.of(FileKey(pem=key_pem(key).decode()), signer, certificate_pem(signer), anchors)

    @classmethod
    def of(
        cls,
        key: KeyHolder,
        leaf: x509.Certificate,
        chain_pem: str,
        trust_anchors_pem: str,
        *,
        authority: Literal["own", "outside"] = "own",
    ) -> SigningIdentity:
        """Put a key and its certificates together; raises ``ProvenanceError`` for another kind of key than P-256."""
        return cls(
            organisation=organisation_of(leaf),
            chain_pem=chain_pem,
            trust_anchors_pem=trust_anchors_pem,
            expires_at=leaf.not_valid_after_utc,
            authority=authority,
            _key=key,
            _public=require_p256(leaf.public_key(), where="the signer's certificate"),
        )

    def sign(self, data: bytes) -> bytes:
        """Return the ECDSA signature (P-256, SHA-256, DER) of ``data``; raises ``ProvenanceError``."""
        return self._key.sign(data, public=self._public)


def _create(folder: Path, *, organisation: str, at: datetime) -> None:
    """Make the whole folder beside its place and move it there at once: there is never half an identity."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.new")
    draft.mkdir(mode=0o700)
    try:
        authority_key = ec.generate_private_key(ec.SECP256R1())
        authority = make_authority(authority_key, organisation=organisation, at=at)
        write_private(draft / AUTHORITY_KEY, key_pem(authority_key))
        write_private(draft / AUTHORITY_CERTIFICATE, certificate_pem(authority).encode())
        renew(draft, at=at)
        draft.rename(folder)
    except OSError as e:
        shutil.rmtree(draft, ignore_errors=True)
        if not folder.exists():  # else: another process made it in the same moment, and its identity counts
            raise ProvenanceError(
                f"cannot make signing keys in {folder}: {e}; check the disk and the folder's owner"
            ) from e


def renew(folder: Path, *, at: datetime) -> None:
    """Make a new key and certificate under the studio's own authority; raises ``ProvenanceError``."""
    authority = read_certificate(folder / AUTHORITY_CERTIFICATE)
    authority_key = _read_key(folder / AUTHORITY_KEY)
    key = ec.generate_private_key(ec.SECP256R1())
    signer = make_signer(
        key.public_key(),
        authority=authority,
        authority_key=authority_key,
        organisation=organisation_of(authority),
        at=at,
    )
    replace_private(folder / SIGNER, key_pem(key) + certificate_pem(signer).encode())


def _read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        return private_key(path.read_bytes(), where=str(path))
    except OSError as e:
        raise ProvenanceError(f"{path} holds no readable private key; restore it from a backup") from e
