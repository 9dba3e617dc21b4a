"""The two certificates of a studio: its own authority and the signer that manifests carry.

The signer's profile is the one of the C2PA specification 2.2, section 14.5 (ES256; critical BasicConstraints(false) and
KeyUsage digitalSignature; extended key usage emailProtection and the C2PA claim-signing one; authority and subject key
identifiers; an organisation name). Keys and times come in as arguments; nothing here touches a disk.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pipelines.errors import ProvenanceError

C2PA_CLAIM_SIGNING = x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
AUTHORITY_LIFETIME = timedelta(days=3650)
# Without a time stamp authority a manifest is trusted only while its signer's certificate runs, so the certificate is
# long and renewed early: every file stays verifiable for at least RENEW_BEFORE.
SIGNER_LIFETIME = timedelta(days=3 * 365)
RENEW_BEFORE = timedelta(days=2 * 365)
CLOCK_SKEW = timedelta(hours=1)  # a verifier's clock may be a little behind ours

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


def make_authority(key: ec.EllipticCurvePrivateKey, *, organisation: str, at: datetime) -> x509.Certificate:
    """Return the self-signed root of a studio."""
    name = _name(organisation, f"{organisation} content authority")
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - CLOCK_SKEW)
        .not_valid_after(at + AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )


def make_signer(
    public: ec.EllipticCurvePublicKey,
    *,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    organisation: str,
    at: datetime,
) -> x509.Certificate:
    """Return a claim-signing certificate for ``public``; it never outlives the authority."""
    return (
        x509.CertificateBuilder()
        .subject_name(signer_name(organisation))
        .issuer_name(authority.subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - CLOCK_SKEW)
        .not_valid_after(min(at + SIGNER_LIFETIME, authority.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(digital_signature_only(), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, C2PA_CLAIM_SIGNING]), critical=False
        )
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def needs_renewal(signer: x509.Certificate, *, at: datetime) -> bool:
    """Whether the signer is too close to its end (or not begun yet) to sign another file."""
    return at + RENEW_BEFORE >= signer.not_valid_after_utc or at < signer.not_valid_before_utc


def parse_trust_anchors(pem: str) -> tuple[x509.Certificate, ...]:
    """Return the authorities in ``pem``, at least one.

    The C2PA library accepts junk here without a word and then trusts nobody, so it is read first by us.

    Raises:
        ProvenanceError: nothing there, something that is no certificate, or a certificate that is no authority.
    """
    blocks = _PEM.findall(pem)
    leftover = _PEM.sub("", pem).strip()
    if not blocks or leftover:
        found = f"other text: {leftover[:40]!r}" if leftover else "no certificate"
        raise ProvenanceError(f"the trust anchors hold {found}; give one or more certificates in PEM and nothing else")
    anchors = []
    for number, block in enumerate(blocks, start=1):
        try:
            anchor = x509.load_pem_x509_certificate(block.encode())
            is_authority = anchor.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        except (ValueError, x509.ExtensionNotFound) as e:
            raise ProvenanceError(f"trust anchor {number} is no authority's certificate: {e}") from e
        if not is_authority:
            raise ProvenanceError(f"trust anchor {number} is a signer's certificate; give its authority's instead")
        anchors.append(anchor)
    return tuple(anchors)


def split_anchors(pem: str) -> tuple[str, str]:
    """Return the authorities of signers, and those of time stamps, each as text.

    An authority of time stamps is one whose own extended key usage allows nothing else: whoever it certifies can then
    say when a file was signed, and never sign one. Raises ``ProvenanceError`` on junk.
    """
    signers: list[str] = []
    stamps: list[str] = []
    for anchor in parse_trust_anchors(pem):
        (stamps if stamps_time_only(anchor) else signers).append(anchor.public_bytes(Encoding.PEM).decode())
    return "".join(signers), "".join(stamps)


def stamps_time_only(certificate: x509.Certificate) -> bool:
    """Whether the extended key usage is timeStamping and nothing else."""
    try:
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return list(purposes) == [ExtendedKeyUsageOID.TIME_STAMPING]


def signer_name(organisation: str) -> x509.Name:
    """The subject of a signer's certificate."""
    return _name(organisation, f"{organisation} claim signer")


def digital_signature_only() -> x509.KeyUsage:
    """The key usage of a signer."""
    return _usage(digital_signature=True)


def _name(organisation: str, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64]),  # RFC 5280 ub-common-name
        ]
    )


def _usage(*, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
