"""Writing a manifest into a file. This is the last thing done to it: any later remux strips the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import c2pa

from pipelines.errors import ProvenanceError
from pipelines.provenance.certificates import split_anchors
from pipelines.provenance.large import PIECE_KB, OverlaidFile, long_headers
from pipelines.provenance.library import open_context
from pipelines.provenance.manifest import ManifestSpec, manifest_definition
from pipelines.provenance.signer import Algorithm, ClaimSigner, ending

_ALGORITHMS: Final[Mapping[Algorithm, c2pa.C2paSigningAlg]] = {
    "es256": c2pa.C2paSigningAlg.ES256,
    "es384": c2pa.C2paSigningAlg.ES384,
    "ps256": c2pa.C2paSigningAlg.PS256,
    "ed25519": c2pa.C2paSigningAlg.ED25519,
}


def sign_file(source: Path, target: Path, spec: ManifestSpec, signer: ClaimSigner) -> None:
    """Write ``source`` with its manifest to ``target``, which must not exist yet.

    Raises:
        ProvenanceError: the manifest could not be written, the certificate has ended, or the time stamp authority did
            not answer; ``target`` is gone then.
    """
    definition = manifest_definition(spec)
    embed(definition, source, target, media_type=spec.media_type, signer=signer, at=spec.created_at)


def embed(
    definition: Mapping[str, object], source: Path, target: Path, *, media_type: str, signer: ClaimSigner, at: datetime
) -> None:
    """Write ``source`` with the manifest of ``definition`` to ``target``; as ``sign_file``, for any manifest."""
    if target.exists():
        raise ProvenanceError(f"{target} is already there; a manifest is written once, into a new file")
    overlay = long_headers(source, media_type=media_type)
    anchors, _ = split_anchors(signer.trust_anchors_pem)
    key = _Listened(signer)

    try:
        with (
            open_context(trust_anchors_pem=anchors, piece_kb=None if overlay is None else PIECE_KB) as context,
            c2pa.Signer.from_callback(key.sign, _ALGORITHMS[signer.alg], signer.chain_pem, signer.tsa_url) as vouching,
            c2pa.Builder(dict(definition), context) as builder,
            source.open("rb") as plain,
            target.open("w+b") as signed,
        ):
            builder.sign(vouching, media_type, OverlaidFile(plain, overlay or {}), signed)
    except (c2pa.C2paError, OSError) as e:
        target.unlink(missing_ok=True)
        raise ProvenanceError(f"{source.name} could not be signed: {key.explain(e, at=at)}") from e
    except BaseException:
        target.unlink(missing_ok=True)
        raise


class _Listened:
    """A signer, and what became of it: the library would only say that signing failed."""

    def __init__(self, signer: ClaimSigner) -> None:
        self._signer = signer
        self._has_signed = False
        self._error: ProvenanceError | None = None

    def sign(self, data: bytes) -> bytes:
        try:
            signature = self._signer.sign(data)
        except ProvenanceError as e:
            self._error = e
            raise
        self._has_signed = True
        return signature

    def explain(self, error: Exception, *, at: datetime) -> str:
        if self._error is not None:
            return str(self._error)
        if at >= self._signer.expires_at:  # the library looks at the clock itself, and signs nothing with such a one
            return ending(self._signer.expires_at, at=at)
        if self._has_signed and self._signer.tsa_url is not None:  # the time stamp is asked for after the signature
            host = urlsplit(self._signer.tsa_url).hostname
            return (
                f"the time stamp authority {host} gave no time stamp that can be used ({error}); try again later, "
                "or unset SAYSO_TSA_URL to release without time stamps"
            )
        return str(error)
