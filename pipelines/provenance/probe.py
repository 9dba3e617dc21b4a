"""Signing a small picture and reading it back, in both verifiers where both are here, before a certificate counts.

The second verifier shares no code with the first (encypher-c2pa, of the dev extra).
"""

from __future__ import annotations

import struct
import tempfile
import zlib
from datetime import datetime
from pathlib import Path

from pipelines.errors import ProvenanceError
from pipelines.provenance.documents import document_definition
from pipelines.provenance.reading import read_manifest
from pipelines.provenance.signer import ClaimSigner
from pipelines.provenance.signing import embed


def probe(signer: ClaimSigner, *, trust_anchors_pem: str, at: datetime) -> tuple[str, ...]:
    """Return the names of the verifiers that trust what ``signer`` signs.

    Raises:
        ProvenanceError: it cannot sign, or one of them does not trust it under these anchors alone.
    """
    with tempfile.TemporaryDirectory() as name:
        plain, signed = Path(name) / "plain.png", Path(name) / "signed.png"
        plain.write_bytes(_grey_png())
        definition = document_definition(title="probe", media_type="image/png", at=at)
        embed(definition, plain, signed, media_type="image/png", signer=signer, at=at)
        reading = read_manifest(signed, trust_anchors_pem=trust_anchors_pem)
        if reading.state != "trusted":
            said = ", ".join(reading.failures) or reading.detail
            raise ProvenanceError(f"a probe signed with this certificate is {reading.state}: {said}")
        return ("c2pa-rs", *_second_opinion(signed, trust_anchors_pem))


def _second_opinion(path: Path, anchors: str) -> tuple[str, ...]:
    try:
        import encypher_c2pa  # noqa: PLC0415 - of the dev extra
    except ImportError:
        return ()
    found = encypher_c2pa.verify(
        str(path), "image/png", trust_pem=anchors, no_default_trust=True, telemetry=False, online=False
    )
    failures = found["validation_results"]["failure"]
    if found["validation_state"] != "Trusted" or failures:
        said = ", ".join(str(one.get("code")) for one in failures)
        raise ProvenanceError(
            f"a second verifier says that a probe signed with this certificate is {found['validation_state']}: {said}"
        )
    return ("encypher-c2pa",)


def _grey_png() -> bytes:
    """One grey pixel (PNG, 5)."""
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\x80")),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
