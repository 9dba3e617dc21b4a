"""Which language a page speaks, and that the catalogues say everything that the pages do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from studio.catalogues.collect import forms_of, renew, said, written
from studio.catalogues.languages import NAMES, SOURCE, choose_language
from studio.catalogues.translations import FOLDER, translations_of

TRANSLATED = sorted(set(NAMES) - {SOURCE})
PLACE = re.compile(r"%\((\w+)\)s|%[sd]")


@pytest.mark.parametrize(
    ("chosen", "accepted", "answer"),
    [
        ("de", "fr", "de"),
        ("", "fr-CA, en;q=0.8", "fr"),
        ("", "en;q=0.3, it;q=0.9", "it"),
        ("", "ja, es;q=0.1", "es"),
        ("", "de;q=0, fr;q=0.2", "fr"),
        ("", "de;q=nonsense", "en"),
        ("xx", "", "en"),
        ("../../etc/passwd", "*", "en"),
    ],
)
def test_the_choice_comes_first_then_the_browser_then_english(chosen: str, accepted: str, answer: str) -> None:
    assert choose_language(chosen, accepted) == answer


def catalogue(language: str) -> Catalog:
    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_of_the_pages_is_translated(language: str) -> None:
    known = catalogue(language)
    for message in said():
        if not message.id:
            continue
        found = known.get(message.id, message.context)
        assert found is not None, f"{message.id!r} is new; run: python -m studio.catalogues.collect"
        assert all(forms_of(found.string)), f"{language}.po does not translate {message.id!r}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_keeps_every_place_that_is_filled_in(language: str) -> None:
    for message in catalogue(language):
        if not message.id:
            continue
        source, forms = forms_of(message.id), forms_of(message.string)
        wanted = set().union(*(PLACE.findall(one) for one in source))
        for form in forms:
            assert set(PLACE.findall(form)) <= wanted, message.id
        assert set(PLACE.findall(forms[-1])) == set(PLACE.findall(source[-1])), message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_catalogues_hold_nothing_that_no_page_says(language: str) -> None:
    wanted = {message.id for message in said()}
    assert {message.id for message in catalogue(language)} <= wanted


def test_a_changed_message_is_left_empty_rather_than_guessed(tmp_path: Path) -> None:
    before = Catalog(locale="fr")
    before.add("Sign out now", "Se déconnecter")
    (tmp_path / "fr.po").write_text(written(before), encoding="utf-8")
    messages = Catalog()
    messages.add("Sign out then")
    after = renew("fr", messages, folder=tmp_path)
    assert [(one.id, forms_of(one.string)) for one in after if one.id] == [("Sign out then", ("",))]


def test_english_says_what_the_template_says() -> None:
    assert translations_of("en").gettext("Sign out") == "Sign out"
    assert translations_of("de").gettext("Sign out") == "Abmelden"


def test_an_unknown_language_has_no_catalogue() -> None:
    with pytest.raises(KeyError):
        translations_of("tlh")
