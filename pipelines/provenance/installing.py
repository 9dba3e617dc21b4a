"""Changing who signs: a certificate from outside is installed, or the own key is rotated.

Nothing changes before everything was checked. Then, in this order, so that a studio that is cut off at any point has a
working identity: the new root is remembered; key and certificates change in one move; the key stops waiting.
Old authorities stay remembered, so files that were signed before stay verifiable.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipelines.errors import ProvenanceError
from pipelines.provenance.chain import check_chain, read_chain, split_root
from pipelines.provenance.identity import SigningIdentity, renew
from pipelines.provenance.outside import OUTSIDE, PENDING, Outside, read_outside, read_pending, remember_anchors
from pipelines.provenance.probe import probe
from pipelines.provenance.safekeeping import certificate_pem, replace_private


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What signs now, and the verifiers that trusted its probe."""

    organisation: str
    expires_at: datetime
    verifiers: tuple[str, ...]


def install(folder: Path, chain_pem: str, *, root_pem: str | None, at: datetime) -> Installed:
    """Let the key that waits sign from now on, under this chain.

    Raises:
        ProvenanceError: no key waits, or something about the chain is not as it must be; nothing has changed then.
    """
    pending = read_pending(folder)
    if pending is None:
        raise ProvenanceError("no key waits for a certificate; make a request first: sayso signer csr --out FILE")
    given = None if root_pem is None else read_chain(root_pem, what="the root's file")[0]
    chain, root = split_root(read_chain(chain_pem, what="the chain's file"), given)
    check_chain(chain, root, public=pending.public, at=at)
    anchor = certificate_pem(root)
    outside = Outside(key=pending.key, chain_pem="".join(map(certificate_pem, chain)), root_pem=anchor)
    identity = SigningIdentity.of(pending.key, chain[0], outside.chain_pem, anchor, authority="outside")
    verifiers = probe(identity, trust_anchors_pem=anchor, at=at)
    remember_anchors(folder, anchor)
    replace_private(folder / OUTSIDE, outside.model_dump_json().encode())
    (folder / PENDING).unlink()
    return Installed(organisation=identity.organisation, expires_at=identity.expires_at, verifiers=verifiers)


def rotate(folder: Path, *, at: datetime) -> None:
    """Make a new key under the studio's own authority and sign with it.

    Raises:
        ProvenanceError: a certificate from outside is installed.
    """
    if read_outside(folder) is not None:
        raise ProvenanceError(
            "a certificate from an outside authority signs here, and only that authority can issue one for a new key: "
            "sayso signer csr, then install; or give it up with --own-authority"
        )
    renew(folder, at=at)


def return_to_own(folder: Path, *, at: datetime) -> None:
    """Give up a certificate from outside, if there is one, and sign with a new key under the own authority."""
    outside = read_outside(folder)
    renew(folder, at=at)
    if outside is not None:
        remember_anchors(folder, outside.root_pem)
        (folder / OUTSIDE).unlink()
