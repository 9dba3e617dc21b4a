"""The pronunciation dictionary: which entry counts where, and what is wrong with one, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.voice.phonemes.dictionary import Entry, Wrong, read_entries, resolved
from pipelines.voice.phonemes.espeak import EspeakChild
from pipelines.voice.script.planner import ScriptPlanner


def entries(table: dict[str, object]) -> list[Entry]:
    found = [one for _, one in read_entries(table)]
    assert all(isinstance(one, Entry) for one in found), found
    return [one for one in found if isinstance(one, Entry)]


TABLE: dict[str, object] = {
    "Sayso": "say so",
    "Coffee One": "/ˈkɔfi wʌn/",
    "Coffee": "koffee",
    "IT": {"sub": "eye tee", "case": True},
    "fr": {"Sayso": "sé so", "Thé": {"ipa": "te"}},
    "fr-CA": {"Sayso": "say sow"},
}

CASES = {
    "for all languages": ("de-DE", "Sayso kommt.", {"Sayso": "say so"}),
    "a language before all": ("fr-FR", "Sayso et Thé.", {"Sayso": "sé so", "Thé": "/te/"}),
    "a region before a language": ("fr-CA", "Sayso.", {"Sayso": "say sow"}),
    "however it is capitalised": ("en-US", "SAYSO, sayso", {"SAYSO": "say so", "sayso": "say so"}),
    "the longest first": ("en-US", "Coffee One, coffee.", {"Coffee One": "/ˈkɔfi wʌn/", "coffee": "koffee"}),
    "only as written": ("en-US", "IT, I say, it is.", {"IT": "eye tee", "it": "it"}),
    "whole words": ("en-US", "Saysos, Coffees", {}),
    "none": ("en-US", "Tea.", {}),
}


@pytest.mark.parametrize(("locale", "text", "said"), CASES.values(), ids=CASES)
def test_which_entry_counts(locale: str, text: str, said: dict[str, str]) -> None:
    assert resolved(entries(TABLE), text=text, locale=locale) == said


def test_without_spaces_a_word_counts_anywhere() -> None:
    said = resolved(entries({"珈琲": "コーヒー"}), text="新しい珈琲です", locale="ja-JP")
    assert said == {"珈琲": "コーヒー"}


WRONG = {
    "no IPA": ({"Sayso": "/aʕa/"}, ("Sayso",), "has 'ʕ' (U+0295), which no voice can say; the nearest is 'ʁ'"),
    "no IPA in a language": ({"fr": {"Sayso": {"ipa": "SAY"}}}, ("fr", "Sayso"), "IPA has no capital letters"),
    "no language": ({"nl": {"Sayso": "say so"}}, ("nl",), "'nl' is no language that is spoken"),
    "two ways": ({"Sayso": {"ipa": "a", "sub": "b"}}, ("Sayso",), "say 'Sayso' one way"),
    "a field that is none": ({"fr": {"Sayso": {"sub": "b", "tone": "x"}}}, ("fr", "Sayso"), "one way"),
    "nothing": ({"Sayso": " "}, ("Sayso",), "is empty"),
    "a number": ({"Sayso": 7}, ("Sayso",), "is empty or no text"),
    "no word": ({"...": "dots"}, ("...",), "'...' is no word"),
    "blanks": ({" Sayso": "say so"}, (" Sayso",), "no blanks around"),
    "a case that is none": ({"Sayso": {"sub": "b", "case": "yes"}}, ("Sayso",), "case is true or false"),
}


@pytest.mark.parametrize(("table", "keys", "why"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_with_its_keys(table: dict[str, object], keys: tuple[str, ...], why: str) -> None:
    ((found, wrong),) = read_entries(table)
    assert found == keys
    assert isinstance(wrong, Wrong)
    assert re.search(re.escape(why), wrong.why)


@given(
    words=st.lists(st.text("abAB ", min_size=1, max_size=4).map(str.strip).filter(bool), max_size=4),
    text=st.text("abAB ", max_size=20),
)
def test_every_word_found_stands_in_the_text(words: list[str], text: str) -> None:
    found = resolved(entries(dict.fromkeys(words, "x")), text=text, locale="en-US")
    assert all(surface in text for surface in found)
    folded = {word.casefold() for word in words}
    assert {surface for surface, said in found.items() if said == "x"} == {
        surface for surface in found if surface.casefold() in folded
    }


@pytest.fixture(scope="module")
def planner() -> Iterator[ScriptPlanner]:
    child = EspeakChild()
    yield ScriptPlanner(child)
    child.close()


@pytest.mark.parametrize("form", ["{}", "<speak>{}</speak>"], ids=["plain", "SSML"])
def test_a_take_says_its_words_so_and_shows_them_as_written(planner: ScriptPlanner, form: str) -> None:
    text = "Coffee One, it is."
    own = resolved(entries(TABLE | {"it": {"sub": "eat", "case": True}}), text=text, locale="en-US")
    _, (one,) = planner.plan(form.format(text), locale="en-US", pronunciations=own)
    said = [s for s, span in zip(one.said.symbols, one.said.spans, strict=True) if span and span.end == 10]
    assert "".join(said) == "ˈkɔfiwʌn"
    assert "ˈit" in one.said.symbols
