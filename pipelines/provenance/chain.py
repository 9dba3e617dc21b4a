"""Is this chain one that our manifests can carry? Pure: certificates in, a sentence about the first fault out.

1. certificates and nothing else, and above all no private key
2. the signer's certificate first, for the key that waits
3. each one issued by the next, up to the root that is given
4. all of them running
5. the profile of the C2PA specification 2.2, 14.5: no authority, digitalSignature, its extended key usage, the
   identifiers of both keys, an organisation
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from pipelines.errors import ProvenanceError
from pipelines.provenance.certificates import C2PA_CLAIM_SIGNING
from pipelines.provenance.safekeeping import organisation_of

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
_DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
_SIGNING_PURPOSES = frozenset({C2PA_CLAIM_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION, _DOCUMENT_SIGNING})
_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


def read_chain(pem: str, *, what: str) -> tuple[x509.Certificate, ...]:
    """Return the certificates of ``pem``, at least one; raises ``ProvenanceError``."""
    if "PRIVATE KEY" in pem:  # 1
        raise ProvenanceError(f"{what} holds a private key; give certificates alone, and keep keys out of such files")
    blocks = _BLOCK.findall(pem)
    if not blocks:
        raise ProvenanceError(f"{what} holds no certificate in PEM (a DER file: openssl x509 -inform der)")
    try:
        return tuple(x509.load_pem_x509_certificate(block.encode()) for block in blocks)
    except ValueError as e:
        raise ProvenanceError(f"{what} holds a certificate that cannot be read: {e}") from e


def split_root(
    chain: Sequence[x509.Certificate], given: x509.Certificate | None
) -> tuple[tuple[x509.Certificate, ...], x509.Certificate]:
    """Return the chain without its root, and the root; raises ``ProvenanceError`` when there is none."""
    last = chain[-1]
    is_root = len(chain) > 1 and last.subject == last.issuer
    if given is None and not is_root:
        raise ProvenanceError("the chain does not end in its root; give the root's certificate with --root FILE")
    if given is not None and is_root and given != last:
        raise ProvenanceError("the chain ends in another root than --root names; ask the authority which one counts")
    return (tuple(chain[:-1]) if is_root else tuple(chain)), (given or last)


def check_chain(
    chain: Sequence[x509.Certificate], root: x509.Certificate, *, public: ec.EllipticCurvePublicKey, at: datetime
) -> None:
    """Raise ``ProvenanceError`` with the first fault."""
    places = [number for number, one in enumerate(chain, start=1) if one.public_key() == public]  # 2
    if not places:
        raise ProvenanceError("no certificate of the chain is for the key that was asked with; was it another request?")
    if places[0] != 1:
        raise ProvenanceError(f"the signer's certificate is number {places[0]} of the chain; put it first")
    links = [*chain, root]
    for number, (one, issuer) in enumerate(pairwise(links), start=1):  # 3
        try:
            one.verify_directly_issued_by(issuer)
        except Exception as e:
            who = "the root" if issuer is root else f"certificate {number + 1}"
            raise ProvenanceError(
                f"certificate {number} of the chain was not issued by {who}; check their order"
            ) from e
    for one in links:  # 4
        if not one.not_valid_before_utc <= at < one.not_valid_after_utc:
            raise ProvenanceError(
                f"the certificate of {one.subject.rfc4514_string()} runs from {one.not_valid_before_utc:%Y-%m-%d} to "
                f"{one.not_valid_after_utc:%Y-%m-%d}, and today is {at:%Y-%m-%d}"
            )
    for issuer in links[1:]:
        if not _is_authority(issuer):
            raise ProvenanceError(f"{issuer.subject.rfc4514_string()} is no authority, but issued a certificate here")
    if faults := profile_faults(chain[0]):  # 5
        raise ProvenanceError(f"the signer's certificate cannot sign manifests: {'; '.join(faults)}")


def profile_faults(leaf: x509.Certificate) -> list[str]:
    """Return what keeps a certificate from signing claims, each with what is needed."""
    usage = _find(leaf, x509.KeyUsage)
    purposes = _find(leaf, x509.ExtendedKeyUsage)
    faults = {
        "it may issue certificates; needed is BasicConstraints CA:FALSE": _is_authority(leaf),
        "it lacks the key usage digitalSignature": usage is None or not usage.digital_signature,
        "its key may sign certificates (keyCertSign)": usage is not None and usage.key_cert_sign,
        "its extended key usage has none of 1.3.6.1.4.1.62558.2.1, emailProtection, documentSigning": purposes is None
        or not _SIGNING_PURPOSES & set(purposes),
        "its extended key usage allows everything": purposes is not None
        and ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in set(purposes),
        "it lacks the authority key identifier": _find(leaf, x509.AuthorityKeyIdentifier) is None,
        "it lacks the subject key identifier": _find(leaf, x509.SubjectKeyIdentifier) is None,
        "it names no organisation": not organisation_of(leaf),
    }
    return [fault for fault, is_so in faults.items() if is_so]


def _is_authority(certificate: x509.Certificate) -> bool:
    found = _find(certificate, x509.BasicConstraints)
    return found is not None and found.ca


def _find(certificate: x509.Certificate, kind: type[_Extension]) -> _Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
