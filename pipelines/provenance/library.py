"""How we use the C2PA library: settings that are checked first, because it accepts misspelt ones without a word.

What could publish a picture or reach the network is off and cannot be turned on: remote manifests (a verifier that
follows them can be made to call any address), OCSP, redirects, and thumbnails (they would publish the subject's
picture). Only a time stamp authority that the operator names is called, and only while signing.
A context lives for one call: the library's objects do not survive a fork.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import c2pa

from pipelines.errors import ProvenanceError
from pipelines.provenance.certificates import parse_trust_anchors

# Every key we set; c2pa-rs 0.x, sdk/src/settings.
KNOWN_SETTINGS: Final = frozenset(
    {
        "trust.trust_anchors",
        "verify.verify_after_reading",
        "verify.verify_after_sign",
        "verify.verify_trust",
        "verify.remote_manifest_fetch",
        "verify.ocsp_fetch",
        "builder.thumbnail.enabled",
        "builder.created_assertion_labels",
        "core.backing_store_memory_threshold_in_mb",
        "core.merkle_tree_chunk_size_in_kb",
        "core.merkle_tree_max_proofs",
        "core.allow_redirects",
    }
)
# What is beyond this lies in a nameless temporary file while it is signed; the library's own 512 would be memory.
_MEMORY_MB: Final = 4


def settings(*, trust_anchors_pem: str, piece_kb: int | None = None) -> dict[str, object]:
    """Return the library's settings for reading and signing under these anchors.

    ``piece_kb`` is the leaf of a Merkle tree over the media data of an MP4 (pipelines.provenance.large).

    Raises:
        ProvenanceError: the anchors are junk.
    """
    parse_trust_anchors(trust_anchors_pem)
    wanted: dict[str, object] = {
        "trust": {"trust_anchors": trust_anchors_pem},
        "verify": {
            "verify_after_reading": True,
            "verify_after_sign": True,
            "verify_trust": True,
            "remote_manifest_fetch": False,
            "ocsp_fetch": False,
        },
        "builder": {
            "thumbnail": {"enabled": False},
            # Ingredients have no "created" of their own, and would land among what the signer does not vouch for.
            "created_assertion_labels": ["c2pa.ingredient"],
        },
        "core": {
            "backing_store_memory_threshold_in_mb": _MEMORY_MB,
            "allow_redirects": False,  # a time stamp authority that is named is asked, and nobody else
            # No proofs: they serve players that check while they stream, and would make the manifest five times larger.
            **({"merkle_tree_chunk_size_in_kb": piece_kb, "merkle_tree_max_proofs": 0} if piece_kb else {}),
        },
    }
    check_settings(wanted)
    return wanted


def check_settings(wanted: Mapping[str, object]) -> None:
    """Raise ``ProvenanceError`` when a setting is not one we know, for instance misspelt."""
    if unknown := set(_keys(wanted)) - KNOWN_SETTINGS:
        raise ProvenanceError(f"unknown C2PA settings: {', '.join(sorted(unknown))}")


def open_context(*, trust_anchors_pem: str, piece_kb: int | None = None) -> c2pa.Context:
    """Return a fresh context that trusts only these anchors."""
    return c2pa.Context.from_dict(settings(trust_anchors_pem=trust_anchors_pem, piece_kb=piece_kb))


def _keys(wanted: Mapping[str, object], above: str = "") -> list[str]:
    keys: list[str] = []
    for name, value in wanted.items():
        keys += _keys(value, f"{above}{name}.") if isinstance(value, Mapping) else [f"{above}{name}"]
    return keys
