"""SSML on its way to the net: kinds, names of other languages, phonemes and pauses, each at its own words."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from pipelines.errors import ScriptRefusedError
from pipelines.voice.markup.reader import read_markup
from pipelines.voice.phonemes.espeak import EspeakChild
from pipelines.voice.phonemes.symbols import token_ids
from pipelines.voice.script.planner import Pass, ScriptPlanner


@pytest.fixture(scope="module")
def planner() -> Iterator[ScriptPlanner]:
    child = EspeakChild()
    yield ScriptPlanner(child)
    child.close()


def plan(planner: ScriptPlanner, body: str, locale: str) -> tuple[Pass, ...]:
    _, planned = planner.plan(f"<speak>{body}</speak>", locale=locale)
    for one in planned:
        token_ids(one.said.symbols)
    return planned


def symbols(planner: ScriptPlanner, body: str, locale: str) -> str:
    return " ".join(one.said.symbols for one in plan(planner, body, locale))


def plain(planner: ScriptPlanner, text: str, locale: str) -> str:
    return " ".join(one.said.symbols for one in planner.plan(text, locale=locale)[1])


KINDS = (
    ("en-US", "cardinal", "1,250", "one thousand two hundred fifty"),
    ("en-US", "ordinal", "3", "third"),
    ("en-US", "digits", "2026", "two zero two six"),
    ("en-US", "telephone", "+1 555", "plus one, five five five"),
    ("en-US", "characters", "ab1", "A, B, one"),
    ("en-US", "spell-out", "H&amp;M", "H, and, M"),
    ("en-US", "date", "2026-11-30", "November thirtieth, twenty twenty-six"),
    ("en-US", "time", "2:30pm", "two thirty P M"),
    ("en-US", "currency", "USD 12.50", "twelve dollars and fifty cents"),
    ("en-US", "unit", "5 km", "five kilometers"),
    ("fr-FR", "ordinal", "2e", "deuxième"),
    ("fr-FR", "currency", "12,50 €", "douze euros cinquante"),
    ("de-DE", "time", "14:30", "vierzehn Uhr dreißig"),
    ("de-DE", "cardinal", "-3", "minus drei"),
    ("es-ES", "unit", "5 kg", "cinco kilogramos"),
)


@pytest.mark.parametrize(("locale", "kind", "written", "said"), KINDS, ids=[f"{c[0]} {c[1]} {c[2]}" for c in KINDS])
def test_a_kind_is_said_as_its_words(planner: ScriptPlanner, locale: str, kind: str, written: str, said: str) -> None:
    found = symbols(planner, f"<say-as interpret-as='{kind}'>{written}</say-as>", locale)
    assert found == plain(planner, said, locale)


def test_a_format_says_which_part_of_a_date_is_which(planner: ScriptPlanner) -> None:
    wanted = symbols(planner, "<say-as interpret-as='date'>2026-04-03</say-as>", "en-US")
    for form, written in (("dmy", "3.4.2026"), ("mdy", "4/3/2026"), ("yyyymmdd", "20260403")):
        said = f"<say-as interpret-as='date' format='{form}'>{written}</say-as>"
        assert symbols(planner, said, "en-US") == wanted


WRONG = {
    "no date": ("<say-as interpret-as='date'>soon</say-as>", "'soon' is no date that en-US reads"),
    "no day": ("<say-as interpret-as='date'>2026-02-30</say-as>", "'2026-02-30' is no date"),
    "no century": ("<say-as interpret-as='date' format='dmy'>3.4.26</say-as>", "'3.4.26' is no date"),
    "no such format": ("<say-as interpret-as='date' format='md'>3.4</say-as>", "format is 'md'; choose one of: ymd"),
    "a format of a time": ("<say-as interpret-as='time' format='hms24'>1:00</say-as>", "format is only for dates"),
    "no number": ("<say-as interpret-as='cardinal'>many</say-as>", "'many' is no cardinal that en-US reads"),
    "no ordinal": ("<say-as interpret-as='ordinal'>2.5</say-as>", "'2.5' is no ordinal"),
    "no letters": ("<say-as interpret-as='characters'>😀</say-as>", "is no characters"),
    "no time": ("<say-as interpret-as='time'>25:00</say-as>", "'25:00' is no time"),
    "no money": ("<say-as interpret-as='currency'>12</say-as>", "'12' is no currency"),
    "no phone": ("<say-as interpret-as='telephone'>call</say-as>", "'call' is no telephone"),
    "no sound": ("<phoneme alphabet='ipa' ph='aʕ'>x</phoneme>", "which no voice can say; the nearest is"),
}


@pytest.mark.parametrize(("body", "why"), WRONG.values(), ids=WRONG)
def test_what_is_not_of_its_kind_is_refused_with_its_place(planner: ScriptPlanner, body: str, why: str) -> None:
    with pytest.raises(ScriptRefusedError, match="^SSML, line 1, column 8: .*" + re.escape(why)):
        plan(planner, body, "en-US")


FOREIGN = (
    ("fr-FR", "Achetez <lang xml:lang='en'>Thunder</lang> maintenant", "Thunder", "sˈœndəʁ"),
    ("de-DE", "Der <lang xml:lang='en'>Judge</lang> kommt", "Judge", "dʒˈadʒ"),
    ("es-ES", "El <lang xml:lang='en'>Rush</lang> es", "Rush", "ɾˈaʃ"),
    ("en-US", "The <lang xml:lang='fr'>Peugeot</lang> car", "Peugeot", "pɜʒˈO"),
)


@pytest.mark.parametrize(("locale", "body", "word", "said"), FOREIGN, ids=[c[2] for c in FOREIGN])
def test_a_foreign_name_is_said_with_the_sounds_at_hand(
    planner: ScriptPlanner, locale: str, body: str, word: str, said: str
) -> None:
    text = read_markup(f"<speak>{body}</speak>", locale=locale).text
    (one,) = plan(planner, body, locale)
    by_word: dict[str, str] = {}
    for symbol, span in zip(one.said.symbols, one.said.spans, strict=True):
        if span is not None:
            written = text[span.begin : span.end]
            by_word[written] = by_word.get(written, "") + symbol
    assert by_word[word] == said
    assert list(by_word) == re.findall(r"\w+", text), "each word keeps its own place"


def test_the_others_words_are_said_as_without_the_foreign_one(planner: ScriptPlanner) -> None:
    assert symbols(planner, "<lang xml:lang='en-US'>Buy now</lang>, today.", "en-US") == plain(
        planner, "Buy now, today.", "en-US"
    )


def test_sentences_end_inside_a_foreign_stretch(planner: ScriptPlanner) -> None:
    assert len(plan(planner, "Alors, <lang xml:lang='en'>just do it. Buy 2 now!</lang> Oui.", "fr-FR")) == 3


def test_a_small_word_leans_on_a_given_one(planner: ScriptPlanner) -> None:
    given = "<phoneme alphabet='ipa' ph='apl'>Apple</phoneme>"
    assert symbols(planner, f"L'{given}", "fr-FR") == "lapl."
    assert symbols(planner, f"qu’{given}", "fr-FR") == "kapl."
    assert symbols(planner, f"dell'{given}", "it-IT") == "dellapl."


def test_phonemes_and_aliases_are_said_and_their_words_timed(planner: ScriptPlanner) -> None:
    (one,) = plan(
        planner, "Try <sub alias='coffee 2'>C2</sub> <phoneme alphabet='ipa' ph='seɪˈsoʊ'>S</phoneme>", "en-US"
    )
    said = {span: "" for span in one.said.spans if span is not None}
    for symbol, span in zip(one.said.symbols, one.said.spans, strict=True):
        if span is not None:
            said[span] += symbol
    assert [(span.begin, span.end) for span in said] == [(0, 3), (4, 6), (7, 8)]
    assert list(said.values())[1:] == ["kˈɔfitˈu", "sAˈsO"]


def test_pauses_sentences_and_paragraphs_part_the_passes(planner: ScriptPlanner) -> None:
    planned = plan(planner, "<p><s>One</s><s>Two <break time='2s'/> or more.</s></p><p>Three.</p>", "en-US")
    assert [one.pause_s for one in planned] == [0.32, 2.0, 0.6, 0.6]
    assert [one.said.symbols[-1] for one in planned] == [".", ",", ".", "."], "a break keeps the voice up"


def test_a_script_without_words_is_refused(planner: ScriptPlanner) -> None:
    with pytest.raises(ScriptRefusedError, match="nothing to say"):
        plan(planner, "<break/>", "en-US")


def test_other_engines_refuse_markup() -> None:
    from pipelines.voice.coqui.lines import lines

    with pytest.raises(ScriptRefusedError, match="the script is SSML; take the markup out"):
        lines("<speak>a</speak>", language="de", pronunciations={}, characters_max=200)
