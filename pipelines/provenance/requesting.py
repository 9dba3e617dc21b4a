"""Asking an outside authority for a signer's certificate: a request (PKCS#10, RFC 2986) signed by the key itself.

The key may lie where we cannot take it (a key service, a token), so the request is put together here and signed through
the key's holder. The key waits in ``pending.json``; what signs today goes on signing until a certificate is installed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from pipelines.errors import ProvenanceError
from pipelines.provenance.certificates import C2PA_CLAIM_SIGNING, digital_signature_only, signer_name
from pipelines.provenance.keyholders import FileKey, KeyHolder
from pipelines.provenance.outside import PENDING, Pending
from pipelines.provenance.safekeeping import key_pem, replace_private

_ECDSA_WITH_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")  # RFC 5758, 3.2
_SEQUENCE, _BIT_STRING = 0x30, 0x03


def new_file_key() -> tuple[FileKey, ec.EllipticCurvePublicKey]:
    """Make a key that we keep."""
    key = ec.generate_private_key(ec.SECP256R1())
    return FileKey(pem=key_pem(key).decode()), key.public_key()


def ask(folder: Path, key: KeyHolder, public: ec.EllipticCurvePublicKey, *, organisation: str) -> str:
    """Keep the key waiting, in place of any that waited before, and return the request as PEM.

    Raises:
        ProvenanceError: the key does not sign, or not with this public key; nothing has changed then.
    """
    request = certificate_request(lambda data: key.sign(data, public=public), public, organisation=organisation)
    public_pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    pending = Pending(key=key, public_pem=public_pem, request_pem=request)
    replace_private(folder / PENDING, pending.model_dump_json().encode())
    return request


def certificate_request(sign: Callable[[bytes], bytes], public: ec.EllipticCurvePublicKey, *, organisation: str) -> str:
    """Return a request for ``public`` with the profile that C2PA asks for, as PEM; ``sign`` gives DER signatures."""
    if not organisation.strip():
        raise ProvenanceError("a signer's certificate names an organisation; give one with --organisation")
    stand_in = ec.generate_private_key(ec.SECP256R1())
    template = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(signer_name(organisation))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(digital_signature_only(), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, C2PA_CLAIM_SIGNING]), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(stand_in, hashes.SHA256())
    )
    # cryptography signs only with keys it holds. Public keys on P-256 are all of one length, so ours takes the place of
    # the stand-in's, and the signature is made by whoever holds it.
    body = template.tbs_certrequest_bytes.replace(_spki(stand_in.public_key()), _spki(public))
    signature = _der(_BIT_STRING, b"\0" + sign(body))
    request = x509.load_der_x509_csr(_der(_SEQUENCE, body + _ECDSA_WITH_SHA256 + signature))
    if not request.is_signature_valid:
        raise ProvenanceError("the key's holder signs with another key than the public key that was given")
    return request.public_bytes(Encoding.PEM).decode()


def _spki(public: ec.EllipticCurvePublicKey) -> bytes:
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _der(tag: int, content: bytes) -> bytes:
    """One DER element (X.690, 8.1)."""
    size = len(content)
    if size < 128:  # noqa: PLR2004 - the short form of a length
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
