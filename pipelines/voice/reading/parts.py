"""Parts and places: fractions ("3/4", "1 ½") and Roman numerals where the words beside them say what they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.voice.reading.numbers import NumberReader
from pipelines.voice.reading.rules import RomanRule

_SIGNS = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅛": "1/8"}
_ROMAN = r"(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3})"  # to 39: centuries, rulers, parts
_VALUES = {"I": 1, "V": 5, "X": 10}


class FractionReader:
    """Finds and says the fractions that a language's table names."""

    def __init__(self, numbers: NumberReader) -> None:
        self._numbers = numbers
        self._rules = numbers.rules
        named = {written for key in (*self._rules.fractions, *self._rules.mixed) for written in [key.split()[-1]]}
        forms = [sign for sign, written in _SIGNS.items() if written in named] + sorted(named)
        share = "|".join(re.escape(form) for form in forms) or "(?!)"
        self.pattern = re.compile(rf"(?<![\w.,/])(?:(?P<whole>\d{{1,3}})\s?)?(?P<share>{share})(?![\d/])")

    def say(self, match: re.Match[str]) -> str | None:
        """Say what ``pattern`` matched; None when the language has no words for it."""
        share = _SIGNS.get(match["share"], match["share"])
        if match["whole"] is None:
            return self._rules.fractions.get(share)
        if share == match["share"] and not re.search(r"\s", match[0]):
            return None  # "11/2" is no "1 1/2"
        own = self._rules.fractions.get(f"{match['whole']} {share}")
        if own is not None:
            return own
        template = self._rules.mixed.get(share)
        return template.format(n=self._numbers.whole(int(match["whole"]), noun="m")) if template else None


class RomanReader:
    """Finds and says Roman numerals by the language's own rules; the group ``r`` is what is read."""

    def __init__(self, numbers: NumberReader) -> None:
        self._numbers = numbers

    def rules(self) -> Iterator[tuple[re.Pattern[str], RomanRule]]:
        """Yield each rule with its pattern."""
        for rule in self._numbers.rules.roman:
            before = rf"\b(?:{rule.after})\s" if rule.after else r"\b"
            then = rf"(?=\s(?:{rule.before})\b)" if rule.before else ""
            yield re.compile(rf"{before}(?P<r>(?P<n>{_ROMAN}){rule.suffix})(?!\w){then}"), rule

    def say(self, match: re.Match[str], rule: RomanRule) -> str:
        """Say a numeral as its rule wants it."""
        value = _value(match["n"])
        if rule.said == "ordinal" and (rule.most is None or value <= rule.most):
            said = self._numbers.ordinal(value, feminine=rule.feminine)
        else:
            said = self._numbers.whole(value)
        return rule.template.format(n=said)


def _value(roman: str) -> int:
    values = [_VALUES[letter] for letter in roman]
    return sum(-v if v < max(values[i:]) else v for i, v in enumerate(values))
