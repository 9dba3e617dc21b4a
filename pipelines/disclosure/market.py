"""Market profiles: what a jurisdiction asks of a label, from ``assets/markets/*.toml``, each rule with its source.

The studio's floor stands in the types below (5 % of the short side, contrast 4.5:1, the whole duration, top right): a
profile that asks for less does not parse. Profiles build on each other with ``inherits``; the stricter value always
wins, so a market can only add. Nothing here is legal advice; ``needs_counsel`` says so.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from pipelines.assets import ASSETS
from pipelines.disclosure.wording import WordingKey, wording_for
from pipelines.errors import DisclosureError, ProfileInvalidError

TEXT_HEIGHT_FLOOR = 0.05  # share of the short side; GB 45438-2025 asks for it, and no other market asks for more
CONTRAST_FLOOR = 4.5  # WCAG 2.2 success criterion 1.4.3, which the EU's accessibility acts point to
GENERIC = "generic"
WORLD = "WORLD"
SUBJECT_CLASSES = ("replica", "synthetic_performer")
_TERRITORY = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Status = Literal["in_force", "draft", "guidance", "no_rule"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(_Part):
    """One thing that a market asks for, in words, and where that is written."""

    text: _Text
    source: _Text
    url: str = ""
    status: Status = "in_force"


class WordingRules(_Part):
    """Which wording each class of subject gets."""

    replica: WordingKey = "generated"
    synthetic_performer: WordingKey = "generated"


class LabelRules(_Part):
    """The visible label.

    ``languages`` are shown beside the ad's own; of each group in ``must_contain`` one word must stand in the text.
    """

    text_height_min: float = Field(default=TEXT_HEIGHT_FLOOR, ge=TEXT_HEIGHT_FLOOR, le=0.12)
    contrast_min: float = Field(default=CONTRAST_FLOOR, ge=CONTRAST_FLOOR, le=15)
    duration: Literal["whole"] = "whole"
    position: Literal["top_right"] = "top_right"
    opening_s: float = Field(default=0.0, ge=0, le=10)  # how long the opening must carry it; "whole" always does
    languages: tuple[_Text, ...] = ()
    must_contain: tuple[tuple[_Text, ...], ...] = ()
    wording: WordingRules = WordingRules()


class NoticeRules(_Part):
    """The spoken notice of audio-only takes. ``repeat_every_s`` of 0 means once, at the start."""

    audio_at_start: Literal[True] = True
    repeat_every_s: int = Field(default=0, ge=0)


class MetadataRules(_Part):
    """What machines must be able to read."""

    digital_source_type: Literal[True] = True
    aigc_json: bool = False
    record_keeping_months: int = Field(default=0, ge=0)


class MarketProfile(_Part):
    """A jurisdiction's label rules."""

    id: _Text
    name: _Text
    inherits: str = ""
    members: tuple[_Text, ...] = ()  # territories that this profile holds for when they have none of their own
    as_of: date
    status: Status
    needs_counsel: bool
    summary: _Text
    rules: tuple[Rule, ...] = Field(min_length=1)
    label: LabelRules = LabelRules()
    notice: NoticeRules = NoticeRules()
    metadata: MetadataRules = MetadataRules()


def load_market(market: str) -> MarketProfile:
    """Return the profile that holds in a territory ("FR", "US-NY", "EU"; "WORLD" is the strictest of all).

    A member without a profile gets its union's, a state of a country its country's, any other territory ``generic``.

    Raises:
        ProfileInvalidError: that is not a territory.
    """
    profiles = _all()
    if market == WORLD:
        world = profiles[GENERIC]
        for profile in profiles.values():
            world = _strictest(world, profile)
        return world.model_copy(update={"id": WORLD, "name": "Everywhere", "summary": "The strictest of every market."})
    if market in profiles:
        return profiles[market]
    if not _TERRITORY.fullmatch(market):
        raise ProfileInvalidError(
            f"{market!r} is not a market; write an ISO 3166 code such as FR or US-NY, or EU, or WORLD"
        )
    for profile in profiles.values():
        if market in profile.members:
            return profile
    return profiles.get(market.split("-", maxsplit=1)[0], profiles[GENERIC])


def market_ids() -> tuple[str, ...]:
    """Return the ids of the profiles on file."""
    return tuple(_all())


