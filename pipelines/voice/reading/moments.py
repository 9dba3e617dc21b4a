"""Dates and clock times."""

from __future__ import annotations

import datetime as dt
import re

from babel.dates import get_month_names

from pipelines.voice.reading.numbers import NumberReader

_ISO = r"(?P<iso_y>\d{4})-(?P<iso_m>\d{2})-(?P<iso_d>\d{2})"
_LOCAL = {
    "mdy": r"(?P<loc_m>\d{1,2})/(?P<loc_d>\d{1,2})/(?P<loc_y>\d{4})",
    "dmy": r"(?P<loc_d>\d{1,2})[/.-](?P<loc_m>\d{1,2})[/.-](?P<loc_y>\d{4})",
    "ymd": r"(?P<loc_y>\d{4})[/.](?P<loc_m>\d{1,2})[/.](?P<loc_d>\d{1,2})",
}
_HOURS, _MINUTES = 24, 60


class DateReader:
    """Finds and says dates: 2026-11-30, the language's own order of digits, and dates with a month's name."""

    def __init__(self, numbers: NumberReader) -> None:
        self._numbers = numbers
        self._rules = numbers.rules.date
        wide = get_month_names("wide", "format", numbers.rules.babel)
        self._months = {number: str(name) for number, name in wide.items()}
        short = get_month_names("abbreviated", "format", numbers.rules.babel)
        self._by_name = {
            str(name).lower().rstrip("."): number for names in (wide, short) for number, name in names.items()
        }
        months = "|".join(sorted(map(re.escape, self._by_name), key=len, reverse=True)) + r")(?![^\W\d_]"
        self.digits = re.compile(rf"(?<![\d/.-])(?:{_ISO}|{_LOCAL[self._rules.order]})(?![\d/-])")
        self.written = tuple(
            re.compile(rf"(?<![A-Za-z0-9.,])(?:{pattern.replace('{months}', months)})", re.IGNORECASE)
            for pattern in self._rules.written
        )

    def say_digits(self, match: re.Match[str]) -> str | None:
        """Say a date in digits; None when there is no such day."""
        side = "iso" if match["iso_y"] else "loc"
        year, month, day = (int(match[f"{side}_{part}"]) for part in "ymd")
        try:
            dt.date(year, month, day)
        except ValueError:
            return None
        return self._rules.spoken.format(day=self._day(day), month=self._months[month], year=self._numbers.year(year))

    def say_written(self, match: re.Match[str]) -> str:
        """Say a date with a month's name, keeping what stands between its parts."""
        if self._rules.day_first is not None and match[0][0].isdigit():
            return self._day_first(match)
        said = match[0]
        month = match.groupdict().get("month") or ""
        if not month.isdigit():
            whole = self._months.get(self._by_name.get(month.lower(), 0), month)
            said = re.sub(rf"{re.escape(month)}\.?", whole, said, count=1) if month.lower() != whole.lower() else said
        for part in ("year", "day", "month"):
            said = self._with_part(match, said, part)
        return said

    def _day_first(self, match: re.Match[str]) -> str:
        groups = match.groupdict()
        month = self._months.get(self._by_name.get(groups["month"].lower(), 0), groups["month"])
        said = (self._rules.day_first or "").format(day=self._day(int(groups["day"])), month=month)
        if re.search(r"\bthe\s$", match.string[: match.start()]):
            said = said.removeprefix("the ")
        return f"{said} {self._numbers.year(int(groups['year']))}" if groups.get("year") else said

    def _with_part(self, match: re.Match[str], said: str, part: str) -> str:
        groups = match.groupdict()
        if not (groups.get(part) or "").isdigit():  # absent, or a month's name
            return said
        value = int(groups[part])
        words = self._numbers.year(value) if part == "year" else self._day(value)
        tail = {"month": "", "day": r"(?:st|nd|rd|th|\.)?", "year": ""}[part]
        return re.sub(rf"(?<!\d){groups[part]}(?!\d){tail}", words, said, count=1)

    def _day(self, day: int) -> str:
        if day == 1 and self._rules.first is not None:
            return self._rules.first
        if self._rules.day == "ordinal":
            return self._numbers.ordinal(day) + self._rules.ordinal_ending
        return self._numbers.whole(day)


class TimeReader:
    """Finds and says clock times."""

    def __init__(self, numbers: NumberReader) -> None:
        self._numbers = numbers
        self._rules = numbers.rules.time
        half_day = r"(?:\s?(?P<half>[ap])\.?m\b\.?)" if self._rules.am_pm else r"(?P<half>(?!))"
        clock = rf"(?P<h>\d{{1,2}}){self._rules.separator}(?P<m>\d{{2}})(?!\d){half_day}?{self._rules.suffix}"
        self.pattern = re.compile(rf"(?<![\d:.,]){clock}(?!:?\d)", re.IGNORECASE)
        bare = rf"(?P<h>\d{{1,2}}){half_day}" if self._rules.am_pm else self._rules.bare_hour
        self.bare_pattern = re.compile(rf"(?<![\d:.,]){bare}", re.IGNORECASE) if bare else None

    def say(self, match: re.Match[str]) -> str | None:
        """Say what a pattern matched; None when there is no such time."""
        groups = match.groupdict()
        hour, minute = int(groups["h"]), int(groups.get("m") or 0)
        if hour > _HOURS or minute >= _MINUTES:
            return None
        half = (groups.get("half") or "").upper()
        said_hour = self._rules.hours.get(hour) or self._numbers.whole(hour)
        own = self._rules.quarters.get(f"{hour}:{minute:02}") or self._rules.quarters.get(f"{minute:02}")
        if own is not None:
            return own.format(h=said_hour, next=self._numbers.whole(hour % 12 + 1))
        if minute == 0:
            full = self._rules.full if "m" in groups else self._rules.bare or self._rules.full
            said = said_hour if half else full.format(h=said_hour)
        else:
            said_minute = self._numbers.whole(minute)
            if minute < 10:  # noqa: PLR2004 -- one digit
                said_minute = self._rules.small_minute.format(m=said_minute)
            said = self._rules.part.format(h=said_hour, m=said_minute)
        if hour <= 1 and self._rules.one is not None:
            said = said.replace(*self._rules.one)
        return f"{said} {half} M" if half else said
