"""Script and transcript are compared as they are said, not as they are written."""

from __future__ import annotations

import pytest

from pipelines.voice.quality.reading import asked_pause_s, compare, read_out

ALIKE = {
    "price": ("en-US", "Only $12.50!", "only twelve dollars and fifty cents"),
    "price by digits": ("fr-FR", "Seulement 12,50 €", "seulement 12,50 €"),
    "number as digits": ("de-DE", "In zehn Sekunden.", "In 10 Sekunden"),
    "a pause": ("en-US", "Soft. [pause 2s] Light.", "soft light"),
    "a language without rules": ("nl-NL", "Goede morgen.", "goede morgen"),
}


@pytest.mark.parametrize(("locale", "script", "heard"), ALIKE.values(), ids=ALIKE)
def test_writing_is_no_error(locale: str, script: str, heard: str) -> None:
    assert compare(script, heard, locale=locale).letters == 0.0


def test_a_respelled_brand_may_be_heard_either_way() -> None:
    said = {"Sayso": "say so"}

    for heard in ("Sayso is here", "say so is here"):
        assert compare("Sayso is here.", heard, locale="en-US", pronunciations=said).words == 0.0


def test_a_transcript_that_no_script_may_be_is_compared_all_the_same() -> None:
    assert compare("Hello there.", "hello [pause 99s] there", locale="en-US").letters > 0.0


def test_the_longest_pause_counts() -> None:
    assert asked_pause_s("One. [pause 1s] Two. [pause 2.5 s] Three.", locale="en-US") == 2.5
    assert asked_pause_s("One. Two.", locale="en-US") == 0.0


def test_numbers_are_read_out() -> None:
    assert "ten" in read_out("In 10 seconds", locale="en-US")


MARKED = {
    "a kind": ("<say-as interpret-as='digits'>2026</say-as> is here.", "Two zero two six is here."),
    "letters": ("Ask <say-as interpret-as='characters'>BBC</say-as>.", "Ask B, B, C."),
    "an alias": ("Drink <sub alias='the best tea'>T</sub> now.", "Drink the best tea now."),
    "what is shown": ("It costs <say-as interpret-as='currency'>$5</say-as>.", "It costs $5."),
    "emphasis": ("Drink <emphasis>tea</emphasis>,<break time='1s'/> now.", "drink tea now"),
}


@pytest.mark.parametrize(("body", "heard"), MARKED.values(), ids=MARKED)
def test_markup_is_no_error(body: str, heard: str) -> None:
    script = f"<speak>{body}</speak>"
    assert compare(script, heard, locale="en-US").letters == 0.0
    assert compare(script, "Something else was said.", locale="en-US").letters > 0.3


def test_the_longest_break_is_asked_for() -> None:
    assert asked_pause_s("<speak><p>A<break time='2s'/> b</p><break/></speak>", locale="en-US") == 2.0
    assert asked_pause_s("<speak><p>A</p><p>b</p></speak>", locale="en-US") == 0.0
