"""What the signing of manifests asks of whoever signs. Anything that has these parts can: see docs/signing.md."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal, Protocol

ENDING_DAYS: Final = 60  # a certificate of an outside authority takes days or weeks to get


Algorithm = Literal["es256", "es384", "ps256", "ed25519"]  # of those that C2PA 2.2, 13.2.1 allows


class ClaimSigner(Protocol):
    """A key that signs claims, and the certificates that say whose it is."""

    @property
    def alg(self) -> Algorithm:
        """How it signs."""

    @property
    def organisation(self) -> str:
        """Who signs, as the certificate says."""

    @property
    def chain_pem(self) -> str:
        """The signer's certificate, then each one's issuer, without the root."""

    @property
    def trust_anchors_pem(self) -> str:
        """Every authority under which files of this studio were ever signed or time-stamped."""

    @property
    def expires_at(self) -> datetime:
        """When the certificate ends; after this nothing more is signed."""

    @property
    def tsa_url(self) -> str | None:
        """The RFC 3161 time stamp authority, or None."""

    def sign(self, data: bytes) -> bytes:
        """Return the signature of ``data``, in DER where it is ECDSA; raises ``ProvenanceError``."""


def ending(expires_at: datetime, *, at: datetime) -> str:
    """Return a sentence when the certificate ends within 60 days, urgent from 30 and from 7 on; else an empty one."""
    days = (expires_at - at).days
    if at >= expires_at:
        return f"the signing certificate ended on {expires_at:%Y-%m-%d}: nothing is released until another is installed"
    if days >= ENDING_DAYS:
        return ""
    when = f"the signing certificate ends on {expires_at:%Y-%m-%d}, in {days} days"
    for within, what in (
        (7, "install another now, releases stop then"),
        (30, "ask its authority for another this week"),
    ):
        if days < within:
            return f"{when}: {what}"
    return f"{when}: ask its authority for another (sayso signer csr)"
