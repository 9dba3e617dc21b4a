"""What a released file will say of itself: its manifest and its XMP, from the grant and what was disclosed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from consent.grant import Grant, Modality
from pipelines.disclosure.metadata import AIGC_NAMESPACE, digital_source_type
from pipelines.provenance.claims import ConsentClaim, DisclosureClaim
from pipelines.provenance.fingerprint import Fingerprint
from pipelines.provenance.manifest import GENERATOR, IPTC, Action, Ingredient, ManifestSpec, generator_version
from pipelines.provenance.xmp.packet import AI_SYSTEM_USED, CREATOR_TOOL, DIGITAL_SOURCE_TYPE, XmpName
from pipelines.release.disclosing import Disclosed
from pipelines.release.formats import TakeFormat
from pipelines.release.take import TakeProvenance

TRAINED: Final = IPTC + "trainedAlgorithmicMedia"  # no person and no picture went in
AIGC: Final = XmpName(namespace=AIGC_NAMESPACE, prefix="TC260", name="AIGC")
# Titles are published. They are the same for everybody, so that nobody is recognised by them.
PHOTO: Final = Ingredient(key="photo", title="reference picture", media_type="image/png")
FOOTAGE: Final = Ingredient(key="footage", title="reference footage", media_type="video/mp4")
VOICE: Final = Ingredient(key="voice", title="reference voice", media_type="audio/wav")
MODEL: Final = Ingredient(
    key="model",
    title="generative models",
    media_type="application/octet-stream",
    data_types=("c2pa.types.generator", "c2pa.types.model.onnx"),
)


BACKGROUND: Final = Ingredient(key="background", title="background generated from text", media_type="image/png")


def manifest_spec(
    *,
    grant: Grant,
    provenance: TakeProvenance,
    disclosed: Disclosed,
    wanted: TakeFormat,
    fingerprint: Fingerprint,
    at: datetime,
) -> ManifestSpec:
    """Return what the manifest says."""
    request = grant.request
    source = digital_source_type(grant.subject_class)
    parts = [] if wanted.kind == "audio" else [PHOTO if provenance.face_profile is None else FOOTAGE]
    if Modality.VOICE in request.modalities:
        parts.append(VOICE)
    if provenance.background_is_painted:
        parts.append(BACKGROUND)
    return ManifestSpec(
        media_type=wanted.media_type,
        created_at=at,
        digital_source_type=source,
        ingredients=(*parts, MODEL),
        actions=tuple(_actions(provenance, disclosed, source)),
        consent=ConsentClaim(
            take_id=request.take_id,
            public_hash=grant.public_hash,
            checkpoint=grant.checkpoint,
            subject_class=grant.subject_class,
            assurance=grant.assurance,
            voice_profile=provenance.voice_profile,
            face_profile=provenance.face_profile,
        ),
        disclosure=DisclosureClaim(
            market=request.market,
            channel=request.channel,
            label_text=None if disclosed.plate is None else disclosed.plate.text,
            label_box=disclosed.label_box,
            notice_text=disclosed.notice_text,
        ),
        fingerprint=fingerprint,
    )


def xmp_properties(tags: Mapping[str, str]) -> dict[XmpName, str]:
    """Return the XMP properties for the market's tags."""
    properties = {
        DIGITAL_SOURCE_TYPE: tags["DigitalSourceType"],
        CREATOR_TOOL: f"{GENERATOR} {generator_version()}",
        AI_SYSTEM_USED: GENERATOR,
    }
    if "AIGC" in tags:
        properties[AIGC] = tags["AIGC"]
    return properties


def _actions(provenance: TakeProvenance, disclosed: Disclosed, source: str) -> list[Action]:
    locale = provenance.request.locale
    actions: list[Action] = []
    if disclosed.audio is not None:
        actions.append(
            Action(name="c2pa.dubbed", digital_source_type=source, description=f"generated speech, {locale}")
        )
    if provenance.translated_from:
        languages = (("sourceLanguage", provenance.translated_from), ("targetLanguage", locale))
        actions.append(Action(name="c2pa.translated", digital_source_type=source, parameters=languages))
    if provenance.background_is_painted:
        actions.append(
            Action(name="c2pa.edited", digital_source_type=TRAINED, description="background generated from text")
        )
    if disclosed.plate is not None:
        actions.append(Action(name="c2pa.edited", digital_source_type=source, description="visible AI label"))
    if disclosed.notice_text is not None:
        actions.append(Action(name="c2pa.edited", digital_source_type=source, description="spoken AI notice"))
    if disclosed.watermark is not None:  # unbound: the mark names no manifest
        description = f"imperceptible mark in the sound: {disclosed.watermark}"
        actions.append(Action(name="c2pa.watermarked.unbound", digital_source_type=source, description=description))
    return actions
