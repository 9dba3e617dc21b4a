"""What the first page works with: the subjects it may offer, the actions it may call. Wiring fills it; no gradio."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from studio.store.campaigns import CampaignRow, TakeRow


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectCard:
    """A subject whose consent stands, with what it covers. ``portrait`` is the bound picture where this home has it."""

    record_id: str
    name: str
    subject_class: str
    assurance: str
    brands: tuple[str, ...]
    products: tuple[str, ...]
    languages: tuple[str, ...]
    channels: tuple[str, ...]
    valid_until: date
    portrait: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LocaleChoice:
    """A language as a marketer picks it."""

    code: str
    market: str
    name: str

    @property
    def language(self) -> str:
        """The primary language subtag."""
        return self.code.split("-")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a marketer asks for: scripts by locale, and the formats to make of each."""

    record_id: str
    portrait: Path | None
    brand: str
    product: str
    channel: str
    title: str
    call_to_action: str
    formats: tuple[str, ...]
    scripts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The actions behind the page's buttons.

    ``order`` starts a campaign and returns its id; it raises ``StudioError`` or ``ConsentError`` with a sentence.
    """

    subjects: Callable[[], tuple[SubjectCard, ...]]
    order: Callable[[Order], str]
    takes: Callable[[str], tuple[TakeRow, ...]]
    recent: Callable[[], tuple[CampaignRow, ...]]
    cancel: Callable[[str], None]
    locales: tuple[LocaleChoice, ...]
    examples: Mapping[str, str]  # a script by locale, to start from


def load_locales(path: Path) -> tuple[LocaleChoice, ...]:
    """Read assets/locales.toml."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["locale"]
    return tuple(LocaleChoice(code=row["code"], market=row["market"], name=row["name"]) for row in rows)


def covers_language(covered: tuple[str, ...], locale: str) -> bool:
    """Whether one of the language ranges covers the locale ("pt" covers "pt-BR"); the gates decide again, in full."""
    return any(locale.lower() == item.lower() or locale.lower().startswith(item.lower() + "-") for item in covered)
