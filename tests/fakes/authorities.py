"""Certificate authorities for tests, with real keys: of signers, and of time stamps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pipelines.provenance.certificates import C2PA_CLAIM_SIGNING

CLAIM_SIGNING = (ExtendedKeyUsageOID.EMAIL_PROTECTION, C2PA_CLAIM_SIGNING)


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def usage(**true: bool) -> x509.KeyUsage:
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    names += ("key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{name: true.get(name, False) for name in names})


def pem(*certificates: x509.Certificate) -> str:
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in certificates)


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A root, or an authority below one. ``purposes`` are what its own certificate is limited to."""

    name: str
    above: Authority | None = None
    purposes: tuple[x509.ObjectIdentifier, ...] = ()
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    certificate: x509.Certificate = field(init=False)

    def __post_init__(self) -> None:
        issuer = self.above or self
        extensions: list[tuple[x509.ExtensionType, bool]] = [
            (x509.BasicConstraints(ca=True, path_length=None), True),
            (usage(key_cert_sign=True, crl_sign=True), True),
            (x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), False),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), False),
        ]
        if self.purposes:
            extensions.append((x509.ExtendedKeyUsage(self.purposes), False))
        made = _build(self.subject, issuer.subject, self.key.public_key(), issuer.key, extensions, days=3650)
        object.__setattr__(self, "certificate", made)

    @property
    def subject(self) -> x509.Name:
        return _name(self.name, f"{self.name} authority")

    def issue(
        self,
        public: ec.EllipticCurvePublicKey | object,
        *,
        organisation: str | None = "Example GmbH",
        purposes: tuple[x509.ObjectIdentifier, ...] = CLAIM_SIGNING,
        begins: datetime | None = None,
        lasts: timedelta = timedelta(days=365),
        without: tuple[type[x509.ExtensionType], ...] = (),
        **replaced: x509.ExtensionType,
    ) -> x509.Certificate:
        """Certify a key for signing claims, or nearly so: ``without`` and ``replaced`` make the faults."""
        extensions: list[tuple[x509.ExtensionType, bool]] = [
            (replaced.get("constraints", x509.BasicConstraints(ca=False, path_length=None)), True),
            (replaced.get("usage", usage(digital_signature=True)), True),
            (x509.SubjectKeyIdentifier.from_public_key(public), False),  # type: ignore[arg-type] # any public key
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False),
            (x509.ExtendedKeyUsage(purposes), purposes == (ExtendedKeyUsageOID.TIME_STAMPING,)),
        ]
        kept = [one for one in extensions if not isinstance(one[0], without)]
        subject = _name(organisation, "claim signer")
        return _build(subject, self.subject, public, self.key, kept, begins=begins, lasts=lasts)


def _name(organisation: str | None, common: str) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if organisation:
        parts.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    return x509.Name(parts)


def _build(
    subject: x509.Name,
    issuer: x509.Name,
    public: object,
    key: ec.EllipticCurvePrivateKey,
    extensions: list[tuple[x509.ExtensionType, bool]],
    *,
    days: int = 365,
    begins: datetime | None = None,
    lasts: timedelta | None = None,
) -> x509.Certificate:
    start = begins or now() - timedelta(hours=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)  # type: ignore[arg-type] # any public key
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + (lasts or timedelta(days=days)))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(key, hashes.SHA256())
