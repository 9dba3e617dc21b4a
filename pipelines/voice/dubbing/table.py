"""The table of a dub: a TOML file with the segments of a recording, their words, and a translation for each locale.

Somebody (or a machine that somebody asked) writes the translations in; nothing here translates.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.errors import InputInvalidError

_HEAD: Final = (
    "# What is said, and when (seconds). Write each locale's translation between its quotes, about as long as the\n"
    '# original; leave one empty ("") where nobody is to speak. Then run the same command again.\n'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of the recording in which something is said; ``translations`` are (locale, words)."""

    start_s: float
    end_s: float
    text: str
    translations: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DubTable:
    """All segments of a recording, in order, and how long it is."""

    language: str
    duration_s: float
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """What is to be said between two moments of the original, in seconds."""

    start_s: float
    end_s: float
    text: str


class _SegmentEntry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    start_s: Annotated[float, Field(ge=0)]
    end_s: Annotated[float, Field(gt=0)]
    text: str
    translations: dict[str, str] = {}


class _TableFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    spec_version: Literal[1]
    language: str
    duration_s: Annotated[float, Field(gt=0)]
    segments: tuple[_SegmentEntry, ...]


def write_table(table: DubTable, path: Path, *, locales: Iterable[str]) -> None:
    """Write a table to be translated; a locale without a translation gets an empty one."""
    lines = [_HEAD, f'spec_version = 1\nlanguage = "{table.language}"\nduration_s = {table.duration_s:.3f}\n']
    for segment in table.segments:
        lines.append(f"\n[[segments]]\nstart_s = {segment.start_s:.3f}\nend_s = {segment.end_s:.3f}\n")
        lines.append(f"text = {_quoted(segment.text)}\n[segments.translations]\n")
        said = {**dict.fromkeys(locales, ""), **dict(segment.translations)}
        lines.extend(f'"{locale}" = {_quoted(words)}\n' for locale, words in said.items())
    path.write_text("".join(lines), encoding="utf-8")


def read_table(path: Path) -> DubTable:
    """Read a table.

    Raises:
        InputInvalidError: It is no such table, or its segments overlap or lie outside the recording.
    """
    try:
        found = _TableFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as e:
        raise InputInvalidError(f"{path} is no table of a dub: {e}; write it anew from the recording") from e
    at = 0.0
    for number, one in enumerate(found.segments, start=1):
        if not at <= one.start_s < one.end_s <= found.duration_s + 0.01:
            raise InputInvalidError(
                f"{path}: segment {number} is from {one.start_s} to {one.end_s} s; it must start at {at} s or later "
                f"and end after that, by {found.duration_s} s"
            )
        at = one.end_s
    return DubTable(
        language=found.language,
        duration_s=found.duration_s,
        segments=tuple(
            Segment(start_s=s.start_s, end_s=s.end_s, text=s.text, translations=tuple(s.translations.items()))
            for s in found.segments
        ),
    )


def slots_of(table: DubTable, locale: str) -> tuple[Slot, ...]:
    """The segments in which a locale speaks.

    Raises:
        InputInvalidError: There is no translation for the locale, or all are empty.
    """
    missing = [n for n, s in enumerate(table.segments, start=1) if locale not in dict(s.translations)]
    if missing:
        raise InputInvalidError(
            f"segment {missing[0]} of {len(table.segments)} has no line for {locale!r}; add one, empty if nobody speaks"
        )
    said = ((segment, " ".join(dict(segment.translations)[locale].split())) for segment in table.segments)
    slots = tuple(Slot(start_s=s.start_s, end_s=s.end_s, text=words) for s, words in said if words)
    if not slots:
        raise InputInvalidError(f"nothing is translated into {locale!r}; write its lines into the table")
    return slots


def script_of(slots: Iterable[Slot]) -> str:
    """The whole script that is spoken, one line for each segment: this is the text that consent is asked for."""
    return "\n".join(slot.text for slot in slots)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " and c != "\x7f" else " " for c in escaped) + '"'
