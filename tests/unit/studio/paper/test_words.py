"""Paper speaks every language in which a subject reads."""

from __future__ import annotations

import string

import pytest

from studio.consents.destruction import LAWS, What
from studio.paper.words import paper_words
from studio.wordings.texts import languages

GROUPS = ("receipt", "destruction", "what")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", languages())
def test_every_language_has_the_same_words_with_the_same_places(language: str) -> None:
    words, english = paper_words(language), paper_words("en")
    assert words.language == language
    for group in GROUPS:
        here, there = getattr(words, group), getattr(english, group)
        assert {key: placeholders(text) for key, text in here.items()} == {
            key: placeholders(text) for key, text in there.items()
        }
        assert all(text.strip() == text and text for text in here.values())


@pytest.mark.parametrize(("asked", "found"), [("pt", "pt-BR"), ("fr-CA", "fr"), ("PT-br", "pt-BR"), ("xx", "en")])
def test_the_nearest_language_is_taken(asked: str, found: str) -> None:
    assert paper_words(asked).language == found


def test_there_is_a_word_for_everything_that_can_be_destroyed_and_for_each_cause() -> None:
    words = paper_words("en")
    assert set(words.what) == set(What.__args__)
    assert {f"cause_{cause}" for cause in LAWS} <= set(words.destruction)
