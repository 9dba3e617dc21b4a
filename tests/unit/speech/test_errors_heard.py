"""How far a transcript is from a script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.speech.errors_heard import edit_distance, errors_heard, units

SAME = {
    "case and marks": ("en-US", "Order now, it's FREE!", "order now its free"),
    "another apostrophe": ("fr-FR", "C’est l’été.", "c'est l'été"),
    "composed and decomposed accents": ("pt-BR", "café", "cafe\u0301"),
    "kanji and kana": ("ja-JP", "送料が無料です", "そうりょうがむりょうです"),
    "simplified and traditional": ("zh-CN", "我们的新咖啡机", "我們的新咖啡機"),
    "Hindi in the letters of Urdu": ("hi-IN", "हमारी मशीन", "ہماری مشین"),
}


@pytest.mark.parametrize(("locale", "script", "heard"), SAME.values(), ids=SAME)
def test_spelling_is_no_error(locale: str, script: str, heard: str) -> None:
    errors = errors_heard(script, heard, locale=locale)

    assert (errors.words, errors.letters) == (0.0, 0.0)


OTHER = {
    "en": ("en-US", "Order before Friday.", "Soft, light and warm."),
    "ja": ("ja-JP", "金曜日までにご注文ください", "毎日の暮らしに光を"),
    "zh": ("zh-CN", "星期五之前下单", "柔和的灯光陪伴您"),
    "hi": ("hi-IN", "शुक्रवार से पहले ऑर्डर करें", "اچھی سبہ اچھی کافی سے شروع ہوتی ہے"),
}


@pytest.mark.parametrize(("locale", "script", "heard"), OTHER.values(), ids=OTHER)
def test_another_sentence_is_mostly_wrong(locale: str, script: str, heard: str) -> None:
    assert errors_heard(script, heard, locale=locale).letters > 0.5


def test_one_wrong_word_of_four_is_a_quarter() -> None:
    errors = errors_heard("one two three four", "one two tree four", locale="en-US")

    assert errors.words == 0.25
    assert errors.letters == pytest.approx(1 / 15)
    assert errors.letter_count == 15


def test_a_dropped_clause_is_one_stretch() -> None:
    errors = errors_heard(
        "order before friday and get free delivery on every product", "order before friday", locale="en-US"
    )

    assert errors.missing == len("andgetfreedeliveryoneveryproduct")
    assert errors_heard("one two three", "one too three", locale="en-US").missing == 0


def test_nothing_heard_is_all_wrong() -> None:
    assert errors_heard("hello there", "", locale="en-US").words == 1.0


def test_words_where_none_were_written_are_wrong() -> None:
    assert errors_heard("!", "hello", locale="en-US").words == 1.0


def test_brands_in_latin_letters_stay_in_chinese() -> None:
    assert units("喝 Coffee One 吧", locale="zh-CN") == ("he", "coffee", "one", "ba")


@given(st.text("ab c", max_size=12), st.text("ab c", max_size=12))
def test_the_distance_is_that_of_the_textbook(a: str, b: str) -> None:
    table = [[i + j for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            swap = table[i - 1][j - 1] + (a[i - 1] != b[j - 1])
            table[i][j] = min(swap, table[i - 1][j] + 1, table[i][j - 1] + 1)

    assert edit_distance(a, b) == table[-1][-1]
