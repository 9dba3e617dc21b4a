"""Reading a manifest as a stranger would.

Four answers, and only one of them is yes:
    trusted    the manifest is whole, every hash fits, our anchors issued the signer: state Trusted, no failure
    untrusted  whole and fitting, but signed by somebody else
    invalid    a manifest is there and something about it or the media does not fit, or it cannot be read
    none       no manifest is embedded
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import c2pa

from pipelines.errors import ProvenanceError
from pipelines.provenance.certificates import split_anchors
from pipelines.provenance.claims import CONSENT_LABEL, DISCLOSURE_LABEL, ConsentClaim, DisclosureClaim
from pipelines.provenance.library import open_context
from pipelines.provenance.sniff import media_type_of

State = Literal["trusted", "untrusted", "invalid", "none"]
# Failures that speak of who signed, not of what was signed.
_SIGNER_FAILURES: Final = frozenset({"signingCredential.untrusted", "signingCredential.expired"})
_FAILURES_MAX: Final = 20  # a hostile file may bring any number


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestReading:
    """What the manifest of a file says. Its claims are only to be believed when ``state`` is trusted."""

    state: State
    failures: tuple[str, ...] = ()
    detail: str = ""
    title: str = ""
    generator: str = ""
    spec_version: str = ""
    signer: str = ""
    actions: tuple[str, ...] = ()
    digital_source_types: tuple[str, ...] = ()
    assertions: tuple[str, ...] = ()
    consent: ConsentClaim | None = None
    disclosure: DisclosureClaim | None = None

    def to_json(self) -> dict[str, object]:
        """Return plain JSON for people and machines."""
        return {
            "state": self.state,
            "failures": list(self.failures),
            "detail": self.detail,
            "title": self.title,
            "generator": self.generator,
            "spec_version": self.spec_version,
            "signer": self.signer,
            "actions": list(self.actions),
            "digital_source_types": list(self.digital_source_types),
            "assertions": list(self.assertions),
        }


def read_manifest(path: Path, *, trust_anchors_pem: str, media_type: str | None = None) -> ManifestReading:
    """Read the embedded manifest of a file; never fetches anything.

    A file whose signer's certificate has ended since is trusted if a time stamp says that it was signed before, and one
    of the anchors is an authority of such time stamps.

    Raises:
        ProvenanceError: the trust anchors are unusable. A bad file is an answer, not an error.
    """
    kind = media_type or media_type_of(path)
    if kind is None:
        return ManifestReading(state="none", detail="this is no file that can carry a manifest")
    signers, stamps = split_anchors(trust_anchors_pem)
    reading = _read(path, kind, signers)
    if stamps and _has_expired(reading):
        # The library knows one list of anchors for both. Whom the authorities of time stamps vouch for is no signer.
        stamped = _read(path, kind, signers + stamps)
        if stamped.state == "trusted" and _read(path, kind, stamps).state == "untrusted":
            return stamped
    return reading


def _has_expired(reading: ManifestReading) -> bool:
    return any(failure.startswith("signingCredential.expired") for failure in reading.failures)


def _read(path: Path, media_type: str, anchors: str) -> ManifestReading:
    with open_context(trust_anchors_pem=anchors) as context, path.open("rb") as file:
        try:
            with c2pa.Reader(media_type, file, context=context) as reader:
                store = json.loads(reader.json())
        except c2pa.C2paError.ManifestNotFound:
            return ManifestReading(state="none", detail="no manifest is embedded")
        except c2pa.C2paError.NotSupported as e:
            return ManifestReading(state="none", detail=f"this kind of file carries no manifest: {e}")
        except (c2pa.C2paError, ValueError) as e:
            return ManifestReading(
                state="invalid", failures=("unreadable",), detail=f"the manifest cannot be read: {e}"
            )
    return interpret(store)


def interpret(store: Mapping[str, object]) -> ManifestReading:
    """Judge a manifest store as the C2PA library reports it. Anything missing or of another shape is a no."""
    active = _mapping(_mapping(store.get("manifests")).get(str(store.get("active_manifest"))))
    failures = _failures(store)
    state = _judge(str(store.get("validation_state")), failures, has_active=bool(active))
    found = {
        str(one.get("label")): _mapping(one.get("data")) for one in map(_mapping, _items(active.get("assertions")))
    }
    actions = [
        _mapping(one)
        for label in found
        if label.startswith("c2pa.actions")
        for one in _items(found[label].get("actions"))
    ]
    generator = _mapping(next(iter(_items(active.get("claim_generator_info"))), {}))
    try:
        consent = ConsentClaim.from_json(found[CONSENT_LABEL]) if CONSENT_LABEL in found else None
        disclosure = DisclosureClaim.from_json(found[DISCLOSURE_LABEL]) if DISCLOSURE_LABEL in found else None
    except ProvenanceError as e:
        consent = disclosure = None
        failures, state = (*failures, f"claim.malformed: {e}"), "invalid"
    signature = _mapping(active.get("signature_info"))
    return ManifestReading(
        state=state,
        failures=failures[:_FAILURES_MAX],
        detail=_DETAILS[state],
        title=str(active.get("title") or ""),
        generator=" ".join(str(generator.get(key) or "") for key in ("name", "version")).strip(),
        spec_version=str(generator.get("specVersion") or ""),
        signer=str(signature.get("common_name") or signature.get("issuer") or ""),
        actions=tuple(str(one.get("action")) for one in actions),
        digital_source_types=tuple(
            dict.fromkeys(str(one["digitalSourceType"]) for one in actions if "digitalSourceType" in one)
        ),
        assertions=tuple(found),
        consent=consent,
        disclosure=disclosure,
    )


_DETAILS: Final[Mapping[State, str]] = {
    "trusted": "the manifest is whole and was signed by this studio",
    "untrusted": "the manifest is whole, but whoever signed it is not known here",
    "invalid": "the manifest does not fit the file",
    "none": "no manifest is embedded",
}


def _judge(validation_state: str, failures: Sequence[str], *, has_active: bool) -> State:
    if not has_active:
        return "invalid"
    if validation_state == "Trusted" and not failures:
        return "trusted"
    codes = {failure.partition(":")[0] for failure in failures}
    if codes and codes <= _SIGNER_FAILURES:
        return "untrusted"
    return "invalid"


def _failures(store: Mapping[str, object]) -> tuple[str, ...]:
    """Return every failure of the active manifest and of its ingredients, as "code: explanation"."""
    results = _mapping(store.get("validation_results"))
    active = _items(_mapping(results.get("activeManifest")).get("failure"))
    ingredients = [
        one
        for delta in map(_mapping, _items(results.get("ingredientDeltas")))
        for one in _items(_mapping(delta.get("validationDeltas")).get("failure"))
    ]
    listed = [*active, *ingredients] or _items(store.get("validation_status"))
    return tuple(f"{one.get('code')}: {one.get('explanation') or ''}"[:300] for one in map(_mapping, listed))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []
