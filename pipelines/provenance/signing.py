"""Writing a manifest into a file. This is the last thing done to it: any later remux strips the manifest."""

from __future__ import annotations

from pathlib import Path

import c2pa

from pipelines.errors import ProvenanceError
from pipelines.provenance.identity import SigningIdentity
from pipelines.provenance.large import OverlaidFile, long_headers
from pipelines.provenance.library import open_context
from pipelines.provenance.manifest import ManifestSpec, manifest_definition


def sign_file(source: Path, target: Path, spec: ManifestSpec, identity: SigningIdentity) -> None:
    """Write ``source`` with its manifest to ``target``, which must not exist yet.

    Raises:
        ProvenanceError: the manifest could not be written; ``target`` is gone then.
    """
    definition = manifest_definition(spec)
    if target.exists():
        raise ProvenanceError(f"{target} is already there; a manifest is written once, into a new file")
    overlay = long_headers(source, media_type=spec.media_type)
    try:
        with (
            open_context(trust_anchors_pem=identity.trust_anchors_pem, in_pieces=overlay is not None) as context,
            c2pa.Signer.from_callback(identity.sign, c2pa.C2paSigningAlg.ES256, identity.chain_pem) as signer,
            c2pa.Builder(definition, context) as builder,
            source.open("rb") as plain,
            target.open("w+b") as signed,
        ):
            builder.sign(signer, spec.media_type, OverlaidFile(plain, overlay or {}), signed)
    except (c2pa.C2paError, OSError) as e:
        target.unlink(missing_ok=True)
        raise ProvenanceError(f"{source.name} could not be signed: {e}") from e
    except BaseException:
        target.unlink(missing_ok=True)
        raise
