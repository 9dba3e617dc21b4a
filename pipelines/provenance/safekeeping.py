"""Files of keys and certificates: their owner's alone, written whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pipelines.errors import ProvenanceError


def write_private(path: Path, content: bytes) -> None:
    """Write a new file of mode 0600, durably."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def replace_private(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 in one move: whoever is cut off, the old one or the new one is there."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)  # of a process of the same number that was cut off
    write_private(draft, content)
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def refuse_loose_permissions(folder: Path, names: Iterable[str]) -> None:
    """Raise ``ProvenanceError`` when a file is missing, or others may enter the folder or read a file."""
    for path in (folder, *(folder / name for name in names)):
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


def read_certificate(path: Path) -> x509.Certificate:
    """Read the first certificate of a file; raises ``ProvenanceError``."""
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as e:
        raise ProvenanceError(f"{path} holds no readable certificate; restore it from a backup") from e


def certificate_pem(certificate: x509.Certificate) -> str:
    """A certificate as text."""
    return certificate.public_bytes(Encoding.PEM).decode()


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A private key as text, not encrypted."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def organisation_of(certificate: x509.Certificate) -> str:
    """Who the certificate is for; empty when it names no organisation."""
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    if not names:
        return ""
    value = names[0].value
    return value if isinstance(value, str) else value.decode()
