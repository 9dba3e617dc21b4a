"""The reading rules of one language, parsed from ``assets/voice/readings/<language>.toml``."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.assets import ASSETS
from pipelines.errors import ProfileInvalidError

FOLDER = ASSETS / "voice" / "readings"

Replacements = tuple[tuple[str, str], ...]  # (regular expression, replacement), tried in order, the first that fits


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MoneyRules(_Table):
    """``names``: currency code to (singular, plural, gender, hundredth singular, hundredth plural)."""

    with_minor: str
    scaled: str
    scales: tuple[str, ...]
    names: dict[str, tuple[str, str, str, str, str]]
    minor_as_decimal: bool = False  # 19.99 is "nineteen point nine nine dollars"
    short_scales: dict[str, tuple[str, str]] = {}  # "Mio." to its singular and plural
    bare_scales: tuple[str, ...] = ()  # those of them that need no currency beside them
    scale_gender: str = "m"
    singular_below_two: bool = False  # "un virgule deux million"
    grouped_after: tuple[str, ...] = ()  # signs after which the other separator groups: "$1,200" in Mexico


class TimeRules(_Table):
    """How a clock time is said; ``hours`` are the hours that are not the plain number."""

    full: str
    part: str
    small_minute: str = "{m}"  # minutes 1 to 9
    hours: dict[int, str] = {}
    one: tuple[str, str] | None = None  # word to replace, and its singular, at one o'clock
    separator: str = ":"
    suffix: str = ""  # a regular expression; what it matches is part of the time and not said twice
    bare_hour: str | None = None
    bare: str | None = None  # how that is said, where not as the full hour is
    am_pm: bool = False
    quarters: dict[str, str] = {}  # minutes, or "hour:minutes", that are said otherwise; {h} and {next} are hours


class DateRules(_Table):
    """``order`` is that of dates in digits; ``written`` are patterns (named groups) for those with a month's name."""

    order: str
    spoken: str
    day: str = "cardinal"  # or "ordinal"
    ordinal_ending: str = ""
    first: str | None = None  # the first of a month, where it is not the number
    written: tuple[str, ...] = ()
    day_first: str | None = None  # how "30 November" is said, where not as written


class PhoneRules(_Table):
    """How telephone numbers are said; ``own`` is a pattern of numbers that would else be taken for amounts."""

    own: str = ""
    by_groups: bool = False  # groups of two and three digits are numbers, not digits
    digit_words: tuple[str, ...] = ()
    groups: dict[str, str] = {}


class RomanRule(_Table):
    """Where a Roman numeral stands, and how it is said; ordinals up to ``most``, cardinals above."""

    after: str = ""
    before: str = ""
    suffix: str = ""
    said: Literal["cardinal", "ordinal"]
    template: str = "{n}"
    feminine: bool = False
    most: int | None = None


class LanguageRules(_Table):
    """Everything a language's reader needs to know."""

    babel: str
    numbers: str  # "num2words:fr", "cn2an", or "native": the phonemizer reads whole numbers itself
    digit_words: tuple[str, ...] = ()
    spaced: bool = True  # words are written apart
    decimal_word: str
    decimals: str  # "number": 3,25 is "three comma twenty-five"; "digits": "three comma two five"
    minus: str
    percent: str
    range: str
    number_sign: str
    year_style: bool = False
    symbols: dict[str, str]
    dot: str
    slash: str
    dash: str
    underscore: str
    hashtag: str
    fixed: Replacements = ()  # stretches that are always said alike, before any number is read
    fractions: dict[str, str] = {}  # "1/2", or "1 1/2" where that has a word of its own
    mixed: dict[str, str] = {}  # "1/2" after a whole number: "{n} and a half"
    roman: tuple[RomanRule, ...] = ()
    decade: tuple[str, str, str] | None = None  # its pattern, and what the number's end becomes
    ordinal_endings: Replacements = ()  # what stands before an ordinal, and the ending it takes
    minus_degrees: str | None = None
    phone: PhoneRules = PhoneRules()
    ordinal: str | None = None
    ordinals: dict[str, str] = {}
    measure: str | None = None
    masculine: Replacements = ()
    feminine: Replacements = ()
    feminine_noun: str | None = None
    money: MoneyRules
    time: TimeRules
    date: DateRules
    units: dict[str, str] = {}
    abbreviations: dict[str, str] = {}
    final_abbreviations: dict[str, str] = {}  # their full stop may also end the sentence


@functools.lru_cache(maxsize=32)
def load_rules(language: str, folder: Path = FOLDER) -> LanguageRules:
    """Read the rules of one of ``voices.LANGUAGES``."""
    path = folder / f"{language}.toml"
    try:
        return LanguageRules.model_validate(_table(path))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as e:
        raise ProfileInvalidError(f"{path}: {e}") from e


def _table(path: Path) -> dict[str, object]:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    base = table.pop("base", None)
    return table if base is None else _merged(_table(path.with_name(f"{base}.toml")), table)


def _merged(below: dict[str, object], above: dict[str, object]) -> dict[str, object]:
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = _merged(under, value) if isinstance(value, dict) and isinstance(under, dict) else value
    return merged
