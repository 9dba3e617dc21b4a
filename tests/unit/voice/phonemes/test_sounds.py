"""Foreign sounds find their neighbours, and IPA is checked sign by sign."""

from __future__ import annotations

import re

import pytest

from pipelines.errors import ScriptRefusedError
from pipelines.voice.phonemes.given import IPA_MAX, given_symbols
from pipelines.voice.phonemes.sounds import as_said_in, distance, nearest
from pipelines.voice.phonemes.symbols import MARKERS, PUNCTUATION, SYMBOL_IDS
from pipelines.voice.voices import LANGUAGES

NEAREST = {"ʕ": "ʁ", "ɓ": None, "ɮ": "z", "ʀ": "ʁ", "q": "q", "ɦ": "h"}


@pytest.mark.parametrize(("sound", "near"), NEAREST.items())
def test_the_nearest_sound_is_made_alike(sound: str, near: str | None) -> None:
    assert nearest(sound) == near


def test_the_chart_knows_every_sound_of_the_net_but_compounds() -> None:
    compounds = set("AIOQSTWYᵊᵻ")
    silent = MARKERS | PUNCTUATION | {" ", '"'}
    assert {s for s in SYMBOL_IDS if s not in silent | compounds and distance(s, s) != 0.0} == set()
    for language in LANGUAGES:
        everything = "".join(s for s in SYMBOL_IDS if s not in silent)
        assert set(as_said_in(everything, language)) <= set(SYMBOL_IDS), language


@pytest.mark.parametrize("language", ["ja", "zh"])
def test_japanese_and_chinese_take_names_as_they_are(language: str) -> None:
    assert as_said_in("θˈʌndəɹ", language) == "θˈʌndəɹ"


@pytest.mark.parametrize(
    ("language", "said"),
    [("fr", "sˈœndəʁ nˈajk"), ("de", "sˈandəʁ nˈIk"), ("it", "θˈander nˈIk"), ("en-GB", "θˈʌndəɹ nˈIk")],
)
def test_a_name_is_borrowed_as_people_do(language: str, said: str) -> None:
    assert as_said_in("θˈʌndəɹ nˈIk", language) == said


def test_tones_are_dropped_and_a_nasal_vowel_gets_its_consonant() -> None:
    assert as_said_in("xau↓", "en-US") == "kɑu"
    assert as_said_in("bɔ\u0303", "en-US") == "bɔn"


IPA = {
    "English diphthongs": ("ˈseɪsoʊ", "en-US", "ˈsAsO"),
    "slashes": ("/ˈseɪsəʊ/", "en-GB", "ˈsAsQ"),
    "affricates with a tie": ("ˈt͡ʃaɪ", "en-US", "ˈʧI"),
    "affricates without one": ("dʒuːs", "de", "ʤuːs"),
    "a keyboard's signs": ("'ga:", "de", "ˈɡaː"),
    "French r and nasals": ("bɔ̃ʒuʁ", "fr", "bɔ̃ʒuʁ"),
    "syllables": ("sɛ.so", "fr", "sɛso"),
    "several words": ("kɔfi  wʌn", "en-US", "kɔfi wʌn"),
}


@pytest.mark.parametrize(("ipa", "language", "symbols"), IPA.values(), ids=IPA)
def test_ipa_is_read_as_people_write_it(ipa: str, language: str, symbols: str) -> None:
    assert given_symbols(ipa, language=language, word="Sayso") == symbols


WRONG = {
    "a sound that nobody has": ("aʕa", "has 'ʕ' (U+0295), which no voice can say; the nearest is 'ʁ'"),
    "a letter of SAMPA": ("sEIsoU", "has 'E'; IPA has no capital letters"),
    "no sign at all": ("aé", "has 'é' (U+00E9), which no voice can say; leave it out"),
    "nothing": ("//", "has 0 signs; write 1 to 200"),
    "only stress": ("ˈ", "says nothing"),
    "a book": ("a" * (IPA_MAX + 1), "has 201 signs"),
}


@pytest.mark.parametrize(("ipa", "why"), WRONG.values(), ids=WRONG)
def test_what_is_no_ipa_is_refused_with_what_would_be(ipa: str, why: str) -> None:
    with pytest.raises(ScriptRefusedError, match=re.escape(why)):
        given_symbols(ipa, language="fr", word="Sayso")
