"""Dates, money, places and languages as the readers of one language write them (Unicode CLDR, by babel)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, get_currency_precision

from studio.wordings.texts import Wording

_GROUPS: Final = {"EU": "eu", "WORLD": "world"}  # places that are no country


class Local:
    """Says values in the language of a wording. What no table knows is said as it stands, and never left out."""

    def __init__(self, words: Wording) -> None:
        self._words = words.words
        self._locale = Locale.parse(words.language, sep="-")

    def listed(self, items: Iterable[str]) -> str:
        """Several things as one phrase, or the word for nothing."""
        known = list(items)
        return format_list(known, locale=self._locale) if known else self._words["nothing"]

    def language(self, tag: str) -> str:
        """A language by its BCP 47 tag."""
        try:
            known = Locale.parse(tag, sep="-", resolve_likely_subtags=False).get_display_name(self._locale)
        except (UnknownLocaleError, ValueError):  # CLDR names more languages than it has locales of
            base, _, rest = tag.partition("-")
            name = self._locale.languages.get(base)
            known = f"{name} ({rest})" if name and rest else name
        return known or tag

    def territory(self, code: str) -> str:
        """A place by its ISO 3166 code; EU and WORLD are places too."""
        if code in _GROUPS:
            return self._words[_GROUPS[code]]
        country, _, part = code.partition("-")
        name = self._locale.territories.get(country, country)
        return f"{name} ({part})" if part else name

    def topic(self, name: str) -> str:
        """A topic of assets/topics by its name, or one that somebody wrote down."""
        return self._words.get(f"topic_{name}", name)

    def day(self, day: date) -> str:
        """A date in full."""
        return format_date(day, format="long", locale=self._locale)

    def days(self, count: int) -> str:
        """How long something is kept; none means not at all."""
        return self._counted("days", count)

    def within(self, count: int) -> str:
        """How soon something is done; no days mean at once."""
        return self._counted("within", count)

    def number(self, count: int) -> str:
        """A whole number with its separators."""
        return format_decimal(count, locale=self._locale)

    def money(self, minor_units: int, currency: str) -> str:
        """An amount with its currency."""
        amount = Decimal(minor_units).scaleb(-get_currency_precision(currency))
        return format_currency(amount, currency, locale=self._locale)

    def _counted(self, key: str, count: int) -> str:
        exact = self._words.get(f"{key}_{count}")
        return self._words[key].format(count=self.number(count)) if exact is None else exact
