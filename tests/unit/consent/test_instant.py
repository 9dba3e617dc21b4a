"""One text for one instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.instant import instant, parse_instant


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(9000, 1, 1), timezones=st.timezones()))  # noqa: DTZ001 # hypothesis wants naive bounds
def test_instant_is_read_back_as_it_was(at: datetime) -> None:
    assert parse_instant(instant(at)) == at.astimezone(UTC)


def test_same_instant_has_one_text() -> None:
    at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert instant(at) == instant(at.astimezone(timezone(timedelta(hours=5)))) == "2026-11-22T12:00:00.000000Z"


def test_time_without_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        instant(datetime(2026, 11, 22))  # noqa: DTZ001 # the point of the test


@pytest.mark.parametrize(
    "text",
    ["", "2026-11-22", "2026-11-22T12:00:00Z", "2026-11-22T12:00:00.000000+00:00", "2026-13-22T12:00:00.000000Z"],
)
def test_another_form_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"time|month"):
        parse_instant(text)
