"""SSML becomes plain text, and what is done at which of its words."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from pipelines.errors import ScriptRefusedError
from pipelines.voice.markup.agreed import agreed_text
from pipelines.voice.markup.reader import read_markup
from pipelines.voice.markup.script import Pause, Written
from pipelines.voice.markup.values import EMPHASIS
from pipelines.voice.script.manner import Manner


def manners(body: str, *, locale: str = "en-US") -> list[tuple[str, Manner]]:
    script = read_markup(f"<speak>{body}</speak>", locale=locale)
    return [(script.text[one.span.begin : one.span.end].strip(), one.manner) for one in script.stretches]


SHOWN = {
    "blanks": ("<speak>\n  Buy\n  now.\n</speak>", "en-US", "Buy now."),
    "no-break spaces": ("<speak>Prêt\u202f!\u00a0Oui</speak>", "fr-FR", "Prêt\u202f!\u00a0Oui"),
    "paragraphs": ("<speak><p>One.</p><p>Two.</p></speak>", "en-US", "One.\nTwo."),
    "sentences": ("<speak><s>One</s><s>Two</s></speak>", "en-US", "One Two"),
    "an alias": ("<speak>The <sub alias='World Wide Web'>WWW</sub>.</speak>", "en-US", "The WWW."),
    "phonemes": ("<speak><phoneme alphabet='ipa' ph='a'>Sayso</phoneme></speak>", "fr", "Sayso"),
    "blanks around marks": ("<speak>Buy <emphasis> now </emphasis> or never.</speak>", "en-US", "Buy now or never."),
    "Japanese lines": ("<speak>新しい\n  コーヒー\n  Coffee\n  One</speak>", "ja", "新しいコーヒー Coffee One"),
    "signs": ("<speak>H&amp;M &lt;3 &#8364;</speak>", "en-US", "H&M <3 €"),
}


@pytest.mark.parametrize(("source", "locale", "shown"), SHOWN.values(), ids=SHOWN)
def test_people_see_plain_text(source: str, locale: str, shown: str) -> None:
    assert read_markup(source, locale=locale).text == shown


def test_a_plain_script_is_itself() -> None:
    text = "Speak <break/> up."
    assert agreed_text(text) == text


def test_consent_is_asked_about_what_is_heard_as_well_as_what_is_shown() -> None:
    source = "<speak>Come to <sub alias='the casino'>our house</sub> <emphasis>now</emphasis>.</speak>"
    assert agreed_text(source) == "Come to our house now.\nCome to the casino now."
    assert agreed_text("<speak>Come <emphasis>now</emphasis>.</speak>") == "Come now."


RESPELLED = {
    "a respelling": ("Sayso now.", {"Sayso": "the casino"}, "Sayso now.\nthe casino now."),
    "however it is capitalised": ("SAYSO.", {"Sayso": "a casino"}, "SAYSO.\na casino."),
    "phonemes": ("Sayso.", {"Sayso": "/sAsO/"}, "Sayso.\n/sAsO/."),
    "the longest first": ("Big Ben.", {"Ben": "x", "Big Ben": "y"}, "Big Ben.\ny."),
    "whole words": ("Saysos.", {"Sayso": "casino"}, "Saysos."),
    "Japanese": ("SaysoのX", {"Sayso": "セイソ"}, "SaysoのX\nセイソのX"),
    "another word's": ("Tea.", {"Sayso": "casino"}, "Tea."),
    "in SSML": ("<speak>A <sub alias='Sayso'>S</sub></speak>", {"Sayso": "casino"}, "A S\nA casino"),
    "itself": ("it is", {"it": "it"}, "it is"),
}


@pytest.mark.parametrize(("script", "said", "agreed"), RESPELLED.values(), ids=RESPELLED)
def test_a_dictionary_hides_no_words_from_consent(script: str, said: dict[str, str], agreed: str) -> None:
    assert agreed_text(script, said) == agreed


def test_consent_sees_the_same_whatever_language_it_is_told() -> None:
    source = "<speak><s>新しい\nコーヒー</s><s>です。</s> <s>One</s><s>two</s></speak>"
    (text,) = {agreed_text(read_markup(source, locale=locale)) for locale in (None, "ja-JP", "en-US")}
    assert text == agreed_text(source) == "新しいコーヒーです。 One two"


RATES = {"slow": 0.85, "80%": 0.8, "+20%": 1.2, "-25%": 0.75, "medium": 1.0}
PITCHES = {"high": 2.0, "+2st": 2.0, "-1.5st": -1.5, "+12.2462%": 2.0}
VOLUMES = {"soft": -4.5, "+3dB": 3.0, "-6.0dB": -6.0}


@pytest.mark.parametrize(("written", "rate"), RATES.items())
def test_a_rate_is_a_share_of_the_own(written: str, rate: float) -> None:
    wanted = [("now", Manner(rate=rate))] if rate != 1.0 else []
    assert manners(f"Buy <prosody rate='{written}'>now</prosody>") == wanted


@pytest.mark.parametrize(("written", "semitones"), PITCHES.items())
def test_a_pitch_is_in_semitones_or_per_cent(written: str, semitones: float) -> None:
    ((_, found),) = manners(f"<prosody pitch='{written}'>now</prosody>")
    assert found.pitch_st == pytest.approx(semitones, abs=1e-4)


@pytest.mark.parametrize(("written", "gain"), VOLUMES.items())
def test_a_volume_is_in_decibels(written: str, gain: float) -> None:
    assert manners(f"<prosody volume='{written}'>now</prosody>") == [("now", Manner(gain_db=gain))]


def test_manners_add_up_inside_each_other() -> None:
    strong = EMPHASIS["strong"]
    ((first, slow), (second, both)) = manners(
        "<prosody rate='80%' pitch='+1st'>quite <emphasis level='strong'>good</emphasis></prosody>"
    )
    assert (first, second) == ("quite", "good")
    assert slow == Manner(rate=0.8, pitch_st=1.0)
    assert both.rate == pytest.approx(0.8 * strong.rate)
    assert both.pitch_st == 1.0 + strong.pitch_st


def test_emphasis_is_slower_and_higher_and_reduction_the_opposite() -> None:
    assert EMPHASIS["strong"].rate < EMPHASIS["moderate"].rate < 1.0 < EMPHASIS["reduced"].rate
    assert EMPHASIS["strong"].pitch_st > EMPHASIS["moderate"].pitch_st > 0.0 > EMPHASIS["reduced"].pitch_st


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("time='500ms'", 0.5), ("time='1.5s'", 1.5), ("strength='weak'", 0.2), ("", 0.4), ("strength='none'", None)],
)
def test_a_break_is_a_pause(written: str, seconds: float | None) -> None:
    script = read_markup(f"<speak>Buy <break {written}/> now</speak>")
    pauses = [part.pause_s for part in script.parts if isinstance(part, Pause)]
    assert pauses == ([seconds] if seconds else [])


REFUSED = {
    "half a word": ("<emphasis>un</emphasis>believable", "column 8: markup stands inside the word 'unbelievable'"),
    "a break in a word": ("Buy<break/>now", "column 11: markup stands inside the word 'Buynow'"),
    "half a number": ("<emphasis>12</emphasis>00", "inside the word '1200'"),
    "half a Hindi word": ("<emphasis>का</emphasis>म", "inside the word"),
    "a rate of nothing": ("<prosody rate='0%'>a</prosody>", "rate is '0%'; write \"80%\""),
    "a rate as SSML 1.0 had it": ("<prosody rate='1.5'>a</prosody>", "rate is '1.5'"),
    "too fast": ("<prosody rate='300%'>a</prosody>", "50% to 200%"),
    "a pitch in hertz": ("<prosody pitch='200Hz'>a</prosody>", "pitch is '200Hz'; write \"+2st\""),
    "a pitch down to nothing": ("<prosody pitch='-100%'>a</prosody>", "up to 6 semitones"),
    "a silent volume": ("<prosody volume='silent'>a</prosody>", "volume is 'silent'"),
    "a deafening volume": ("<prosody volume='+60dB'>a</prosody>", "-12 to +6 dB"),
    "a prosody of nothing": ("<prosody>a</prosody>", "<prosody> changes nothing"),
    "an unknown level": ("<emphasis level='huge'>a</emphasis>", "level is 'huge'; choose one of: strong,"),
    "a pause of a minute": ("a <break time='60s'/> b", 'time is \'60s\'; write "500ms" or "1.5s", 5 seconds at most'),
    "a pause without a unit": ("a <break time='5'/> b", "time is '5'"),
    "an unknown strength": ("a <break strength='huge'/> b", "strength is 'huge'; choose one of: none,"),
    "an unknown kind": ("<say-as interpret-as='net'>a</say-as>", "interpret-as is 'net'; choose one of: cardinal,"),
    "another alphabet": ("<phoneme alphabet='x-sampa' ph='a'>a</phoneme>", "alphabet is 'x-sampa' and must be 'ipa'"),
    "an empty alias": ("<sub alias=' '>a</sub>", "<sub> says nothing; fill in alias"),
    "an alias for nothing": ("<sub alias='a'> </sub>", "<sub> holds no words"),
    "a language that nobody speaks": ("<lang xml:lang='ru'>a</lang>", "column 8: no voice speaks 'ru'; choose one of"),
    "one that is spoken badly": ("<lang xml:lang='nl'>a</lang>", "column 8: no voice speaks 'nl' well enough"),
}


@pytest.mark.parametrize(("body", "why"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_done_is_refused_with_its_place(body: str, why: str) -> None:
    with pytest.raises(ScriptRefusedError, match=re.escape(why)) as refused:
        read_markup(f"<speak>{body}</speak>", locale="en-US")
    assert str(refused.value).startswith("SSML, line 1, column ")


def test_the_longest_break_is_the_longest_pause() -> None:
    from pipelines.voice.markup.values import PAUSE_S_MAX
    from pipelines.voice.reading import reader

    assert PAUSE_S_MAX == reader.PAUSE_S_MAX


def test_consent_is_asked_without_an_engine() -> None:
    code = "import sys, pipelines.voice.markup.agreed; print(sorted({'numpy', 'babel', 'onnx'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.strip() == "[]"


def test_a_script_in_another_language_than_the_take_is_refused() -> None:
    for own, locale in (("fr-CA", "fr-FR"), ("en", "en-GB"), ("pt", "pt-BR")):
        assert read_markup(f"<speak xml:lang='{own}'>a</speak>", locale=locale).text == "a"
    with pytest.raises(ScriptRefusedError, match="the script is in 'fr' and the take in 'de-DE'"):
        read_markup("<speak xml:lang='fr'>a</speak>", locale="de-DE")


def test_a_stretch_in_the_takes_own_language_is_no_foreign_one() -> None:
    source = (
        "<speak>a <lang xml:lang='en'>b</lang> <lang xml:lang='fr'>c <lang xml:lang='en-GB'>d</lang></lang></speak>"
    )
    parts = read_markup(source, locale="en-GB").parts
    assert [part.locale for part in parts if isinstance(part, Written)] == [None, "fr", None]
