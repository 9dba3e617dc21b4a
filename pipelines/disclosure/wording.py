"""What a label says and what a notice speaks, per language, from ``assets/labels/*.toml``.

A language without wording is refused: nobody is told in English what they had a right to read in their own language.
The EU's code of practice lets the letters lead that a language uses for AI ("AI", "IA", "KI"); every wording starts so.
"""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from pipelines.assets import ASSETS
from pipelines.errors import DisclosureError, ProfileInvalidError

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]
WordingKey = Literal["generated", "performer"]


class LabelWords(BaseModel):
    """The burned-in texts. ``generated`` is for any take; ``performer`` says that the person does not exist."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    generated: _Text
    performer: _Text


class NoticeWords(BaseModel):
    """The spoken sentence at the start of an audio-only take."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    audio: _Text


class Wording(BaseModel):
    """One language's wording. ``covers`` are RFC 4647 basic ranges; ``excludes`` are ranges taken out of them again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: _Text
    name: _Text
    as_of: date
    leads_with: tuple[_Text, ...] = Field(min_length=1)
    covers: tuple[_Text, ...] = Field(min_length=1)
    excludes: tuple[_Text, ...] = ()
    label: LabelWords
    notice: NoticeWords

    def text(self, key: WordingKey) -> str:
        """Return the label's text."""
        return self.label.generated if key == "generated" else self.label.performer

    def matches(self, locale: str) -> bool:
        """Whether this wording may be shown to readers of the locale."""
        return any(_in_range(locale, r) for r in self.covers) and not any(_in_range(locale, r) for r in self.excludes)


def wording_for(locale: str) -> Wording:
    """Return the wording for a BCP 47 locale.

    Raises:
        DisclosureError: there is none; a take in this language cannot be released.
    """
    for wording in _all().values():
        if wording.matches(locale):
            return wording
    raise DisclosureError(
        f"no label wording for {locale!r}; there is wording for {', '.join(wording_languages())}; "
        "have a translator and counsel write assets/labels/<language>.toml"
    )


def wording_languages() -> tuple[str, ...]:
    """Return the languages that have wording."""
    return tuple(sorted(_all()))


@cache
def _all() -> dict[str, Wording]:
    found: dict[str, Wording] = {}
    for path in sorted((ASSETS / "labels").glob("*.toml")):
        try:
            wording = Wording.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, ValidationError) as e:
            raise ProfileInvalidError(f"{path.name}: {e}") from e
        _check(wording, path.stem)
        found[wording.language] = wording
    return found


def _check(wording: Wording, stem: str) -> None:
    if wording.language != stem:
        raise ProfileInvalidError(f"labels/{stem}.toml is for {wording.language!r}; name the file after its language")
    for text in (wording.label.generated, wording.label.performer):
        if not text.startswith(wording.leads_with):
            raise ProfileInvalidError(
                f"labels/{stem}.toml: {text!r} must start with one of {', '.join(wording.leads_with)}"
            )


def _in_range(locale: str, language_range: str) -> bool:
    tag, wanted = locale.lower(), language_range.lower()
    return tag == wanted or tag.startswith(f"{wanted}-")
