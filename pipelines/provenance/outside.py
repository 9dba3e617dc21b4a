"""A signer's certificate from an outside authority, and the key that waits for one.

Beside the studio's own identity, in the same folder, each 0600 and replaced in one move:
    pending.json   the key that a certificate was asked for, with the request
    outside.json   key and certificates that sign from now on, in one file so that both change at once
    anchors.pem    every authority, of signers and of time stamps, under which files of this studio were ever signed
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.errors import ProvenanceError
from pipelines.provenance.certificates import parse_trust_anchors
from pipelines.provenance.keyholders import KeyHolder, require_p256
from pipelines.provenance.safekeeping import certificate_pem, replace_private

PENDING: Final = "pending.json"
OUTSIDE: Final = "outside.json"
ANCHORS: Final = "anchors.pem"
_STRICT = ConfigDict(extra="forbid", frozen=True)
_Stored = TypeVar("_Stored", "Pending", "Outside")


class Pending(BaseModel):
    """A key without a certificate yet."""

    model_config = _STRICT
    version: Literal[1] = 1
    key: KeyHolder = Field(repr=False)
    public_pem: str
    request_pem: str

    @property
    def public(self) -> ec.EllipticCurvePublicKey:
        """The key's public half."""
        return require_p256(load_pem_public_key(self.public_pem.encode()), where=PENDING)


class Outside(BaseModel):
    """A key with its certificates: ``chain_pem`` leaf first, without the root."""

    model_config = _STRICT
    version: Literal[1] = 1
    key: KeyHolder = Field(repr=False)
    chain_pem: str
    root_pem: str

    @property
    def leaf(self) -> x509.Certificate:
        """The signer's certificate."""
        return x509.load_pem_x509_certificate(self.chain_pem.encode())


def read_pending(folder: Path) -> Pending | None:
    """The key that waits, if one does; raises ``ProvenanceError`` when its file is damaged."""
    return _read(folder / PENDING, Pending)


def read_outside(folder: Path) -> Outside | None:
    """The certificate from outside, if one is installed; raises ``ProvenanceError`` when its file is damaged."""
    return _read(folder / OUTSIDE, Outside)


def remembered_anchors(folder: Path) -> str:
    """Every authority that was remembered, as text; empty at first."""
    path = folder / ANCHORS
    return path.read_text(encoding="ascii") if path.exists() else ""


def remember_anchors(folder: Path, pem: str) -> None:
    """Add authorities to those under which files stay verifiable; raises ``ProvenanceError`` on anything else."""
    new = "".join(map(certificate_pem, parse_trust_anchors(pem)))
    known = remembered_anchors(folder)
    both = merged_anchors(known, new)
    if both != known:
        replace_private(folder / ANCHORS, both.encode())


def merged_anchors(*pems: str) -> str:
    """Put anchors together, each once, in order; raises ``ProvenanceError`` on junk."""
    found = (certificate_pem(one) for pem in pems if pem for one in parse_trust_anchors(pem))
    return "".join(dict.fromkeys(found))


def _read(path: Path, model: type[_Stored]) -> _Stored | None:
    try:
        return model.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as e:
        raise ProvenanceError(f"{path} cannot be read ({e.strerror})") from e
    except ValidationError as e:
        places = ", ".join(".".join(map(str, one["loc"])) or one["type"] for one in e.errors(include_input=False))
        # From nothing: pydantic's own words would show the key.
        raise ProvenanceError(f"{path} is damaged ({places}); restore it from a backup") from None
