"""Signing documents that we write ourselves, such as receipts: who wrote them and that nothing was changed since."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pipelines.provenance.manifest import GENERATOR, IPTC, SPEC_VERSION, generator_version
from pipelines.provenance.signer import ClaimSigner
from pipelines.provenance.signing import embed

PDF: Final = "application/pdf"
_BY_PROGRAM: Final = IPTC + "algorithmicMedia"  # made by an algorithm that learnt from no data


def document_definition(*, title: str, media_type: str, at: datetime) -> dict[str, object]:
    """Return the manifest of a document that this program wrote; ``title`` is published, so it is neutral."""
    action = {
        "action": "c2pa.created",
        "digitalSourceType": _BY_PROGRAM,
        "softwareAgent": {"name": GENERATOR, "version": generator_version()},
        "when": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return {
        "claim_version": 2,
        "claim_generator_info": [{"name": GENERATOR, "version": generator_version(), "specVersion": SPEC_VERSION}],
        "title": title,
        "format": media_type,
        "assertions": [
            {"label": "c2pa.actions.v2", "created": True, "data": {"allActionsIncluded": True, "actions": [action]}}
        ],
    }


def sign_pdf(content: bytes, *, title: str, at: datetime, signer: ClaimSigner) -> bytes:
    """Return a PDF with its manifest.

    Raises:
        ProvenanceError: it could not be signed.
    """
    with tempfile.TemporaryDirectory() as name:  # 0700
        plain, signed = Path(name) / "plain.pdf", Path(name) / "signed.pdf"
        plain.write_bytes(content)
        definition = document_definition(title=title, media_type=PDF, at=at)
        embed(definition, plain, signed, media_type=PDF, signer=signer, at=at)
        return signed.read_bytes()
