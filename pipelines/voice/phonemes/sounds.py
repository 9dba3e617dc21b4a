"""Sounds by how they are made (the IPA chart): which one of a language is nearest to a foreign one.

A French voice that says "Thunder" says what French has: the nearest sound by place, manner and voicing, or by height,
backness and rounding. The same measure finds what somebody meant by a symbol that the net does not know.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from pipelines.voice.phonemes.symbols import MARKERS, PUNCTUATION, SYMBOL_IDS

# Places from the lips to the throat: bilabial 0, labiodental 1, dental 2, alveolar 3, postalveolar 4, retroflex 5,
# palatal 6, velar 7, uvular 8, pharyngeal 9, glottal 10. Manners by how close the tongue comes.
_CONSONANTS: Final = (
    ("plosive", "pb0 td3 ʈɖ5 cɟ6 kɡ7 qɢ8 ʔ-10"),
    ("nasal", "-m0 -ɱ1 -n3 -ɳ5 -ɲ6 -ŋ7 -ɴ8"),
    ("trill", "-ʙ0 -r3 -ʀ8"),
    ("tap", "-ⱱ1 -ɾ3 -ɽ5 -ɺ3"),
    ("fricative", "ɸβ0 fv1 θð2 sz3 ʃʒ4 ʂʐ5 çʝ6 xɣ7 χʁ8 ħʕ9 hɦ10 ɕʑ4 ɬɮ3"),
    ("affricate", "ʦʣ3 ʧʤ4 ʨ-4"),
    ("approximant", "-ʋ1 -ɹ3 -ɻ5 -j6 -ɥ6 -ɰ7 ʍw0"),
    ("lateral", "-l3 -ɭ5 -ʎ6 -ʟ7 -ɫ3"),
)
# Manners that are heard alike; all other pairs are twice as far.
_KIN: Final = frozenset(
    {
        frozenset(pair)
        for pair in (
            ("trill", "tap"), ("trill", "approximant"), ("tap", "approximant"), ("lateral", "approximant"),
            ("fricative", "affricate"), ("trill", "fricative"), ("approximant", "fricative"), ("plosive", "affricate"),
        )
    }
)  # fmt: skip
# (height 0 close to 6 open, backness 0 front to 4 back, rounded)
_VOWELS: Final[Mapping[str, tuple[float, float, int]]] = MappingProxyType(
    {
        "i": (0, 0, 0), "y": (0, 0, 1), "ɨ": (0, 2, 0), "ʉ": (0, 2, 1), "ɯ": (0, 4, 0), "u": (0, 4, 1),
        "ɪ": (1, 1, 0), "ʏ": (1, 1, 1), "ʊ": (1, 3, 1), "ᵻ": (1, 2, 0),
        "e": (2, 0, 0), "ø": (2, 0, 1), "ɘ": (2, 2, 0), "ɵ": (2, 2, 1), "ɤ": (2, 4, 0), "o": (2, 4, 1),
        "ə": (3, 2, 0), "ɚ": (3, 2, 0), "ᵊ": (3, 2, 0),
        "ɛ": (4, 0, 0), "œ": (4, 0, 1), "ɜ": (4, 2, 0), "ɞ": (4, 2, 1), "ʌ": (4, 4, 0), "ɔ": (4, 4, 1),
        "æ": (5, 0, 0), "ɐ": (5, 2, 0),
        "a": (6, 1, 0), "ɶ": (6, 0, 1), "ɑ": (6, 4, 0), "ɒ": (6, 4, 1),
    }
)  # fmt: skip
# What one symbol of the net's is made of, for languages that do not have it.
_MADE_OF: Final[Mapping[str, str]] = MappingProxyType(
    {
        "A": "eɪ", "I": "aɪ", "O": "oʊ", "Q": "əʊ", "S": "sː", "W": "aʊ", "Y": "ɔɪ", "T": "ɾ", "ᵊ": "ə", "ᵻ": "ɪ",
        "ʤ": "dʒ", "ʧ": "tʃ", "ʣ": "dz", "ʦ": "ts", "ʨ": "tɕ",
    }
)  # fmt: skip
# What each language's voices say, in the net's alphabet. Those of Spanish and Italian say h and th too, though people
# there hardly do, and names are understood better so. Japanese and Chinese take English names as English.
_INVENTORIES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "en-US": frozenset("AIOWYTbdfhijklmnpstuvwzæðŋɑɔəɛɜɡɪɹʃʊʌʒʤʧθᵊᵻ"),
        "en-GB": frozenset("AIQWYabdfhijklmnpstuvwzðŋɑɒɔəɛɜɡɪɹʃʊʌʒʤʧːθᵊᵻ"),
        "fr": frozenset("abdefijklmnopstuvwyzøœŋɑɔəɛɡɥɲʁʃʒ\u0303"),
        "es": frozenset("AIOWYabdefhijklmnopstuvwxzðɛɣŋɲɾrʃʎʝʧβθ"),
        "it": frozenset("IAWYabdefhijklmnoprstuvwzðŋɔɛɡɪɲɾʃʊʎʣʤʦʧθː"),
        "pt-BR": frozenset("AIWYabdefijklmnopstuvwxyzæŋɐɔəɛɡɪɲɾʃʊʎʒʤʧ\u0303"),
        "hi": frozenset("abdehijklmnoprstuvzŋɔəɖɛɟɡɪɲɳɾɽʃʈʊʋʌʤʧʰː\u0303"),
        "de": frozenset("IWYabdefhijklmnoprstuvxyzçøŋœɐɑɔəɛɡɪʁʃʊʒʦː"),
    }
)
# A nasal vowel where the language has none is a vowel and what closes it.
_NASAL: Final = "\u0303"
# What is borrowed otherwise than the chart says: English th is s and z to the French and Germans, t and d to
# Brazilians; an English r is whatever stands for it at home; diphthongs keep both of their halves, or only the first.
_BY_CUSTOM: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "fr": {"θ": "s", "ð": "z", "ɹ": "ʁ", "ɾ": "ʁ", "r": "ʁ", "h": "", "x": "ʁ", "æ": "a", "ʌ": "œ", "ɜ": "œ",
               "ɪ": "i", "ʊ": "u", "A": "ɛj", "I": "aj", "O": "o", "Q": "o", "W": "aw", "Y": "ɔj"},
        "de": {"θ": "s", "ð": "z", "ɹ": "ʁ", "ɾ": "ʁ", "r": "ʁ", "w": "v", "æ": "ɛ", "ʌ": "a", "ɜ": "œ", "ʎ": "lj",
               "A": "eː", "O": "oː", "Q": "oː"},
        "es": {"ɹ": "ɾ", "ʁ": "r", "ʒ": "ʝ", "ʤ": "ʝ", "ɜ": "e", "ə": "e", "ɪ": "i", "ʊ": "u", "Q": "O",
               "ʌ": "a", "æ": "a"},
        "it": {"ɹ": "r", "ʁ": "r", "ʒ": "ʤ", "ə": "e", "ɜ": "ɛ", "ʌ": "a", "æ": "ɛ",
               "O": "o", "Q": "o"},
        "pt-BR": {"θ": "t", "ð": "d", "h": "x", "ɹ": "ɾ", "ʁ": "x", "r": "x", "ɜ": "ɛ", "ʌ": "ɐ", "O": "o", "Q": "o"},
        "hi": {"θ": "tʰ", "ð": "d", "w": "ʋ", "ɹ": "ɾ", "f": "f", "t": "ʈ", "d": "ɖ", "A": "eː", "O": "oː", "Q": "oː"},
        "en-US": {"ʁ": "ɹ", "r": "ɹ", "ɾ": "ɹ", "x": "k", "χ": "k", "ç": "ʃ", "ɲ": "nj", "ʎ": "lj", "y": "u", "e": "A",
                  "ø": "ɜ", "œ": "ɜ", "o": "O", "Q": "O", "a": "ɑ", "ɥ": "w", "β": "b", "ɣ": "ɡ", "ʝ": "j", "ɐ": "ə"},
        "en-GB": {"ʁ": "ɹ", "r": "ɹ", "ɾ": "ɹ", "x": "k", "χ": "k", "ç": "ʃ", "ɲ": "nj", "ʎ": "lj", "y": "u", "e": "A",
                  "ø": "ɜ", "œ": "ɜ", "o": "Q", "O": "Q", "ɥ": "w", "β": "b", "ɣ": "ɡ", "ʝ": "j", "ɐ": "ə"},
    }
)  # fmt: skip

_FAR: Final = 12.0  # a vowel is never the nearest to a consonant while there is a consonant


@functools.cache
def _consonants() -> Mapping[str, tuple[str, int, bool]]:
    """Symbol to (manner, place, voiced)."""
    found: dict[str, tuple[str, int, bool]] = {}
    for manner, row in _CONSONANTS:
        for cell in row.split():
            voiceless, voiced, place = cell[0], cell[1], int(cell[2:])
            found[voiceless] = (manner, place, False)
            found[voiced] = (manner, place, True)
    found.pop("-", None)
    return found


def distance(one: str, other: str) -> float:
    """How far two sounds are from each other; infinite if the chart has not both."""
    if one == other:
        return 0.0
    consonants = _consonants()
    if one in _VOWELS and other in _VOWELS:
        (height, back, is_round), (height_, back_, is_round_) = _VOWELS[one], _VOWELS[other]
        return 0.8 * abs(height - height_) + 0.9 * abs(back - back_) + 1.5 * abs(is_round - is_round_) + 0.1
    if one in consonants and other in consonants:
        (manner, place, is_voiced), (manner_, place_, is_voiced_) = consonants[one], consonants[other]
        apart = 0.0 if manner == manner_ else 1.5 if frozenset({manner, manner_}) in _KIN else 4.0
        return apart + 0.8 * abs(place - place_) + 1.5 * (is_voiced != is_voiced_) + 0.1
    if all(sound in _VOWELS or sound in consonants for sound in (one, other)):
        return _FAR
    return float("inf")


def nearest(sound: str, among: Iterable[str] = SYMBOL_IDS) -> str | None:
    """Return the nearest sound; None if the chart has no such sound."""
    best = min(among, key=lambda other: (distance(sound, other), other), default=None)
    return None if best is None or distance(sound, best) == float("inf") else best


def as_said_in(symbols: str, language: str) -> str:
    """Return foreign symbols in the sounds of ``language``, one of ``voices.LANGUAGES``; marks and stress stay."""
    inventory = _INVENTORIES.get(language)
    if inventory is None:
        return symbols
    return "".join(_at_home(symbol, language, inventory) for symbol in symbols)


def _at_home(symbol: str, language: str, inventory: frozenset[str]) -> str:
    by_custom = _BY_CUSTOM[language]
    if symbol in by_custom:
        return by_custom[symbol]
    if symbol in inventory or symbol in " ˈˌ" or symbol in PUNCTUATION:
        return symbol
    if symbol in MARKERS:
        return "n" if symbol == _NASAL else ""
    if symbol in _MADE_OF:
        return "".join(_at_home(part, language, inventory) for part in _MADE_OF[symbol])
    return nearest(symbol, sorted(inventory)) or symbol
