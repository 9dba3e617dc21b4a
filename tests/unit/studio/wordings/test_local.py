"""Values as readers write them; what no table knows stays as it is, and nothing crashes a page."""

from __future__ import annotations

from datetime import date

import pytest

from studio.wordings.local import Local
from studio.wordings.texts import languages, wording


def of(language: str) -> Local:
    return Local(wording(language))


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("fr", "French"),
        ("en-US", "English (United States)"),
        ("zh-Hant-TW", "Chinese (Traditional, Taiwan)"),
        ("tlh", "Klingon"),
        ("tlh-US", "Klingon (US)"),
        ("qqq", "qqq"),
    ],
)
def test_a_language_is_named_or_left_as_it_stands(tag: str, said: str) -> None:
    assert of("en").language(tag) == said


@pytest.mark.parametrize(
    ("code", "said"),
    [("FR", "France"), ("US-NY", "United States (NY)"), ("EU", "the European Union"), ("XQ", "XQ")],
)
def test_a_place_is_named_or_left_as_it_stands(code: str, said: str) -> None:
    assert of("en").territory(code) == said


def test_a_topic_of_the_studio_is_named_and_an_own_one_stays() -> None:
    assert (of("de").topic("weapons"), of("de").topic("Jagd")) == ("Waffen", "Jagd")


@pytest.mark.parametrize("language", languages())
def test_no_day_one_day_and_many_are_said_apart(language: str) -> None:
    local = of(language)
    for said in (local.days, local.within):
        assert len({said(count) for count in (0, 1, 7)}) == 3
        assert "{" not in said(7)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "€4,500.00"), ("de", "4.500,00\xa0€"), ("fr", "4\u202f500,00\xa0€")]
)
def test_money_is_in_the_readers_form(language: str, said: str) -> None:
    assert of(language).money(450_000, "EUR") == said


def test_dates_are_in_the_readers_form() -> None:
    day = date(2026, 11, 3)
    assert (of("en").day(day), of("ja").day(day)) == ("November 3, 2026", "2026年11月3日")
