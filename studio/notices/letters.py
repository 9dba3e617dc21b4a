"""Mails to the subject, in the subject's language: ``assets/notices/<language>.toml``.

Their dates are written as 2026-11-22, which is read the same everywhere.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from consent.record import ConsentRecord

Occasion: TypeAlias = Literal["withdrawn", "restricted", "expiring", "destroyed"]
Sentence: TypeAlias = Literal["nothing_published", "take_down", "may_stay", "kept", "nothing_kept", "certificate"]

FALLBACK = "en"


class _Letter(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str
    body: str


class Wording(BaseModel):
    """Everything that can be said in one language."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    greeting: str
    closing: str
    nothing_published: str
    take_down: str
    may_stay: str
    kept: str
    nothing_kept: str
    certificate: str
    withdrawn: _Letter
    restricted: _Letter
    expiring: _Letter
    destroyed: _Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail, written."""

    subject: str
    body: str


class Facts(BaseModel):
    """What the sentences speak of; those that need none of the optional ones leave them out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: str
    take_down_by: str | None = None
    kept_until: str | None = None
    below: str = Field(default="", repr=False)  # the certificate's text


@dataclass(frozen=True, slots=True)
class Letters:
    """The languages that are there."""

    languages: Mapping[str, Wording]

    def write(
        self, occasion: Occasion, record: ConsentRecord, *, facts: Facts, sentences: tuple[Sentence, ...] = ()
    ) -> Letter:
        """Write to the subject of a record."""
        wording = self.of(record.subject.language)
        letter: _Letter = getattr(wording, occasion)
        known = {
            "name": record.subject.name,
            "controller": record.controller.name,
            "contact": record.controller.contact,
            "description": record.scope.description,
            **facts.model_dump(exclude={"below"}),
        }
        said = (letter.body, *(getattr(wording, name) for name in sentences))
        parts = (wording.greeting, *said, wording.closing)
        body = "\n\n".join(part.format_map(known) for part in parts)
        below = f"\n\n-- \n{facts.below}\n" if facts.below else "\n"
        return Letter(subject=letter.subject.format_map(known), body=body + below)

    def of(self, language: str) -> Wording:
        """The wording for a language tag: its own, that of its language in another place, or English."""
        primary = language.split("-", maxsplit=1)[0]
        nearest = next((tag for tag in sorted(self.languages) if tag.split("-")[0] == primary), FALLBACK)
        return self.languages.get(language, self.languages[nearest])


def load_letters(folder: Path) -> Letters:
    """Read every language of a folder."""
    return Letters(
        {
            path.stem: Wording.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
            for path in sorted(folder.glob("*.toml"))
        }
    )
