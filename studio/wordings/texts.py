"""The wordings as data: assets/wordings/<language>.toml, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from pipelines.assets import ASSETS

FOLDER = ASSETS / "wordings"
FALLBACK = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """All texts of one language."""

    language: str
    name: str  # of the language, in itself
    version: str
    words: Mapping[str, str]
    record: Mapping[str, tuple[str, str]]  # key -> heading, text
    statement: str
    page: Mapping[str, str]
    voice: Mapping[str, str]  # of the page on which a voice is recorded


@cache
def languages(folder: Path = FOLDER) -> tuple[str, ...]:
    """Every language that a subject can read in, English first."""
    found = sorted(path.stem for path in folder.glob("*.toml"))
    return (FALLBACK, *(one for one in found if one != FALLBACK))


def nearest(language: str) -> str:
    """The language that is spoken to somebody who asks for this one: itself, its base, or English."""
    wanted = language.casefold()
    for known in languages():
        if known.casefold() == wanted:
            return known
    base = wanted.split("-")[0]
    return next((known for known in languages() if known.casefold().split("-")[0] == base), FALLBACK)


@cache
def wording(language: str) -> Wording:
    """The texts of a language that ``nearest`` gave."""
    raw = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return Wording(
        language=language,
        name=raw["name"],
        version=raw["version"],
        words=MappingProxyType(raw["words"]),
        record=MappingProxyType({key: (one["heading"], one["text"]) for key, one in raw["record"].items()}),
        statement=raw["statement"]["text"],
        page=MappingProxyType(raw["page"]),
        voice=MappingProxyType(raw["voice"]),
    )
