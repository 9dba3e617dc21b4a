"""Six digits, as Whisper writes them in nine languages."""

from __future__ import annotations

import pytest

from pipelines.evidence.digits import digit_runs, digits_heard

HEARD = {
    "figures in one": ("en", "My code is 481516."),
    "figures apart": ("en", "My code is 4, 8, 1-5-1 6"),
    "as an amount": ("en", "My code is 481,516."),
    "words": ("en", "My code is four eight one five one six"),
    "words and figures": ("en", "My code is 4 8 one 5, one, six"),
    "French words": ("fr", "Mon code est quatre huit un cinq un six."),
    "French pairs": ("fr", "Mon code est le 48 15 16."),
    "Italian words, an e heard between": ("it", "il mio codice quattro, otto, 1 e 5, uno sei"),
    "Spanish words": ("es", "Mi código es cuatro ocho uno cinco uno seis"),
    "German words": ("de", "Mein Code ist vier acht eins fünf eins sechs."),
    "German words in one": ("de", "Mein Code ist vieracht eins fünfeins sechs."),
    "Portuguese words, with half a dozen": ("pt", "Meu código é quatro oito um cinco um meia."),
    "Japanese figures": ("ja", "私のコードは4、8、1、5、1、6です。"),
    "wide Japanese figures": ("ja", "私のコードは４８１５１６です"),
    "Japanese signs": ("ja", "私のコードは四八一五一六です"),
    "Japanese sounds": ("ja", "私のコードはよん、はち、いちごいちろくです"),
    "Chinese signs": ("zh", "我的验证码是四八一五一六。"),
    "Chinese on the telephone": ("zh", "我的驗證碼是四八幺五幺六"),
    "Hindi words": ("hi", "मेरा कोड है चार आठ एक पाँच एक छह।"),
    "Hindi figures": ("hi", "मेरा कोड है ४८१५१६"),
    "Hindi in Urdu letters": ("hi", "میرا کوڈ ہے چار آٹھ ایک پانچ ایک چھ"),
}


@pytest.mark.parametrize("way", HEARD)
def test_the_code_is_read_however_it_is_written(way: str) -> None:
    language, text = HEARD[way]
    assert digits_heard(digit_runs(text, language), "481516") == 6


def test_a_code_said_twice_counts() -> None:
    assert digits_heard(digit_runs("481516, 481516", "en"), "481516") == 6


WRONG = {
    "one digit wrong": "4 8 1 5 1 7",
    "one digit missing": "4 8 1 5 1",
    "many digits, the code among them": "0 0 4 8 1 5 1 6",
    "another word between": "4 8 1 coffee 5 1 6",
    "two codes": "481516 999999",
    "nothing": "",
}


@pytest.mark.parametrize("way", WRONG)
def test_anything_else_is_not_the_code(way: str) -> None:
    assert digits_heard(digit_runs(f"My code is {WRONG[way]}.", "en"), "481516") < 6


def test_particles_of_japanese_and_dates_are_no_part_of_the_code() -> None:
    runs = digit_runs("2027年6月30日に、私のコードは481516です", "ja")
    assert "481516" in runs


def test_an_unknown_language_reads_figures_only() -> None:
    assert digit_runs("kod to 481516 pięć", "pl") == ("481516",)
