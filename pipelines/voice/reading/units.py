"""Measures: a number and a unit's sign. The names and their plurals come from Babel (CLDR)."""

from __future__ import annotations

import re

from babel.units import format_unit

from pipelines.voice.reading.numbers import NumberReader

_UNITS = {
    "km/h": "speed-kilometer-per-hour", "mph": "speed-mile-per-hour", "km": "length-kilometer",
    "cm": "length-centimeter",
    "mm": "length-millimeter", "m": "length-meter", "m²": "area-square-meter", "m2": "area-square-meter",
    "km²": "area-square-kilometer", "kg": "mass-kilogram", "mg": "mass-milligram", "g": "mass-gram", "lb": "mass-pound",
    "lbs": "mass-pound", "oz": "mass-ounce", "ml": "volume-milliliter", "mL": "volume-milliliter",
    "cl": "volume-centiliter",
    "l": "volume-liter", "L": "volume-liter", "°C": "temperature-celsius", "℃": "temperature-celsius",
    "°F": "temperature-fahrenheit", "kWh": "energy-kilowatt-hour", "kW": "power-kilowatt", "W": "power-watt",
    "TB": "digital-terabyte", "GB": "digital-gigabyte", "Go": "digital-gigabyte", "MB": "digital-megabyte",
    "Mo": "digital-megabyte", "min": "duration-minute", "kcal": "energy-kilocalorie",
    "m³": "volume-cubic-meter", "㎡": "area-square-meter", "㎞": "length-kilometer", "㎏": "mass-kilogram",
    "㎝": "length-centimeter", "ha": "area-hectare", "ft": "length-foot", "GHz": "frequency-gigahertz",
    "MHz": "frequency-megahertz", "Hz": "frequency-hertz", "V": "electric-volt",
}  # fmt: skip
_FRENCH_ONLY = frozenset({"Go", "Mo"})  # octets; elsewhere they are words


class UnitReader:
    """Finds and says measures in one language."""

    def __init__(self, numbers: NumberReader) -> None:
        self._numbers = numbers
        self._units = {
            sign: name for sign, name in _UNITS.items() if sign not in _FRENCH_ONLY or numbers.rules.babel == "fr_FR"
        }
        self._units.update((sign, "") for sign in numbers.rules.units if sign not in self._units)
        signs = "|".join(sorted(map(re.escape, self._units), key=len, reverse=True))
        self.pattern = re.compile(
            rf"(?:(?P<minus>(?<![\w)%€.,])[-−](?=\d))|(?<![A-Za-z0-9.,])){numbers.pattern('n')}\s?(?P<unit>{signs})(?![A-Za-zÀ-ÿ0-9²³/'’])"
        )

    def say(self, match: re.Match[str]) -> str | None:
        """Say what ``pattern`` matched; None when nobody knows the unit's name in this language."""
        said = self._measure(match)
        if said is None or not match["minus"]:
            return said
        rules = self._numbers.rules
        is_degrees = match["unit"][0] in "°℃"
        minus = rules.minus_degrees if is_degrees and rules.minus_degrees is not None else rules.minus
        return f"{minus}{' ' if rules.spaced else ''}{said}"

    def _measure(self, match: re.Match[str]) -> str | None:
        number = self._numbers.parse(match["n"])
        sign = match["unit"]
        gap = " " if self._numbers.rules.spaced else ""
        own = self._numbers.rules.units.get(sign)
        if own is not None:
            return f"{self._numbers.say(number)}{gap}{own}"
        # the sample number only picks the plural; its digits are replaced by words
        sample = 1 if number.is_one else 5
        named = format_unit(sample, self._units[sign], length="long", locale=self._numbers.rules.babel)
        if self._units[sign] in named:  # CLDR has no name here: format_unit echoes the key
            return None
        said = self._numbers.say(number, noun="f" if _is_feminine(named) else "m")
        return re.sub(r"\s+", " ", named.replace(str(sample), said).replace("\u00a0", " "))


def _is_feminine(named: str) -> bool:
    # Of the units above, only these are feminine in a language whose "one" shows it.
    return bool(
        re.search(
            r"\b(livre|once|libra|onza|libbra|oncia|onça|kilocalorie|kilocaloría|caloría|Minute|Kilowattstunde)", named
        )
    )
