"""Dates, spans and counts as people of each language write them. Times are UTC, as everything that is signed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from gettext import NullTranslations
from typing import Final

Filter = Callable[..., str]


def _day(language: str, _: NullTranslations) -> Filter:
    from babel.dates import format_date  # noqa: PLC0415 - with the first page, not with every command

    def day(at: date) -> str:
        return format_date(at, format="medium", locale=language)

    return day


def _moment(language: str, _: NullTranslations) -> Filter:
    from babel.dates import format_datetime  # noqa: PLC0415 - as above

    def moment(at: datetime) -> str:
        return f"{format_datetime(at, format='medium', locale=language)} UTC"

    return moment


def _ago(language: str, words: NullTranslations) -> Filter:
    from babel.dates import format_timedelta  # noqa: PLC0415 - as above

    def ago(at: datetime, now: datetime) -> str:
        span = at - now
        if abs(span) < timedelta(minutes=1):
            return words.gettext("now")
        return format_timedelta(span, add_direction=True, locale=language)

    return ago


def _number(language: str, _: NullTranslations) -> Filter:
    from babel.numbers import format_decimal  # noqa: PLC0415 - as above

    def number(value: float) -> str:
        return format_decimal(value, locale=language)

    return number


def _clock(_language: str, _: NullTranslations) -> Filter:
    """Seconds of media as a player shows them."""

    def clock(value_s: float) -> str:
        whole = round(value_s)
        return f"{whole // 60}:{whole % 60:02d}"

    return clock


def _language_name(language: str, _: NullTranslations) -> Filter:
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - as above

    def named(code: str) -> str:
        try:
            return Locale.parse(code, sep="-").get_display_name(language) or code
        except (UnknownLocaleError, ValueError):
            return code

    return named


FILTERS: Final[dict[str, Callable[[str, NullTranslations], Filter]]] = {
    "day": _day,
    "moment": _moment,
    "ago": _ago,
    "number": _number,
    "clock": _clock,
    "language_name": _language_name,
}
