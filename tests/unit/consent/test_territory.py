"""Places and languages: what covers what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.territory import (
    COUNTRIES,
    EU_MEMBERS,
    covers_language,
    covers_territory,
    is_language,
    is_territory,
)

PLACES = {
    "itself": (("FR",), "FR", True),
    "its region": (("US",), "US-NY", True),
    "not the whole for a region": (("US-NY",), "US", False),
    "not another region": (("US-NY",), "US-CA", False),
    "a region itself": (("US-NY",), "US-NY", True),
    "a member of the union": (("EU",), "DE", True),
    "a region of a member": (("EU",), "DE-BY", True),
    "no neighbour of the union": (("EU",), "CH", False),
    "not the union for a member": (("DE",), "EU", False),
    "the union itself": (("EU",), "EU", True),
    "all members are the union": (tuple(EU_MEMBERS), "EU", True),
    "one member short": (tuple(EU_MEMBERS - {"MT"}), "EU", False),
    "the world": (("WORLD",), "CN", True),
    "the world for no place": (("WORLD",), "generic", True),
    "no place": (("FR",), "generic", False),
    "nothing granted": ((), "FR", False),
    "nothing asked": (("FR",), "", False),
    "an empty grant": (("",), "", False),
    "the world for nothing asked": (("WORLD",), "", False),
    "small letters": (("FR",), "fr", False),
}


@pytest.mark.parametrize(("granted", "asked", "covered"), PLACES.values(), ids=PLACES.keys())
def test_territory_covers(granted: tuple[str, ...], asked: str, *, covered: bool) -> None:
    assert covers_territory(granted, asked) is covered


LOCALES = {
    "itself": (("fr",), "fr", True),
    "its regions": (("pt",), "pt-BR", True),
    "not the whole": (("pt-BR",), "pt", False),
    "not a longer word": (("en",), "eng", False),
    "scripts below": (("zh-Hant",), "zh-Hant-TW", True),
    "letters of any size": (("pt-BR",), "PT-br", True),
    "nothing granted": ((), "fr", False),
    "nothing asked": (("fr",), "", False),
    "an empty grant": (("",), "", False),
}


@pytest.mark.parametrize(("granted", "asked", "covered"), LOCALES.values(), ids=LOCALES.keys())
def test_language_covers(granted: tuple[str, ...], asked: str, *, covered: bool) -> None:
    assert covers_language(granted, asked) is covered


@given(st.sets(st.sampled_from(sorted(COUNTRIES))), st.sampled_from(sorted(COUNTRIES)), st.text(max_size=5))
def test_more_granted_never_covers_less(granted: set[str], more: str, asked: str) -> None:
    assert covers_territory({*granted, more}, asked) or not covers_territory(granted, asked)


def test_list_of_countries_is_complete() -> None:
    assert len(COUNTRIES) == 249
    assert len(EU_MEMBERS) == 27
    assert EU_MEMBERS < COUNTRIES


def test_names_of_places_and_languages() -> None:
    assert all(map(is_territory, ("FR", "US-NY", "EU", "WORLD", "GB")))
    assert not any(map(is_territory, ("UK", "fr", "", "XX-1", "generic", "FR\n", "US-")))
    assert all(map(is_language, ("fr", "pt-BR", "zh-Hant", "zh-Hant-TW", "es-419", "yue")))
    assert not any(map(is_language, ("", "*", "french", "FR", "en_US", "en-", "fr\n")))
