"""Numbers as they are written in a language, and as they are said in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

import cn2an
from babel.numbers import get_decimal_symbol, get_group_symbol
from num2words import num2words

from pipelines.voice.reading.rules import LanguageRules, Replacements

_SPACES = "\u00a0\u202f "  # written between groups: no-break space, narrow no-break space, space
_YEARS = range(1100, 2100)
_READ_AS_NUMBER_MAX = 2  # digits after the comma; longer fractions are read digit by digit
_WORD_MAX = 10**15  # longer runs of digits are codes: read one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number as found: ``whole`` and ``fraction`` are its digits; "1,250.50" is ("1250", "50")."""

    whole: str
    fraction: str = ""
    is_grouped: bool = False

    @property
    def value(self) -> Decimal:
        """Its value."""
        return Decimal(f"{self.whole}.{self.fraction or '0'}")

    @property
    def is_one(self) -> bool:
        """Whether it takes the singular."""
        return self.value == 1


class NumberReader:
    """Finds and says the numbers of one language."""

    def __init__(self, rules: LanguageRules) -> None:
        self.rules = rules
        self._decimal = get_decimal_symbol(rules.babel)
        group = get_group_symbol(rules.babel)
        self._groups = "".join(dict.fromkeys((group if group != self._decimal else "") + _SPACES + "'’"))
        self._other = "." if self._decimal == "," else ","

    def pattern(self, name: str) -> str:
        """Return a regular expression whose group ``name`` is a number as this language writes it."""
        groups, sep = f"[{re.escape(self._groups)}]|{re.escape(self._other)}", f"{name}_sep"
        grouped = rf"\d{{1,3}}(?P<{sep}>{groups})\d{{3}}(?:(?P={sep})\d{{3}})*(?!\d)"
        # Indian grouping (12,34,567) is two digits but for the last group.
        indian = r"|\d{1,2}(?:,\d{2})+,\d{3}(?!\d)" if self.rules.babel == "hi_IN" else ""
        return rf"(?P<{name}>(?:{grouped}{indian}|\d+)(?:[.,]\d+)?(?!\d))"

    def parse(self, written: str) -> Number:
        """Read what a ``pattern`` matched. The language's own separator decides between "1,000" and "1,000"."""
        separators = [c for c in written if not c.isdigit()]
        last = separators[-1] if separators else ""
        tail = written.rpartition(last)[2] if last else ""
        is_decimal = last in {".", ","} and separators.count(last) == 1 and (last == self._decimal or len(tail) != 3)  # noqa: PLR2004 -- a group is 3 digits
        if is_decimal:
            whole = re.sub(r"\D", "", written.rpartition(last)[0])
            return Number(whole=whole, fraction=tail, is_grouped=len(separators) > 1)
        return Number(whole=re.sub(r"\D", "", written), is_grouped=bool(separators))

    def say(self, number: Number, *, noun: str = "") -> str:
        """Say a number; ``noun`` is the gender ("m", "f") of a noun that follows, if one does."""
        if number.fraction:
            return self._with_fraction(number)
        if len(number.whole) > 1 and number.whole.startswith("0"):
            return self.digits(number.whole)
        return self.whole(int(number.whole), noun=noun)

    def whole(self, value: int, *, noun: str = "") -> str:
        """Say a whole number."""
        if value >= _WORD_MAX:
            return self.digits(str(value))
        kind, _, code = self.rules.numbers.partition(":")
        if kind == "native":
            return str(value)
        said = cn2an.an2cn(str(value)) if kind == "cn2an" else str(num2words(value, lang=code)).replace(",", "")
        if kind == "cn2an":
            said = re.sub(r"^一十", "十", said)
        if code == "en" and self.rules.babel == "en_US":
            said = said.replace(" and ", " ")
        if noun == "f":
            return _every(self.rules.feminine, said)
        return _first(self.rules.masculine if noun else (), said)

    def ordinal(self, value: int, *, feminine: bool = False) -> str:
        """Say a number's place: third, troisième."""
        kind, _, code = self.rules.numbers.partition(":")
        if kind != "num2words":
            return self.whole(value)
        said = str(num2words(value, lang=code, to="ordinal")).strip() or self.whole(value)  # no word for the 0th in es
        return re.sub(r"o\b", "a", said) if feminine else said

    def year(self, value: int) -> str:
        """Say a year."""
        kind, _, code = self.rules.numbers.partition(":")
        if kind == "cn2an":
            return self.digits(str(value))
        if self.rules.year_style and kind == "num2words" and value in _YEARS:
            said = str(num2words(value, lang=code, to="year"))
            return said.replace(" and ", " ") if self.rules.babel == "en_US" else said
        return self.whole(value)

    def is_year(self, number: Number) -> bool:
        """Whether a bare number is read as a year is: 2026 is twenty twenty-six."""
        kind = self.rules.numbers.partition(":")[0]
        bare = not number.fraction and not number.is_grouped and len(number.whole) == 4  # noqa: PLR2004 -- a year's digits
        return self.rules.year_style and kind == "num2words" and bare and int(number.whole) in _YEARS

    def digits(self, written: str) -> str:
        """Say digits one by one."""
        words = self.rules.digit_words or tuple(self.whole(digit) for digit in range(10))
        return (" " if self.rules.spaced else "").join(words[int(c)] for c in written if c.isdigit())

    def _with_fraction(self, number: Number) -> str:
        as_number = (
            self.rules.decimals == "number"
            and not number.fraction.startswith("0")
            and len(number.fraction) <= _READ_AS_NUMBER_MAX
        )
        fraction = self.whole(int(number.fraction)) if as_number else self.digits(number.fraction)
        gap = " " if self.rules.spaced else ""
        return gap.join((self.whole(int(number.whole)), self.rules.decimal_word, fraction))


def _every(replacements: Replacements, said: str) -> str:
    for pattern, replacement in replacements:
        said = re.sub(pattern, replacement, said)
    return said


def _first(replacements: Replacements, said: str) -> str:
    for pattern, replacement in replacements:
        changed = re.sub(pattern, replacement, said)
        if changed != said:
            return changed
    return said
