"""``<say-as>``: what a stretch is, said by the reader of its language. What is not of that kind is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from pipelines.voice.markup.script import SaidAs
from pipelines.voice.reading.moments import DateReader, TimeReader
from pipelines.voice.reading.money import MoneyReader
from pipelines.voice.reading.numbers import NumberReader
from pipelines.voice.reading.rules import LanguageRules
from pipelines.voice.reading.units import UnitReader

_DATE_FORMATS: Final = {"ymd": "ymd", "dmy": "dmy", "mdy": "mdy", "yyyymmdd": "ymd"}
_EXAMPLES: Final = {
    "cardinal": "1250",
    "ordinal": "3",
    "digits": "2026",
    "telephone": "+49 30 1234567",
    "date": "2026-11-30",
    "time": "14:30",
    "currency": "12.50 EUR",
    "unit": "5 km",
}


def said_as(part: SaidAs, written: str, *, rules: LanguageRules) -> str:
    """Return the words for a part of kind ``<say-as>``.

    Raises:
        ScriptRefusedError: What is written is not of that kind.
    """
    if part.format and part.value != "date":
        raise part.place.refused(f"format is only for dates, not for {part.value}; leave it out")
    said = _said(part, written, rules)
    if said is None:
        raise part.place.refused(
            f"{written!r} is no {part.value} that {rules.babel.replace('_', '-')} reads; "
            f"write it as in {_EXAMPLES.get(part.value, 'ABC')!r}"
        )
    return said


def _said(part: SaidAs, written: str, rules: LanguageRules) -> str | None:
    numbers = NumberReader(rules)
    if part.value == "date":
        return _date(part, written, numbers)
    return _READERS[part.value](written, numbers)


def _cardinal(written: str, numbers: NumberReader) -> str | None:
    found = re.fullmatch(rf"(?P<minus>[-−])?{numbers.pattern('n')}", written)
    if found is None:
        return None
    number = numbers.parse(found["n"])
    minus = f"{numbers.rules.minus} " if found["minus"] else ""
    return minus + (numbers.say(number) if number.fraction else numbers.whole(int(number.whole)))


def _ordinal(written: str, numbers: NumberReader) -> str | None:
    """A number's place, however its ending is written: 3, 3rd, 3e, 3., 3ª."""
    found = re.fullmatch(rf"{numbers.pattern('n')}(?P<ending>\.|[^\W\d_]{{1,3}}|[ºª])?", written)
    number = numbers.parse(found["n"]) if found else None
    if found is None or number is None or number.fraction:
        return None
    return numbers.ordinal(int(number.whole), feminine=found["ending"] in {"ª", "a"})


def _currency(written: str, numbers: NumberReader) -> str | None:
    money = MoneyReader(numbers)
    found = money.pattern.fullmatch(written)
    return money.say(found) if found else None


def _unit(written: str, numbers: NumberReader) -> str | None:
    units = UnitReader(numbers)
    found = units.pattern.fullmatch(written)
    return units.say(found) if found else None


def _telephone(written: str, numbers: NumberReader) -> str | None:
    if not written.startswith("+"):
        return _digits(written, numbers)
    said = _digits(written[1:].lstrip(), numbers)
    return None if said is None else f"{numbers.rules.symbols['+']} {said}"


def _digits(written: str, numbers: NumberReader) -> str | None:
    if not re.fullmatch(r"[\d\s()./-]*\d[\d\s()./-]*", written, re.ASCII):
        return None
    return ", ".join(numbers.digits(group) for group in re.findall(r"\d+", written))


def _spelled(written: str, numbers: NumberReader) -> str | None:
    """Letters by their names; a comma after each keeps "a" and "I" from being words of the language."""
    said: list[str] = []
    for sign in written:
        if sign.isdecimal():
            said.append(numbers.digits(sign))
        elif sign.isalpha():
            said.append(sign.upper())
        elif sign in numbers.rules.symbols:
            said.append(numbers.rules.symbols[sign])
        elif sign == ".":
            said.append(numbers.rules.dot)
        elif sign not in " -_/":
            return None
    return ", ".join(said) or None


def _date(part: SaidAs, written: str, numbers: NumberReader) -> str | None:
    dates = DateReader(numbers)
    if not part.format:
        found = dates.digits.fullmatch(written)
        if found is not None:
            return dates.say_digits(found)
        matches = (pattern.fullmatch(written) for pattern in dates.written)
        named = next((match for match in matches if match), None)
        return None if named is None else dates.say_written(named)
    order = _DATE_FORMATS.get(part.format)
    if order is None:
        raise part.place.refused(f"format is {part.format!r}; choose one of: {', '.join(_DATE_FORMATS)}")
    fields = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", written) if part.format == "yyyymmdd" else None
    fields = fields or re.fullmatch(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})", written)
    if fields is None:
        return None
    named_fields = dict(zip(order, fields.groups(), strict=True))
    if len(named_fields["y"]) != 4:  # noqa: PLR2004 -- which century is anybody's guess
        return None
    iso = f"{named_fields['y']}-{named_fields['m']:0>2}-{named_fields['d']:0>2}"
    found = dates.digits.fullmatch(iso)
    return dates.say_digits(found) if found else None


def _time(written: str, numbers: NumberReader) -> str | None:
    times = TimeReader(numbers)
    for pattern in (times.pattern, times.bare_pattern):
        found = pattern.fullmatch(written) if pattern is not None else None
        if found is not None:
            return times.say(found)
    return None


_READERS: Final[Mapping[str, Callable[[str, NumberReader], str | None]]] = MappingProxyType(
    {
        "cardinal": _cardinal,
        "ordinal": _ordinal,
        "digits": _digits,
        "telephone": _telephone,
        "characters": _spelled,
        "spell-out": _spelled,
        "time": _time,
        "currency": _currency,
        "unit": _unit,
    }
)
