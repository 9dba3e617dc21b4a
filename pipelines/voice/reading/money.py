"""Amounts of money: a sign or code before or after a number, with "million" between if need be."""

from __future__ import annotations

import re

from babel.numbers import get_currency_name

from pipelines.voice.reading.numbers import Number, NumberReader

_SIGNS = {
    "US$": "USD",
    "R$": "BRL",
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "￥": "JPY",
    "₹": "INR",
    "Rs.": "INR",
    "रु.": "INR",
}
_CODES = ("EUR", "USD", "GBP", "JPY", "CNY", "RMB", "INR", "BRL", "CHF", "CAD", "AUD", "MXN", "SEK", "PLN", "KRW")
_SIGN_PATTERN = "|".join(re.escape(sign) for sign in _SIGNS)
_CODE_PATTERN = "|".join(_CODES)


class MoneyReader:
    """Finds and says amounts in one language."""

    def __init__(self, numbers: NumberReader) -> None:
        self._numbers = numbers
        self._rules = numbers.rules.money
        known = (*self._rules.scales, *self._rules.short_scales)
        scales = "|".join(sorted(map(re.escape, known), key=len, reverse=True))
        before = rf"(?:(?P<sign_a>{_SIGN_PATTERN})\s?|(?<![A-Za-z])(?P<code_a>{_CODE_PATTERN})\s?)"
        after = rf"(?:\s?(?P<sign_b>{_SIGN_PATTERN})(?!\d)|\s?(?P<code_b>{_CODE_PATTERN})(?![A-Za-z]))"
        gap, end = (r"\s?", r"(?![^\W_])") if numbers.rules.spaced else ("", "")
        even = r"(?:[.,][-–—]{1,2})?"  # "19,-" and "20.–" are whole amounts
        amount = {
            side: rf"{numbers.pattern(side)}{even}(?:{gap}(?P<{side}_scale>{scales}){end})?" for side in ("x", "y")
        }
        minus = r"(?P<minus>(?<![\w)%€$£¥₹.,])[-−](?=\S))?"
        self.pattern = re.compile(
            rf"{minus}(?:{before}{amount['x']}(?:\s(?P<code_c>{_CODE_PATTERN})(?![A-Za-z]))?"
            rf"|(?<![A-Za-z0-9.,]){amount['y']}{after})"
        )
        to = r"\s?[-–~～〜]\s?"
        self.range_pattern = re.compile(rf"{before}(?P<a>\d{{1,6}}){to}(?P<b>\d{{1,6}})(?![\d.,]*\d|\s?%)")
        bare = "|".join(sorted(map(re.escape, self._rules.bare_scales), key=len, reverse=True)) or "(?!)"
        self.scaled_pattern = re.compile(rf"(?<![A-Za-z0-9.,]){numbers.pattern('x')}{gap}(?P<x_scale>{bare}){end}")

    def say(self, match: re.Match[str]) -> str:
        """Say what ``pattern`` matched."""
        said = self._positive(match)
        return f"{self._numbers.rules.minus}{self._gap}{said}" if match["minus"] else said

    def say_range(self, match: re.Match[str]) -> str:
        """Say what ``range_pattern`` matched: "$5-10"."""
        a, b = (self._numbers.whole(int(match[part])) for part in "ab")
        return f"{self._numbers.rules.range.format(a=a, b=b)}{self._gap}{self._names(self._code(match))[1]}"

    def say_scaled(self, match: re.Match[str]) -> str:
        """Say what ``scaled_pattern`` matched: "10k", "1,2 Mio."."""
        number, (said, scale) = self._numbers.parse(match["x"]), self._scaled(match["x"], match["x_scale"])
        return scale if self._is_hidden(number, scale) else f"{said}{self._gap}{scale}"

    @property
    def _gap(self) -> str:
        return " " if self._numbers.rules.spaced else ""

    def _positive(self, match: re.Match[str]) -> str:
        side = "x" if match["x"] else "y"
        number = self._number(match, side)
        code = self._code(match)
        if not match[f"{side}_scale"]:
            return self._amount(number, code)
        said, scale = self._scaled(match[side], match[f"{side}_scale"])
        plural = self._names(code)[1]
        template = self._rules.scaled
        if plural[0].lower() in "aeiouy" and " de {name}" in template and self._numbers.rules.babel == "fr_FR":
            template = template.replace(" de {name}", " d'{name}")
        if scale in {"mille", "mil", "mila"}:  # a number, not a noun: no "of"
            template = "{n} {scale} {name}"
        return template.format(n=said, scale=scale, name=plural)

    def _scaled(self, written: str, scale: str) -> tuple[str, str]:
        number = self._numbers.parse(written)
        forms = self._rules.short_scales.get(scale)
        if forms is not None:
            is_one = number.value < 2 if self._rules.singular_below_two else number.is_one  # noqa: PLR2004 -- the plural starts at two
            scale = forms[0] if is_one else forms[1]
        return self._numbers.say(number, noun=self._rules.scale_gender), scale

    def _is_hidden(self, number: Number, scale: str) -> bool:
        return number.is_one and scale in {"mille", "mil"}  # "1k" is "mille", and nobody says "un mille"

    def _number(self, match: re.Match[str], side: str) -> Number:
        written = match[side]
        sign = match["sign_a"] or match["sign_b"]
        if sign in self._rules.grouped_after and re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", written):
            whole, _, fraction = written.replace(",", "").partition(".")
            return Number(whole=whole, fraction=fraction, is_grouped=True)
        return self._numbers.parse(written)

    def _amount(self, number: Number, code: str) -> str:
        one, many, gender, minor_one, minor_many = self._names(code)
        minor = int((number.fraction + "00")[:2])
        gap = self._gap
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
        found = match.groupdict()
        sign = found["sign_a"] or found.get("sign_b")
        code = found.get("code_c") or (_SIGNS[sign] if sign else found["code_a"] or found["code_b"])
        if sign in {"¥", "￥"} and self._numbers.rules.babel.startswith("zh"):
            return "CNY"  # one sign, two currencies: in Chinese copy it is the yuan
        return "CNY" if code == "RMB" else code

    def _names(self, code: str) -> tuple[str, str, str, str, str]:
        if code in self._rules.names:
            return self._rules.names[code]
        one, many = (str(get_currency_name(code, count=n, locale=self._numbers.rules.babel)) for n in (1, 2))
        return one, many, "m", "", ""
