"""Who signs manifests: the studio's own authority, made at its first start, and the signer below it.

On disk, in a folder of mode 0700, every file 0600:
    authority.key.pem   the authority's key, used only to renew the signer
    authority.cert.pem  the trust anchor that verifiers need
    signer.pem          the signer's key and certificate in one file, so that a renewal replaces both at once
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from pipelines.errors import ProvenanceError
from pipelines.provenance.certificates import make_authority, make_signer, needs_renewal

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
    _key: ec.EllipticCurvePrivateKey = field(repr=False)

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
        _refuse_loose_permissions(folder)
        authority = _read_certificate(folder / AUTHORITY_CERTIFICATE)
        if at >= authority.not_valid_after_utc:
            raise ProvenanceError(
                f"the signing authority in {folder} ended on {authority.not_valid_after_utc:%Y-%m-%d}; "
                "move that folder away and start again to make a new one, and publish its new trust anchor"
            )
        signer = _read_certificate(folder / SIGNER)
        if needs_renewal(signer, at=at):
            _renew(folder, authority, at=at)
            signer = _read_certificate(folder / SIGNER)
        key = _read_key(folder / SIGNER)
        if key.public_key() != signer.public_key():
            raise ProvenanceError(f"key and certificate in {folder / SIGNER} do not belong together; restore a backup")
        try:
            signer.verify_directly_issued_by(authority)
        except Exception as e:
            raise ProvenanceError(
                f"{folder / SIGNER} was not issued by {AUTHORITY_CERTIFICATE}; restore a backup"
            ) from e
        return cls(
            organisation=_organisation(authority),
            chain_pem=_pem(signer),
            trust_anchors_pem=_pem(authority),
            expires_at=signer.not_valid_after_utc,
            _key=key,
        )

    def sign(self, data: bytes) -> bytes:
        """Return the ECDSA signature (P-256, SHA-256, DER) of ``data``."""
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


def _create(folder: Path, *, organisation: str, at: datetime) -> None:
    """Make the whole folder beside its place and move it there at once: there is never half an identity."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.new")
    draft.mkdir(mode=0o700)
    try:
        authority_key = ec.generate_private_key(ec.SECP256R1())
        authority = make_authority(authority_key, organisation=organisation, at=at)
        _write_private(draft / AUTHORITY_KEY, _key_pem(authority_key))
        _write_private(draft / AUTHORITY_CERTIFICATE, _pem(authority).encode())
        _renew(draft, authority, at=at)
        draft.rename(folder)
    except OSError as e:
        shutil.rmtree(draft, ignore_errors=True)
        if not folder.exists():  # else: another process made it in the same moment, and its identity counts
            raise ProvenanceError(
                f"cannot make signing keys in {folder}: {e}; check the disk and the folder's owner"
            ) from e


def _renew(folder: Path, authority: x509.Certificate, *, at: datetime) -> None:
    authority_key = _read_key(folder / AUTHORITY_KEY)
    key = ec.generate_private_key(ec.SECP256R1())
    signer = make_signer(
        key.public_key(),
        authority=authority,
        authority_key=authority_key,
        organisation=_organisation(authority),
        at=at,
    )
    draft = folder / f".{SIGNER}.{os.getpid()}"
    _write_private(draft, _key_pem(key) + _pem(signer).encode())
    draft.replace(folder / SIGNER)


def _refuse_loose_permissions(folder: Path) -> None:
    for path in (folder, *(folder / name for name in (AUTHORITY_KEY, AUTHORITY_CERTIFICATE, SIGNER))):
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
        except FileNotFoundError as e:
            raise ProvenanceError(
                f"{path} is missing, so the signing identity is incomplete; restore it from a backup, "
                f"or move {folder} away to make a new one"
            ) from e
        if mode & 0o077:
            needed = "700" if path == folder else "600"
            raise ProvenanceError(
                f"{path} has mode {mode:o}: other users could take the signing key; "
                f"run: chmod {needed} '{path}' (and make a new identity if others were on this machine)"
            )


def _read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as e:
        raise ProvenanceError(f"{path} holds no readable private key; restore it from a backup") from e
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ProvenanceError(f"{path} holds another kind of key; manifests are signed with ECDSA on P-256")
    return key


def _read_certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as e:
        raise ProvenanceError(f"{path} holds no readable certificate; restore it from a backup") from e


def _organisation(certificate: x509.Certificate) -> str:
    value = certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)[0].value
    return value if isinstance(value, str) else value.decode()


def _write_private(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()
