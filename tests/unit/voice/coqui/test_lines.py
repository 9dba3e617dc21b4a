"""Scripts as lines for nets that read letters."""

from __future__ import annotations

import pytest

from pipelines.errors import ScriptRefusedError
from pipelines.voice.coqui.lines import SCRIPT_CHARACTERS_MAX, Line, lines, words_said
from pipelines.voice.script.pieces import Span


def read(text: str, *, language: str = "de", characters_max: int = 200, **said: str) -> tuple[Line, ...]:
    return lines(text, language=language, pronunciations=said, characters_max=characters_max)


def test_sentences_become_lines_with_the_pause_after_them() -> None:
    first, second = read("Guten Tag! Wie geht es?")
    assert (first.text, second.text) == ("Guten Tag!", "Wie geht es?")
    assert first.pause_s > 0.2


def test_every_letter_knows_what_it_reads() -> None:
    text = "Nur 12 Euro."
    (line,) = read(text)
    assert line.text == "Nur zwölf Euro."
    assert len(line.spans) == len(line.text)
    at = line.text.index("z")
    assert text[line.spans[at].begin : line.spans[at].end] == "12"  # type: ignore[union-attr] # a letter of a word
    assert line.spans[-1] is None


def test_a_headline_gets_its_full_stop() -> None:
    assert [line.text for line in read("Kaffee für alle")] == ["Kaffee für alle."]


def test_a_respelling_is_said_and_phonetic_letters_are_refused() -> None:
    assert read("Wir lieben Sayso.", Sayso="Sehso")[0].text == "Wir lieben Sehso."
    with pytest.raises(ScriptRefusedError, match="respell it"):
        read("Wir lieben Sayso.", Sayso="/seɪsoʊ/")


def test_a_digit_is_refused_where_nobody_wrote_reading_rules() -> None:
    with pytest.raises(ScriptRefusedError, match="'fi': write the number at character 6 as words"):
        read("Vain 12 euroa.", language="fi")
    assert read("Vain kaksitoista euroa.", language="fi")[0].text == "Vain kaksitoista euroa."


def test_pronunciations_need_reading_rules() -> None:
    with pytest.raises(ScriptRefusedError, match="no pronunciations"):
        read("Sayso puhuu.", language="fi", Sayso="seiso")


@pytest.mark.parametrize("text", ["", " ... !", "[pause 1s]"])
def test_nothing_to_say_is_refused(text: str) -> None:
    with pytest.raises(ScriptRefusedError, match="nothing to say"):
        read(text)


def test_a_script_that_is_too_long_is_refused_and_not_cut() -> None:
    with pytest.raises(ScriptRefusedError, match="make several takes"):
        read("a" * (SCRIPT_CHARACTERS_MAX + 1))


def test_a_long_sentence_is_said_in_parts_that_lose_no_word() -> None:
    text = "Wir fahren heute ans Meer, morgen in die Berge, und übermorgen bleiben wir alle zusammen zu Hause."
    parts = read(text, characters_max=40)
    assert len(parts) > 2
    assert max(len(part.text) for part in parts) <= 40
    assert [word.text for part in parts for word in words_said(part)] == text.replace(",", "").rstrip(".").split()
    assert parts[0].text.endswith(",")  # at a mark where there is one


def test_a_word_longer_than_a_line_is_cut_rather_than_dropped() -> None:
    parts = read("Donaudampfschifffahrtsgesellschaft.", characters_max=10)
    assert "".join(part.text for part in parts) == "Donaudampfschifffahrtsgesellschaft."


def test_chinese_has_no_spaces() -> None:
    (line,) = read("今天天气很好。", language="zh")
    assert line.text == "今天天气很好."


def test_words_said_carry_their_stretch_of_script() -> None:
    (line,) = read("Ja, gut.")
    assert [(word.text, word.span) for word in words_said(line)] == [
        ("Ja", Span(begin=0, end=2)),
        ("gut", Span(begin=4, end=7)),
    ]
