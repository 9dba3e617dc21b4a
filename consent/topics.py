"""Which topics a script touches, by lists of words (assets/topics/*.toml) in the studio's languages.

A list is a coarse net: it finds the words, not the meaning. The words of all languages count for every script, since a
script may quote another language than it says. How a pattern matches (docs/consent-spec.md 6):

- ``election``  this word; ``social security``  these words in a row
- ``vot*``  words that begin so; ``*politik``  words that end so; ``*politik*``  words that hold it
- Chinese, Japanese and Korean have no spaces between words: their patterns match anywhere.

Case, accents, full-width letters, and invisible characters make no difference.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from consent.errors import FileInvalidError, Problem
from consent.tomlfile import read_toml

_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\u1100-\u11ff\U00020000-\U0003134f]")
_LATIN_MARKS = re.compile("[\u0300-\u036f]")  # accents; marks of other scripts are letters of theirs and stay
_Words = Annotated[tuple[Annotated[str, StringConstraints(min_length=1)], ...], Field(min_length=1)]


class _TopicWords(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    en: _Words
    fr: _Words
    es: _Words
    it: _Words
    pt: _Words
    ja: _Words
    zh: _Words
    hi: _Words
    de: _Words


class _TopicFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: Annotated[str, StringConstraints(pattern=r"^[a-z_]+$")]
    words: _TopicWords


def load_topics(folder: Path) -> dict[str, frozenset[str]]:
    """Read all lists of a folder: topic -> patterns of all languages.

    Raises:
        FileInvalidError: no list there, or one that cannot be read.
    """
    topics: dict[str, frozenset[str]] = {}
    for path in sorted(folder.glob("*.toml")):
        file = read_toml(path)
        content = file.validate(_TopicFile)
        if content.topic != path.stem:
            raise file.problem(
                "topic", message=f"found {content.topic!r}; needed is the file's own name, {path.stem!r}"
            )
        words = content.words
        topics[content.topic] = frozenset(pattern for _, patterns in words for pattern in patterns)
    if not topics:
        raise FileInvalidError(folder, (Problem(1, "", "there is no list of topic words (*.toml) in this folder"),))
    return topics


def mentions(script: str, patterns: Iterable[str]) -> tuple[str, ...]:
    """Return the patterns that the script touches, sorted."""
    spaced, unspaced = _haystack(script)
    between, anywhere = _needles(frozenset(patterns))
    hits = [pattern for needle, pattern in between if needle in spaced]
    hits.extend(pattern for needle, pattern in anywhere if needle in unspaced)
    return tuple(sorted(hits))


@functools.lru_cache(maxsize=1)  # one script is held against many lists in a row
def _haystack(script: str) -> tuple[str, str]:
    words = _words(_fold(script))
    return f" {' '.join(words)} ", "".join(words)


_Needles: TypeAlias = "tuple[tuple[str, str], ...]"  # what to look for, and the pattern that says so


@functools.lru_cache(maxsize=256)  # lists are read once and asked at every decision
def _needles(patterns: frozenset[str]) -> tuple[_Needles, _Needles]:
    """Return what stands apart as words, and what may stand anywhere; a pattern without a word matches nothing."""
    between, anywhere = [], []
    for pattern in patterns:
        words = _words(_fold(pattern.strip("*")))
        if words and _UNSPACED.search(pattern):
            anywhere.append(("".join(words), pattern))
        elif words:
            start = "" if pattern.startswith("*") else " "
            end = "" if pattern.endswith("*") else " "
            between.append((f"{start}{' '.join(words)}{end}", pattern))
    return tuple(between), tuple(anywhere)


def _fold(text: str) -> str:
    visible = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return _LATIN_MARKS.sub("", unicodedata.normalize("NFD", visible.casefold()))


def _words(text: str) -> list[str]:
    # Not \w: it leaves out the vowel signs of Devanagari, which are marks.
    return "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in text).split()
