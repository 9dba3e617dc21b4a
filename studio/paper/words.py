"""The words on paper: assets/paper/<language>.toml, in every language in which a subject reads."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pipelines.assets import ASSETS

FOLDER: Final = ASSETS / "paper"
FALLBACK: Final = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperWords:
    """All words of one language."""

    language: str
    receipt: Mapping[str, str]
    destruction: Mapping[str, str]
    what: Mapping[str, str]  # kind of thing -> how people call it


def paper_words(language: str) -> PaperWords:
    """The words of a language, of the nearest one to it, or English."""
    wanted, base = language.casefold(), language.casefold().split("-")[0]
    known = sorted(path.stem for path in FOLDER.glob("*.toml"))
    same = [one for one in known if one.casefold() == wanted]
    near = [one for one in known if one.casefold().split("-")[0] == base]
    return _read(FOLDER / f"{(same or near or [FALLBACK])[0]}.toml")


@cache
def _read(path: Path) -> PaperWords:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return PaperWords(
        language=path.stem,
        receipt=MappingProxyType(raw["receipt"]),
        destruction=MappingProxyType(raw["destruction"]),
        what=MappingProxyType(raw["what"]),
    )
