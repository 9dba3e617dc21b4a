"""Who signs, wired: the identity in the home, and the time stamp authority of the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from pipelines.provenance.certificates import parse_trust_anchors, split_anchors
from pipelines.provenance.identity import SigningIdentity
from pipelines.provenance.outside import merged_anchors, read_outside, read_pending, remember_anchors
from pipelines.provenance.signer import ending
from studio.errors import UsageError
from studio.settings import Settings

PUBLIC_VIEWERS: Final = {
    "own": "public viewers show the manifest, and say that they do not know who signed it: they know the authorities "
    "of the C2PA trust list (docs/signing.md)",
    "outside": "public viewers trust it if its authority is on the C2PA trust list",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerStanding:
    """Who signs here, until when, and what waits. ``ending`` is empty until 60 days before the end."""

    organisation: str
    authority: Literal["own", "outside"]
    key: str
    expires_at: datetime
    days_left: int
    ending: str
    has_pending: bool
    trust_anchors: int
    tsa_url: str | None

    def to_json(self) -> dict[str, object]:
        """Return plain JSON."""
        return {
            "organisation": self.organisation,
            "authority": self.authority,
            "key": self.key,
            "expires_at": self.expires_at.isoformat(),
            "days_left": self.days_left,
            "ending": self.ending,
            "pending_request": self.has_pending,
            "trust_anchors": self.trust_anchors,
            "time_stamps": self.tsa_url,
            "public_viewers": PUBLIC_VIEWERS[self.authority],
        }


def signer_standing(settings: Settings, *, clock: Callable[[], datetime]) -> SignerStanding:
    """Say who signs; as ``open_identity``."""
    identity, at = open_identity(settings, clock=clock), clock()
    outside = read_outside(settings.signer_dir)
    return SignerStanding(
        organisation=identity.organisation,
        authority=identity.authority,
        key="file" if outside is None else outside.key.kind,
        expires_at=identity.expires_at,
        days_left=(identity.expires_at - at).days,
        ending=ending(identity.expires_at, at=at),
        has_pending=read_pending(settings.signer_dir) is not None,
        trust_anchors=len(parse_trust_anchors(identity.trust_anchors_pem)),
        tsa_url=identity.tsa_url,
    )


def open_identity(settings: Settings, *, clock: Callable[[], datetime]) -> SigningIdentity:
    """Open the identity, or make it at the first start.

    Authorities of time stamps are remembered, so that files stay verifiable when the setting is gone.

    Raises:
        ProvenanceError: the identity, or an authority's certificate, cannot be used.
        UsageError: the file of ``SAYSO_TSA_ANCHORS`` cannot be read, or holds an authority of other things than time.
    """
    identity = SigningIdentity.open_or_create(settings.signer_dir, clock=clock)
    if settings.tsa_url is None or settings.tsa_anchors_path is None:
        return identity
    try:
        pem = settings.tsa_anchors_path.read_text(encoding="ascii")
    except (OSError, ValueError) as e:
        raise UsageError(f"SAYSO_TSA_ANCHORS names {settings.tsa_anchors_path}, which cannot be read: {e}") from e
    others, _ = split_anchors(pem)
    if others:
        raise UsageError(
            f"{settings.tsa_anchors_path} holds an authority that may issue more than time stamps, so others could "
            "sign as this studio; give the one whose extended key usage is timeStamping alone (the issuer of the time "
            "stamp authority's own certificate)"
        )
    remember_anchors(settings.signer_dir, pem)
    return replace(
        identity, tsa_url=settings.tsa_url, trust_anchors_pem=merged_anchors(identity.trust_anchors_pem, pem)
    )
