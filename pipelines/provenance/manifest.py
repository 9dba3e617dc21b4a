"""What a take's C2PA manifest says, as the definition that the C2PA library signs. Pure: a spec in, plain JSON out.

C2PA 2.4. Every action and every assertion of ours is created (``"created": true``): only those are vouched for by the
signer. Titles are published, so they are neutral. Ingredients are named without their bytes: neither the subject's
picture nor its hash, by which the person could be followed from ad to ad, leaves the studio.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Final

from pipelines.errors import ProvenanceError
from pipelines.provenance.claims import CONSENT_LABEL, DISCLOSURE_LABEL, ConsentClaim, DisclosureClaim
from pipelines.provenance.fingerprint import ISCC, Fingerprint

GENERATOR: Final = "Sayso"
SPEC_VERSION: Final = "2.4.0"  # full SemVer: a second verifier warns about "2.4"
IPTC: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
DIGITAL_SOURCE_TYPES: Final = frozenset(
    IPTC + name for name in ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic")
)
_IPTC_NAMESPACE: Final = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_MINING: Final = ("cawg.ai_inference", "cawg.ai_generative_training", "cawg.ai_training", "cawg.data_mining")
# Actions that may follow c2pa.created. A watermark is not among them while no engine applies one.
LATER_ACTIONS: Final = frozenset({"c2pa.dubbed", "c2pa.translated", "c2pa.edited", "c2pa.watermarked.unbound"})


def generator_version() -> str:
    """Return the installed version of Sayso."""
    return version("sayso")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingredient:
    """Something that went in. ``key`` is photo, footage, voice, background or model; ``title`` is published."""

    key: str
    title: str
    media_type: str
    data_types: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The id by which an action points here."""
        return f"ingredient-{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What was done after creation, in order. ``parameters`` are those of the C2PA action."""

    name: str
    digital_source_type: str
    description: str = ""
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestSpec:
    """All that a manifest says. ``fingerprint`` is of the encoded file, before signing, which changes no media byte."""

    media_type: str
    created_at: datetime
    digital_source_type: str
    ingredients: tuple[Ingredient, ...]
    actions: tuple[Action, ...]
    consent: ConsentClaim
    disclosure: DisclosureClaim
    fingerprint: Fingerprint
    version: str = field(default_factory=generator_version)


def manifest_definition(spec: ManifestSpec) -> dict[str, object]:
    """Return the definition for the C2PA builder.

    Raises:
        ProvenanceError: no ingredient, an unknown source type or action, or a time without a zone.
    """
    _check(spec)
    assertions: list[dict[str, object]] = [
        _created("c2pa.actions.v2", {"allActionsIncluded": True, "actions": _actions(spec)}),
        _created(CONSENT_LABEL, spec.consent.to_json()),
        _created(DISCLOSURE_LABEL, spec.disclosure.to_json()),
        _created("cawg.training-mining", {"entries": {name: {"use": "notAllowed"} for name in _MINING}}),
        {
            **_created(
                "cawg.metadata",
                {
                    "@context": {"Iptc4xmpExt": _IPTC_NAMESPACE},
                    "Iptc4xmpExt:DigitalSourceType": spec.digital_source_type,
                },
            ),
            "kind": "Json",
        },
    ]
    if spec.fingerprint.algorithm == ISCC:  # our own mark for sound is not on C2PA's list, so it is not claimed
        blocks = [{"scope": {}, "value": spec.fingerprint.value}]
        assertions.append(_created("c2pa.soft-binding", {"alg": ISCC, "blocks": blocks, "pad": []}))
    return {
        "claim_version": 2,
        "claim_generator_info": [{"name": GENERATOR, "version": spec.version, "specVersion": SPEC_VERSION}],
        "title": f"take {spec.consent.take_id}",
        "format": spec.media_type,
        "ingredients": [_ingredient(one) for one in spec.ingredients],
        "assertions": assertions,
    }


def _check(spec: ManifestSpec) -> None:
    if not spec.ingredients:
        raise ProvenanceError("a take is made from something; name at least one ingredient")
    if spec.created_at.tzinfo is None:
        raise ProvenanceError(f"the time {spec.created_at.isoformat()} has no zone; give UTC")
    kinds = {spec.digital_source_type, *(action.digital_source_type for action in spec.actions)}
    if unknown := kinds - DIGITAL_SOURCE_TYPES:
        raise ProvenanceError(f"{', '.join(sorted(unknown))} is no digital source type of AI media")
    if unknown := {action.name for action in spec.actions} - LATER_ACTIONS:
        raise ProvenanceError(f"the manifest may not claim {', '.join(sorted(unknown))}")


def _created(label: str, data: dict[str, object]) -> dict[str, object]:
    return {"label": label, "created": True, "data": data}


def _actions(spec: ManifestSpec) -> list[dict[str, object]]:
    first: dict[str, object] = {
        "action": "c2pa.created",
        "digitalSourceType": spec.digital_source_type,
        "softwareAgent": {"name": GENERATOR, "version": spec.version},
        "when": spec.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "parameters": {"ingredientIds": [one.label for one in spec.ingredients]},
    }
    later: list[dict[str, object]] = [
        {
            "action": action.name,
            "digitalSourceType": action.digital_source_type,
            **({"description": action.description} if action.description else {}),
            **({"parameters": dict(action.parameters)} if action.parameters else {}),
        }
        for action in spec.actions
    ]
    return [first, *later]


def _ingredient(one: Ingredient) -> dict[str, object]:
    return {
        "title": one.title,
        "format": one.media_type,
        "relationship": "inputTo",
        "label": one.label,
        **({"data_types": [{"type": kind} for kind in one.data_types]} if one.data_types else {}),
    }
