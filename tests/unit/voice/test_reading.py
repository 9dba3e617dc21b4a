"""Numbers, money, dates, times, measures and short forms, said as people say them: one table per language."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.errors import ProfileInvalidError, ScriptRefusedError
from pipelines.voice.reading.reader import ScriptReader
from pipelines.voice.reading.rules import load_rules
from pipelines.voice.voices import LANGUAGES

CASES: dict[str, tuple[tuple[str, str], ...]] = {
    "en-US": (
        ("$19.99", "nineteen dollars and ninety-nine cents"),
        ("12,50 €", "twelve euros and fifty cents"),
        ("$1", "one dollar"),
        ("$0.99", "ninety-nine cents"),
        ("$5 million", "five million dollars"),
        ("25 %", "twenty-five percent"),
        ("5-10 %", "fivetoten percent"),
        ("3.5", "three point five"),
        ("1,000", "one thousand"),
        ("2026-11-30", "November thirtieth, twenty twenty-six"),
        ("11/30/2026", "November thirtieth, twenty twenty-six"),
        ("Nov. 3", "November third"),
        ("10:30", "ten thirty"),
        ("10:05 p.m.", "ten oh five P M"),
        ("3:00", "three o'clock"),
        ("1st", "first"),
        ("21st", "twenty-first"),
        ("Dr. Smith", "doctor Smith"),
        ("No. 5", "number five"),
        ("080-1234-5678", "zero eight zero, one two three four, five six seven eight"),
        ("+49 30 1234567", "plus four nine, three zero, one two three four five six seven"),
        ("5 km", "five kilometers"),
        ("-5", "minus five"),
        ("1985", "nineteen eighty-five"),
        ("007", "zero zero seven"),
        ("24/7", "twenty-four seven"),
        ("www.example.com", "W W W dot example dot com"),
        ("tea & cake", "tea and cake"),
    ),
    "en-GB": (
        ("30/11/2026", "the thirtieth of November twenty twenty-six"),
        ("£1.01", "one pound and one penny"),
        ("25 %", "twenty-five per cent"),
        ("101", "one hundred and one"),
        ("5 km", "five kilometres"),
    ),
    "fr": (
        ("12,50 €", "douze euros cinquante"),
        ("1 250,50 €", "mille deux cent cinquante euros cinquante"),
        ("$19.99", "dix-neuf dollars quatre-vingt-dix-neuf"),
        ("5 millions €", "cinq millions d'euros"),
        ("25 %", "vingt-cinq pour cent"),
        ("3,5", "trois virgule cinq"),
        ("3.5", "trois virgule cinq"),
        ("1 000", "mille"),
        ("1.000", "mille"),
        ("30/11/2026", "trente novembre deux mille vingt-six"),
        ("1er", "premier"),
        ("2e", "deuxième"),
        ("1re", "première"),
        ("10:30", "dix heures trente"),
        ("10h30", "dix heures trente"),
        ("1h", "une heure"),
        ("Dr Martin", "docteur Martin"),
        ("M. Dupont", "monsieur Dupont"),
        ("n°5", "numéro cinq"),
        ("1 semaine", "une semaine"),
        ("0800 123 456", "zéro huit cents, cent vingt-trois, quatre cent cinquante-six"),
        ("21 °C", "vingt et un degrés Celsius"),
    ),
    "es": (
        ("12,50 €", "doce euros con cincuenta"),
        ("$19.99", "diecinueve dólares con noventa y nueve"),
        ("1 €", "un euro"),
        ("£1", "una libra"),
        ("25 %", "veinticinco por ciento"),
        ("3,5", "tres coma cinco"),
        ("1.000", "mil"),
        ("30/11/2026", "treinta de noviembre de dos mil veintiséis"),
        ("1 de mayo", "primero de mayo"),
        ("1.º", "primero"),
        ("3ª", "tercera"),
        ("10:30", "diez y treinta"),
        ("Dr. Pérez", "doctor Pérez"),
        ("EE.UU.", "Estados Unidos"),
        ("21 días", "veintiún días"),
        ("200 personas", "doscientas personas"),
    ),
    "it": (
        ("12,50 €", "dodici euro e cinquanta"),
        ("1 €", "un euro"),
        ("25 %", "venticinque per cento"),
        ("3,5", "tre virgola cinque"),
        ("1.000", "mille"),
        ("30/11/2026", "trenta novembre duemilaventisei"),
        ("1 maggio", "primo maggio"),
        ("1 settimana", "una settimana"),
        ("3ª", "terza"),
        ("10:30", "dieci e trenta"),
        ("Dott. Rossi", "dottor Rossi"),
        ("25°C", "venticinque gradi Celsius"),
    ),
    "pt-BR": (
        ("R$ 1.250,50", "mil duzentos e cinquenta reais e cinquenta centavos"),
        ("12,50 €", "doze euros e cinquenta centavos"),
        ("R$ 2 milhões", "dois milhões de reais"),
        ("25 %", "vinte e cinco por cento"),
        ("3,5", "três vírgula cinco"),
        ("1.000", "mil"),
        ("30/11/2026", "trinta de novembro de dois mil e vinte e seis"),
        ("1º", "primeiro"),
        ("10h30", "dez e trinta"),
        ("2 semanas", "duas semanas"),
        ("Dra. Lima", "doutora Lima"),
    ),
    "de": (
        ("12,50 €", "zwölf Euro fünfzig"),
        ("1 €", "ein Euro"),
        ("25 %", "fünfundzwanzig Prozent"),
        ("3,5", "drei Komma fünf"),
        ("1.000", "eintausend"),
        ("am 30.11.2026", "am dreißigsten November zweitausendsechsundzwanzig"),
        ("am 30. November", "am dreißigsten November"),
        ("der 3. Platz", "der dritte Platz"),
        ("10:30 Uhr", "zehn Uhr dreißig"),
        ("z. B. Dr. Meier", "zum Beispiel Doktor Meier"),
        ("1999", "neunzehnhundertneunundneunzig"),
    ),
    "ja": (
        ("¥1,980", "1980円"),
        ("1,980円", "1980円"),
        ("$19.99", "19点キュウキュウドル"),
        ("25%オフ", "25パーセントオフ"),
        ("2026/11/30", "2026年11月30日"),
        ("10:30", "10時30分"),
        ("080-1234-5678", "ゼロハチゼロ, イチニーサンヨン, ゴーロクナナハチ"),
        ("5kg", "5キログラム"),
        ("2分", "2分"),
    ),
    "zh": (
        ("¥12.50", "十二点五零元"),
        ("￥500万", "五百万元"),
        ("25%", "百分之二十五"),
        ("3.5", "三点五"),
        ("1,000", "一千"),
        ("2026年11月30日", "二零二六年十一月三十日"),
        ("2026-11-30", "二零二六年十一月三十日"),
        ("10:30", "十点三十分"),
        ("2:05", "两点零五分"),
        ("2分钟", "两分钟"),
        ("12个", "十二个"),
        ("第2天", "第二天"),
        ("138-0013-8000", "幺三八, 零零幺三, 八零零零"),
    ),
    "hi": (
        ("₹1,25,000", "125000 रुपये"),
        ("₹12.50", "12 रुपये 50 पैसे"),
        ("25%", "25 प्रतिशत"),
        ("3.5", "3 दशमलव पाँच"),
        ("10:30 बजे", "साढ़े 10 बजे"),
        ("30/11/2026", "30 नवंबर 2026"),
        ("डॉ. शर्मा", "डॉक्टर शर्मा"),
    ),
}


def said(language: str, text: str) -> str:
    pieces = ScriptReader(load_rules(language), {}).read(text)
    return "".join(piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("language", "written", "spoken"),
    [pytest.param(lang, *case, id=f"{lang}: {case[0]}") for lang, cases in CASES.items() for case in cases],
)
def test_written_forms_are_said_as_people_say_them(language: str, written: str, spoken: str) -> None:
    assert said(language, written) == spoken


@pytest.mark.parametrize("language", LANGUAGES)
def test_pieces_cover_the_script_in_order(language: str) -> None:
    text = "A 12,50 € b 25 % c 2026-11-30, d 10:30 [pause 0.5s] e-mail a@example.com & 5 km. F."
    pieces = ScriptReader(load_rules(language), {"b": "x"}).read(text)
    assert [p.span.begin for p in pieces[1:]] == [p.span.end for p in pieces[:-1]]
    assert (pieces[0].span.begin, pieces[-1].span.end) == (0, len(text))
    assert all(p.text == text[p.span.begin : p.span.end] for p in pieces if p.kind == "plain")


@given(
    language=st.sampled_from(LANGUAGES),
    text=st.text(alphabet="0123456789.,:/-%€$ ¥h年月日点 ABab«»'°º", max_size=30),
)
@example(language="es", text="0º")  # num2words has no word for it
def test_no_digits_of_a_script_are_lost(language: str, text: str) -> None:
    pieces = ScriptReader(load_rules(language), {}).read(text)
    assert "".join(text[p.span.begin : p.span.end] for p in pieces) == text
    assert all(p.text.strip() for p in pieces if p.kind == "reading")


def test_a_date_that_does_not_exist_is_no_date() -> None:
    assert "February" not in said("en-US", "02/31/2026")


def test_a_languages_own_separator_decides_what_a_point_means() -> None:
    assert said("en-US", "1.000") == "one point zero zero zero"
    assert said("de", "1.000") == "eintausend"


def test_the_campaigns_own_words_come_first() -> None:
    reader = ScriptReader(load_rules("fr"), {"Sayso": "sé sso", "5G": "/sɛ̃k ʒe/"})
    pieces = {p.text: p.symbols for p in reader.read("SAYSO en 5G") if p.kind == "reading"}
    assert pieces == {"sé sso": None, "5G": "sɛ̃k ʒe"}


def test_a_pronunciation_with_a_sound_nobody_knows_is_refused() -> None:
    with pytest.raises(ScriptRefusedError, match="no sound for"):
        ScriptReader(load_rules("en-US"), {"Sayso": "/se♯/"}).read("Sayso")


def test_an_empty_pronunciation_is_refused() -> None:
    with pytest.raises(ScriptRefusedError, match="is empty"):
        ScriptReader(load_rules("en-US"), {"Sayso": " "}).read("Sayso")


def test_a_pause_of_a_minute_is_refused() -> None:
    with pytest.raises(ScriptRefusedError, match="not a pause"):
        ScriptReader(load_rules("en-US"), {}).read("Now [pause 60s] then")


def test_a_rules_file_that_is_missing_says_which(tmp_path: Path) -> None:
    with pytest.raises(ProfileInvalidError, match=r"xx\.toml"):
        load_rules("xx", tmp_path)
