"""Amounts of money: a sign or code before or after a number, with "million" between if need be."""

from __future__ import annotations

import re

from babel.numbers import get_currency_name

from pipelines.voice.reading.numbers import Number, NumberReader

_SIGNS = {"US$": "USD", "R$": "BRL", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "￥": "JPY", "₹": "INR"}
_CODES = ("EUR", "USD", "GBP", "JPY", "CNY", "RMB", "INR", "BRL", "CHF", "CAD", "AUD", "MXN", "SEK", "PLN", "KRW")
_SIGN_PATTERN = "|".join(re.escape(sign) for sign in _SIGNS)
_CODE_PATTERN = "|".join(_CODES)


class MoneyReader:
    """Finds and says amounts in one language."""

    def __init__(self, numbers: NumberReader) -> None:
        self._numbers = numbers
        self._rules = numbers.rules.money
        scales = "|".join(sorted(map(re.escape, self._rules.scales), key=len, reverse=True))
        before = rf"(?:(?P<sign_a>{_SIGN_PATTERN})\s?|(?<![A-Za-z])(?P<code_a>{_CODE_PATTERN})\s?)"
        after = rf"(?:\s?(?P<sign_b>{_SIGN_PATTERN})(?!\d)|\s?(?P<code_b>{_CODE_PATTERN})(?![A-Za-z]))"
        gap, end = (r"\s?", r"(?!\w)") if numbers.rules.spaced else ("", "")
        amount = {side: rf"{numbers.pattern(side)}(?:{gap}(?P<{side}_scale>{scales}){end})?" for side in ("x", "y")}
        self.pattern = re.compile(f"{before}{amount['x']}|(?<![A-Za-z0-9.,]){amount['y']}{after}")

    def say(self, match: re.Match[str]) -> str:
        """Say what ``pattern`` matched."""
        side = "x" if match["x"] else "y"
        number = self._numbers.parse(match[side])
        code = self._code(match)
        scale = match[f"{side}_scale"]
        if scale:
            said = self._numbers.say(number, noun="m")
            plural = self._names(code)[1]
            template = self._rules.scaled
            if plural[0].lower() in "aeiouy" and " de {name}" in template and self._numbers.rules.babel == "fr_FR":
                template = template.replace(" de {name}", " d'{name}")
            if scale in {"mille", "mil", "mila"}:  # a number, not a noun: no "of"
                template = "{n} {scale} {name}"
            return template.format(n=said, scale=scale, name=plural)
        return self._amount(number, code)

    def _amount(self, number: Number, code: str) -> str:
        one, many, gender, minor_one, minor_many = self._names(code)
        minor = int((number.fraction + "00")[:2])
        gap = " " if self._numbers.rules.spaced else ""
        name = one if int(number.whole) == 1 else many
        if not minor:
            return f"{self._numbers.whole(int(number.whole), noun=gender)}{gap}{name}"
        if self._rules.minor_as_decimal or len(number.fraction) > 2:  # noqa: PLR2004 -- hundredths have two digits
            return f"{self._numbers.say(number)}{gap}{many}"
        minor_name = minor_one if minor == 1 else minor_many
        minor_said = self._numbers.whole(minor, noun="m")
        if int(number.whole) == 0:
            return f"{minor_said}{gap}{minor_name}"
        major_said = self._numbers.whole(int(number.whole), noun=gender)
        if "{minor_name}" not in self._rules.with_minor:
            minor_said = self._numbers.whole(minor)
        return self._rules.with_minor.format(major=major_said, name=name, minor=minor_said, minor_name=minor_name)

    def _code(self, match: re.Match[str]) -> str:
        sign = match["sign_a"] or match["sign_b"]
        code = _SIGNS[sign] if sign else match["code_a"] or match["code_b"]
        if sign in {"¥", "￥"} and self._numbers.rules.babel.startswith("zh"):
            return "CNY"  # one sign, two currencies: in Chinese copy it is the yuan
        return "CNY" if code == "RMB" else code

    def _names(self, code: str) -> tuple[str, str, str, str, str]:
        if code in self._rules.names:
            return self._rules.names[code]
        one, many = (str(get_currency_name(code, count=n, locale=self._numbers.rules.babel)) for n in (1, 2))
        return one, many, "m", "", ""