def label_text(market: MarketProfile, *, locale: str, subject_class: str) -> str:
    """Return what the label says: the ad's language first, then the languages the market asks for.

    Raises:
        DisclosureError: no wording in one of these languages, an unknown class, or a required word is missing.
    """
    if subject_class not in SUBJECT_CLASSES:
        raise DisclosureError(
            f"subject class {subject_class!r} is unknown; it must be one of {', '.join(SUBJECT_CLASSES)}"
        )
    wording = market.label.wording
    key: WordingKey = wording.replica if subject_class == "replica" else wording.synthetic_performer
    texts = [wording_for(tag).text(key) for tag in (locale, *market.label.languages)]
    text = " | ".join(dict.fromkeys(texts))
    for group in market.label.must_contain:
        if not any(word in text for word in group):
            raise DisclosureError(
                f"market {market.id} needs one of {', '.join(group)} in the label, but it says {text!r}"
            )
    return text


def notice_text(market: MarketProfile, locale: str) -> str:
    """Return the sentence spoken before an audio-only take, in the ad's language (every market has one)."""
    if not market.notice.audio_at_start:
        raise DisclosureError(f"market {market.id} asks for no spoken notice; ask before speaking one")
    return wording_for(locale).notice.audio


@cache
def _all() -> dict[str, MarketProfile]:
    raw = {profile.id: profile for profile in map(parse_market, sorted((ASSETS / "markets").glob("*.toml")))}
    return {key: _inherit(profile, raw, ()) for key, profile in raw.items()}


def parse_market(path: Path) -> MarketProfile:
    """Read one profile as written, before inheritance.

    Raises:
        ProfileInvalidError: it asks for less than the floor, lacks a source, or holds an unknown key.
    """
    try:
        profile = MarketProfile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as e:
        raise ProfileInvalidError(f"markets/{path.name}: {e}") from e
    if profile.id != path.stem:
        raise ProfileInvalidError(f"markets/{path.name} is for {profile.id!r}; name the file after its id")
    return profile


def _inherit(profile: MarketProfile, raw: dict[str, MarketProfile], above: tuple[str, ...]) -> MarketProfile:
    if not profile.inherits:
        return profile
    if profile.inherits not in raw or profile.inherits in (*above, profile.id):
        raise ProfileInvalidError(
            f"market {profile.id} inherits {profile.inherits!r}, which is missing or inherits it back"
        )
    parent = _inherit(raw[profile.inherits], raw, (*above, profile.id))
    return _strictest(parent, profile)


def _strictest(base: MarketProfile, added: MarketProfile) -> MarketProfile:
    """Return ``added`` with every value raised to the stricter of the two."""
    label = LabelRules(
        text_height_min=max(base.label.text_height_min, added.label.text_height_min),
        contrast_min=max(base.label.contrast_min, added.label.contrast_min),
        opening_s=max(base.label.opening_s, added.label.opening_s),
        languages=_union(base.label.languages, added.label.languages),
        must_contain=tuple(dict.fromkeys((*base.label.must_contain, *added.label.must_contain))),
        wording=WordingRules(
            replica=_plainer(base.label.wording.replica, added.label.wording.replica),
            synthetic_performer=_plainer(
                base.label.wording.synthetic_performer, added.label.wording.synthetic_performer
            ),
        ),
    )
    repeats = [n.repeat_every_s for n in (base.notice, added.notice) if n.repeat_every_s]
    metadata = MetadataRules(
        aigc_json=base.metadata.aigc_json or added.metadata.aigc_json,
        record_keeping_months=max(base.metadata.record_keeping_months, added.metadata.record_keeping_months),
    )
    return added.model_copy(
        update={
            "rules": tuple(dict.fromkeys((*base.rules, *added.rules))),
            "needs_counsel": base.needs_counsel or added.needs_counsel,
            "label": label,
            "notice": NoticeRules(repeat_every_s=min(repeats, default=0)),
            "metadata": metadata,
        }
    )


def _plainer(a: WordingKey, b: WordingKey) -> WordingKey:
    """Return the wording that says more: that a performer does not exist."""
    return "performer" if "performer" in (a, b) else "generated"


def _union(a: tuple[str, ...], b: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*a, *b)))
