"""From a brief to the plans of its takes. Pure but for reading the pictures' bytes to hash them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from consent.grant import Modality, RecordId
from pipelines.compose.painting.models import PAINT_MODELS
from studio.campaigns.brief import Brief, TakeModel
from studio.campaigns.saying import words_said
from studio.jobs.likeness import PlannedLikeness
from studio.jobs.plan import PlannedLine, TakePlan

CardsFor = Callable[
    [TakePlan], tuple[tuple[str, ...], tuple[str, ...]]
]  # model cards used; those not for commercial use


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, lowercase hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def brief_sha256(brief: Brief, *, record_id: RecordId) -> str:
    """One hash over everything that decides what the takes look like: the words and every picture's bytes."""
    digest = hashlib.sha256()
    digest.update(brief.model.model_dump_json().encode())
    digest.update(record_id.encode())
    if brief.is_preview:
        digest.update(b"preview")
    for path in (brief.portrait, brief.background, brief.logo, brief.stem):
        digest.update(b"-" if path is None else file_sha256(path).encode())
    return digest.hexdigest()


def plan_takes(
    brief: Brief,
    *,
    record_id: RecordId,
    campaign_id: str,
    producer: str,
    cards_for: CardsFor,
    likenesses: Mapping[Modality, PlannedLikeness] | None = None,
) -> tuple[TakePlan, ...]:
    """Lay out one plan per format of each ``[[takes]]`` table, in the brief's order; ``likenesses`` make them all."""
    made_in = likenesses or {}
    portrait_sha256 = None if brief.portrait is None else file_sha256(brief.portrait)
    pairs = [(take, format_) for take in brief.model.takes for format_ in take.all_formats]
    plans = []
    for position, (take, format_) in enumerate(pairs):
        bare = _plan(
            brief,
            take,
            take_id=f"{campaign_id}-{position + 1:02d}",
            campaign_id=campaign_id,
            record_id=record_id,
            format_=format_,
            portrait_sha256=portrait_sha256,
            producer=producer,
        )
        if bare.kind != "still":
            bare = bare.model_copy(update={"likeness": made_in.get(Modality.VOICE)})
        if bare.kind != "audio":
            bare = bare.model_copy(update={"twin": made_in.get(Modality.FACE)})
        weights, not_commercial = cards_for(bare)
        plans.append(bare.model_copy(update={"weights": weights, "weights_not_commercial": not_commercial}))
    return tuple(plans)


def input_name(role: str, path: Path) -> str:
    """The name under which a picture lies among the campaign's inputs."""
    return role + path.suffix.lower()


def _plan(
    brief: Brief,
    take: TakeModel,
    *,
    take_id: str,
    campaign_id: str,
    record_id: RecordId,
    format_: str,
    portrait_sha256: str | None,
    producer: str,
) -> TakePlan:
    model = brief.model
    said = {
        **model.model_dump(include=_SHARED, exclude_none=True),
        **take.model_dump(include=_SHARED, exclude_none=True),
    }
    if model.pronunciations and take.pronunciations:
        said["pronunciations"] = {**model.pronunciations, **take.pronunciations}
    words = words_said(take.pronunciation, model.pronunciation, text=take.text, locale=take.locale)
    if words:
        said["pronunciations"] = {**said.get("pronunciations", {}), **words}
    named = {"portrait": brief.portrait, "background": brief.background, "logo": brief.logo, "stem": brief.stem}
    return TakePlan(
        take_id=take_id,
        campaign_id=campaign_id,
        record_id=record_id,
        brand=model.brand,
        product=model.product,
        commercial=model.commercial,
        locale=take.locale,
        market=take.market,
        channel=take.channel,
        format=format_,
        text=take.text,
        portrait_sha256=portrait_sha256,
        colours=model.colours,
        backdrop=brief.backdrop,
        painted=brief.painted,
        painter=None if brief.painted is None else model.painter or PAINT_MODELS[0].card_id,
        web_address=model.web_address,
        producer=producer,
        lines=tuple(PlannedLine(**line.model_dump()) for line in take.lines),
        programme_s=take.programme_s,
        **{role: None if path is None else input_name(role, path) for role, path in named.items()},
        **said,
    )


_SHARED = {
    "voice",
    "voice_gender",
    "speed",
    "tone",
    "pitch",
    "pronunciations",
    "look",
    "lip_sync",
    "framing",
    "title",
    "call_to_action",
    "subtitles",
    "seed",
    "translated_from",
}
