"""The sentences that a person reads aloud, from ``assets/prompts/<language>.toml``.

Each language has a hundred of its own. They are in an order: whoever stops after twelve or thirty has said most sounds
of the language already (``bench/prompts.py`` makes the order; docs/recording-a-voice.md has the numbers).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from pipelines.assets import ASSETS
from pipelines.errors import ProfileInvalidError

FOLDER: Final = ASSETS / "prompts"
FALLBACK: Final = "en"
SENTENCES: Final = 100

_Sentence = Annotated[str, Field(min_length=8, max_length=120, pattern=r"^[^\d\n\t<>{}]+$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptSet:
    """What is read in one language. ``sounds`` are those of the language, in the symbols of our own front end."""

    language: str
    sentences: tuple[str, ...]
    sounds: frozenset[str]


class _File(BaseModel):
    """One file. Numbers are written as words: digits are read in more ways than one."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: Literal[1]
    sounds: Annotated[str, Field(min_length=1)]  # parted by spaces
    sentences: Annotated[list[_Sentence], Field(min_length=SENTENCES, max_length=SENTENCES)]

    @field_validator("sentences")
    @classmethod
    def _each_once(cls, sentences: list[str]) -> list[str]:
        if len({one.casefold() for one in sentences}) != len(sentences) or any(one != one.strip() for one in sentences):
            raise ValueError("each sentence stands there once, without spaces around it")
        return sentences


def languages(folder: Path = FOLDER) -> tuple[str, ...]:
    """Every language that has sentences, English first."""
    return tuple(sorted((path.stem for path in folder.glob("*.toml")), key=lambda one: (one != FALLBACK, one)))


def nearest(language: str, folder: Path = FOLDER) -> str:
    """The language whose sentences are read where this one is asked for: itself, its base, or English."""
    wanted = language.replace("_", "-").casefold()
    known = languages(folder)
    exact = (one for one in known if one.casefold() == wanted)
    kin = (one for one in known if one.casefold().split("-")[0] == wanted.split("-")[0])
    return next(exact, None) or next(kin, FALLBACK)


@cache
def load_prompts(language: str, folder: Path = FOLDER) -> PromptSet:
    """The sentences of a language, or of the one that is spoken in its place (``PromptSet.language`` says which).

    Raises:
        ProfileInvalidError: the file is missing or says something that is not allowed.
    """
    name = nearest(language, folder)
    path = folder / f"{name}.toml"
    try:
        read = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as e:
        raise ProfileInvalidError(f"{path} is no list of {SENTENCES} sentences to read aloud: {e}") from e
    return PromptSet(language=name, sentences=tuple(read.sentences), sounds=frozenset(read.sounds.split()))
