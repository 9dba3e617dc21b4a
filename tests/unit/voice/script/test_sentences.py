"""Where one sentence ends and the next begins."""

from __future__ import annotations

import pytest

from pipelines.errors import ScriptRefusedError
from pipelines.voice.reading.reader import ScriptReader
from pipelines.voice.reading.rules import load_rules
from pipelines.voice.script.passes import passes
from pipelines.voice.script.pieces import Phonemes, Span
from pipelines.voice.script.sentences import PARAGRAPH_PAUSE_S, SENTENCE_PAUSE_S, sentences

CASES = (
    ("two sentences", "en-US", "Good morning. Coffee is ready.", 2),
    ("a price", "en-US", "It costs $19.99. Buy it.", 2),
    ("a title", "en-US", "Ask Dr. Smith. Really.", 2),
    ("an initial", "en-US", "J. Smith is here.", 1),
    ("afternoon, then a new sentence", "en-US", "We open at 5 p.m. Come in.", 2),
    ("afternoon, in mid sentence", "en-US", "We open at 5 p.m. every day.", 1),
    ("and so on, at the end", "en-US", "Tea, cake, etc. Come in.", 2),
    ("dots that hesitate", "en-US", "Well... maybe not.", 1),
    ("an address", "en-US", "Go to www.example.com. Now.", 2),
    ("a quote", "en-US", '"Come in!" she said.', 1),
    ("a quote that ends", "en-US", '"Come in!" She smiled.', 2),
    ("French spacing", "fr", "Prêt ? « Oui ! » M. Dupont sourit.", 3),
    ("a date", "de", "Ab dem 30. November. Wirklich.", 2),
    ("Spanish", "es", "¿Listo? ¡Sí! Con EE. UU. empieza.", 3),
    ("Chinese", "zh", "你好。只要19.9元！好吗？", 3),
    ("Japanese", "ja", "「はい！」と言った。価格は3.5です。", 3),
    ("Hindi", "hi", "नमस्ते। डॉ. शर्मा आए।", 2),
    ("lines", "en-US", "First line\nSecond line", 2),
)


@pytest.mark.parametrize(("language", "text", "count"), [pytest.param(*c[1:], id=c[0]) for c in CASES])
def test_a_sentence_ends_where_a_reader_would_stop(language: str, text: str, count: int) -> None:
    assert len(sentences(ScriptReader(load_rules(language), {}).read(text))) == count


def test_pauses_are_as_long_as_asked() -> None:
    found = sentences(ScriptReader(load_rules("en-US"), {}).read("One. Two [pause 1.5s] three.\nFour"))
    assert [s.pause_s for s in found] == [SENTENCE_PAUSE_S, 1.5, PARAGRAPH_PAUSE_S, SENTENCE_PAUSE_S]


def test_what_nobody_can_say_is_refused_by_name() -> None:
    with pytest.raises(ScriptRefusedError, match=r"RIGHTWARDS ARROW.* at character 7"):
        sentences(ScriptReader(load_rules("en-US"), {}).read("Hello → you"))


@pytest.mark.parametrize("emoji", ["😀", "🎉", "❤️", "👩‍🍳", "🇫🇷", "👍🏽"])
def test_emoji_are_seen_and_not_said(emoji: str) -> None:
    (sentence,) = sentences(ScriptReader(load_rules("en-US"), {}).read(f"Hello {emoji} you"))
    assert [item.text for item in sentence.items] == ["Hello", "you"]


def test_words_without_sound_make_no_sentence() -> None:
    assert sentences(ScriptReader(load_rules("en-US"), {}).read(" ... — ! [pause 1s]")) == ()


def phonemes(symbols: str) -> Phonemes:
    return Phonemes(symbols=symbols, spans=tuple(None if s in " ,." else Span(begin=0, end=1) for s in symbols))


def test_a_short_sentence_is_one_pass() -> None:
    assert passes(phonemes("abc."), limit=10) == (phonemes("abc."),)


def test_a_long_sentence_is_split_at_its_clauses() -> None:
    parts = passes(phonemes("aaaa aa, bbbb bb bb, cccc"), limit=12)
    assert [p.symbols for p in parts] == ["aaaa aa,", "bbbb bb bb,", "cccc"]


def test_no_symbol_is_lost_in_a_split() -> None:
    whole = " ".join("ab" * (i % 7 + 1) + ("," if i % 5 == 0 else "") for i in range(400))
    parts = passes(phonemes(whole))
    assert " ".join(p.symbols for p in parts) == whole
    assert max(len(p.symbols) for p in parts) <= 510


def test_a_word_longer_than_a_pass_is_refused() -> None:
    with pytest.raises(ScriptRefusedError, match="several words"):
        passes(phonemes("a" * 511))
