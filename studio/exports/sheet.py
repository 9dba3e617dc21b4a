"""The disclosure sheet: one page for the person who uploads, as HTML and as plain text."""

from __future__ import annotations

import html
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from pipelines.assets import ASSETS
from pipelines.disclosure.channel import ChannelProfile
from pipelines.errors import ProfileInvalidError
from studio.errors import UsageError

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class SheetWords(BaseModel):
    """The words of the sheet in one language, from ``assets/sheets``; names in braces are filled in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: _Text
    title: _Text
    intro: _Text
    tick: _Text
    tick_api: _Text
    no_api: _Text
    wording: _Text
    label: _Text
    label_seen: _Text
    label_heard: _Text
    label_manifest: _Text
    consent: _Text
    consent_text: _Text
    verify: _Text
    verify_text: _Text
    ask: _Text
    ask_text: _Text


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFacts:
    """What stands on one sheet. Nobody's name is in it but the controller's."""

    profile: ChannelProfile
    take_id: str
    market: str
    locale: str
    territories: Sequence[str]
    until: date
    label_text: str | None
    notice_text: str | None
    wording: str
    verify_url: str
    standing_url: str
    controller: str
    contact: str


def sheet_words(language: str) -> SheetWords:
    """Return the words of a language.

    Raises:
        UsageError: there are none.
        ProfileInvalidError: their file is wrong.
    """
    found = _all()
    if language not in found:
        raise UsageError(f"there is no disclosure sheet in {language!r}; use one of {', '.join(found)}")
    return found[language]


def sheet_sections(facts: SheetFacts, words: SheetWords) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the sheet's sections as heading and lines."""
    profile = facts.profile
    fields = tuple(f"{f.api}: {f.field} = {_value(f.value)}" for f in profile.api)
    label = [words.label_seen.format(text=facts.label_text)] if facts.label_text else []
    label += [words.label_heard.format(text=facts.notice_text)] if facts.notice_text else []
    consent = words.consent_text.format(
        channel=profile.name,
        market=facts.market,
        locale=facts.locale,
        territories=", ".join(facts.territories),
        until=facts.until.isoformat(),
    )
    return (
        (words.tick, (profile.disclosure_switch,)),
        (words.tick_api, fields or (words.no_api,)),
        (words.wording, (facts.wording,)),
        (words.label, (*label, words.label_manifest)),
        (words.consent, (consent,)),
        (words.verify, (words.verify_text.format(address=facts.verify_url, standing=facts.standing_url),)),
        (words.ask, (words.ask_text.format(controller=facts.controller, contact=facts.contact),)),
    )


def sheet_text(facts: SheetFacts, words: SheetWords) -> str:
    """Return the sheet as plain text."""
    parts = [f"{words.title}: {facts.take_id}", words.intro]
    parts += ["\n".join((heading.upper(), *lines)) for heading, lines in sheet_sections(facts, words)]
    return "\n\n".join(parts) + "\n"


def sheet_html(facts: SheetFacts, words: SheetWords) -> str:
    """Return the sheet as one HTML page that loads nothing."""
    body = "".join(
        f"<h2>{html.escape(heading)}</h2>" + "".join(f"<p>{html.escape(line)}</p>" for line in lines)
        for heading, lines in sheet_sections(facts, words)
    )
    title = html.escape(f"{words.title}: {facts.take_id}")
    return (
        f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8"><title>{title}</title><style>'
        "@page{size:A4;margin:18mm}body{font:15px/1.45 system-ui,sans-serif;max-width:44em;margin:2em auto;color:#111}"
        "h1{font-size:1.4em}h2{font-size:1em;margin:1.1em 0 .2em}p{margin:.2em 0;overflow-wrap:anywhere}</style></head>"
        f"<body><h1>{title}</h1><p>{html.escape(words.intro)}</p>{body}</body></html>\n"
    )


def _value(value: bool | str) -> str:  # noqa: FBT001 - it is the field's own value
    return str(value).lower() if isinstance(value, bool) else value


@cache
def _all() -> dict[str, SheetWords]:
    found: dict[str, SheetWords] = {}
    for path in sorted((ASSETS / "sheets").glob("*.toml")):
        try:
            words = SheetWords.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, ValidationError) as e:
            raise ProfileInvalidError(f"sheets/{path.name}: {e}") from e
        found[words.language] = words
    return found
