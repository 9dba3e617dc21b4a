"""How alike two texts sound, whatever their spelling: a recogniser writes "O'Cofor" for Okafor and kanji as it likes.

A text becomes a row of Latin letters close to its sound (pinyin for Chinese, phonemes for Japanese, a letter table for
Devanagari and Urdu letters). Rows are compared by an edit distance in which vowels, and consonants that are easily
taken for each other, cost half.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

import pyopenjtalk
from pypinyin import lazy_pinyin

_SPELLINGS: Final = (
    ("ß", "ss"), ("æ", "e"), ("œ", "e"), ("ø", "o"), ("ł", "l"), ("đ", "d"), ("ph", "f"), ("sch", "x"), ("tch", "x"),
    ("sh", "x"), ("ch", "x"), ("ck", "k"), ("qu", "k"), ("q", "k"), ("th", "t"), ("gh", "g"), ("x", "s"), ("j", "i"),
    ("y", "i"), ("w", "v"), ("z", "s"), ("ce", "se"), ("ci", "si"), ("c", "k"), ("h", ""),
)  # fmt: skip
_VOWELS: Final = frozenset("aeiou")
_ALIKE: Final = tuple(frozenset(group) for group in ("lr", "bvf", "fp", "st", "dt", "gk", "mn", "bp", "sk", "gi", "sd"))
_HALF: Final = 0.5
_BORROWED: Final = str.maketrans("lv", "rb", "aeioufh")

# Consonants and long vowels; what is not here (short vowel signs of Urdu, nukta) has no sound of its own.
_ROWS: Final = (
    ("कखगघङचछजझञ", "kkggnccjjn"),
    ("टठडढणतथदधन", "ttddnttddn"),
    ("पफबभमयरलवशषसह", "pfbbmyrlvsssh"),
    ("अआइईउऊऋएऐओऔ", "aaiiuureeoo"),
    ("ािीुूृेैोौंँ", "aiiuureeoonn"),
    ("اآبپتٹثجچحخدڈذ", "aabpttsjchkddz"),
    ("رڑزژسشصضطظعغفق", "rrzzsssztzagfk"),
    ("کكگلمنںوہھهیيےءئؤ", "kkglmnnvhhhiieaiu"),
)
_LETTERS: Final[Mapping[str, str]] = {
    letter: sound for letters, sounds in _ROWS for letter, sound in zip(letters, sounds, strict=True)
}


def sound_of(text: str, language: str) -> str:
    """A text as Latin letters close to its sound, without spaces; ``language`` is a primary subtag."""
    return "".join(_sounds(text, language))


def likeness(heard: str, expected: str) -> float:
    """How alike two sounds are as a whole: 1 the same, 0 nothing in common."""
    if not (heard and expected):
        return 0.0
    return max(0.0, 1 - _distance(heard, expected, anywhere=False) / max(len(heard), len(expected)))


def likeness_within(heard: str, expected: str) -> float:
    """How alike a sound is to the most similar stretch of a longer one."""
    if not (heard and expected):
        return 0.0
    return max(0.0, 1 - _distance(heard, expected, anywhere=True) / len(expected))


def skeleton_of(sound: str) -> str:
    """The consonants of a sound, as far as a language that borrows a word keeps them apart ("light", "raito")."""
    return sound.translate(_BORROWED)


def _sounds(text: str, language: str) -> Iterator[str]:
    for part in re.findall(r"[\u3040-\u30ff\u3400-\u9fff々ー]+|[^\u3040-\u30ff\u3400-\u9fff々ー]+", text):
        if "\u3040" <= part[0] <= "\u9fff" or part[0] in "々ー":
            if language == "ja":
                yield _latin(str(pyopenjtalk.g2p(part)).replace("cl", "").replace("N", "n").replace(" ", ""))
            else:
                yield _latin("".join(lazy_pinyin(part)))
        else:
            yield _latin(part)


def _latin(text: str) -> str:
    composed = unicodedata.normalize("NFC", text.casefold())
    lettered = "".join(_LETTERS.get(letter, letter) for letter in unicodedata.normalize("NFD", composed))
    plain = "".join(c for c in unicodedata.normalize("NFKD", lettered) if c.isascii() and c.isalnum())
    for spelling, sound in _SPELLINGS:
        plain = plain.replace(spelling, sound)
    return re.sub(r"([a-z])\1+", r"\1", plain)


def _distance(heard: str, expected: str, *, anywhere: bool) -> float:
    """Edit distance; with ``anywhere``, to the closest stretch of ``heard`` (Sellers 1980)."""
    row = [0.0 if anywhere else _prefix(heard, end) for end in range(len(heard) + 1)]
    for letter in expected:
        dropped = _gap(letter)
        above, row = row, [row[0] + dropped]
        for at, other in enumerate(heard, start=1):
            row.append(min(above[at] + dropped, row[at - 1] + _gap(other), above[at - 1] + _swap(letter, other)))
    return min(row) if anywhere else row[-1]


def _prefix(heard: str, end: int) -> float:
    return sum(_gap(letter) for letter in heard[:end])


def _gap(letter: str) -> float:
    return _HALF if letter in _VOWELS else 1.0


def _swap(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if (one in _VOWELS and other in _VOWELS) or any(one in group and other in group for group in _ALIKE):
        return _HALF
    return 1.0
