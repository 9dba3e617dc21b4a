"""How far what a listener wrote down is from what was to be said: in words, and in letters.

Words are what people count; letters forgive a brand's spelling. Where one sound has many spellings, sounds are
compared: kana for Japanese, pinyin without tones for Chinese. Hindi is compared by its consonants, because the listener
may write it in the letters of Urdu.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipelines.speech.hindustani import consonants

_KANA: Final = re.compile(r"[^ァ-ヴー]")
_HAN: Final = re.compile(r"[㐀-鿿]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardErrors:
    """Shares of the script that were heard wrong; above 1 when far more was heard than was to be said.

    ``words`` are syllables in Chinese, kana in Japanese and consonants in Hindi; ``letters`` are of the same sounds,
    ``letter_count`` is how many of them the script has, and ``missing`` how many of them the longest stretch has that
    nobody said: a dropped sentence is a small share of a long script.
    """

    words: float
    letters: float
    letter_count: int
    missing: int


def errors_heard(script: str, heard: str, *, locale: str) -> HeardErrors:
    """Compare a transcript with the script; case, marks and accents' encodings do not count.

    Numbers must be written alike in both: read them out first (``pipelines.voice.reading``).
    """
    wanted, found = units(script, locale=locale), units(heard, locale=locale)
    letters_wanted, letters_found = "".join(wanted), "".join(found)
    return HeardErrors(
        words=_share(wanted, found),
        letters=_share(letters_wanted, letters_found),
        letter_count=len(letters_wanted),
        missing=_missing(wanted, found),
    )


def units(text: str, *, locale: str) -> tuple[str, ...]:
    """The words of a text as they are compared: lowercase, without marks; see the module for ja, zh and hi."""
    language = locale.replace("_", "-").split("-")[0].lower()
    if language == "ja":
        return tuple(_kana(text))
    if language == "zh":
        return _syllables(text)
    if language == "hi":
        return tuple(consonants(text))
    return _words(text)


def edit_distance(a: Sequence[str], b: Sequence[str]) -> int:
    """The least number of insertions, deletions and swaps between two sequences (Levenshtein)."""
    if not a or not b:
        return max(len(a), len(b))
    names = {unit: at for at, unit in enumerate(dict.fromkeys((*a, *b)))}
    other = np.array([names[unit] for unit in b])
    places = np.arange(len(b) + 1)
    row = places.copy()
    for at, unit in enumerate(a, start=1):
        swapped = row[:-1] + (other != names[unit])
        row = np.concatenate([[at], np.minimum(swapped, row[1:] + 1)])
        row = np.minimum.accumulate(row - places) + places  # insertions, from left to right
    return int(row[-1])


def _share(wanted: Sequence[str], found: Sequence[str]) -> float:
    if not wanted:
        return float(bool(found))
    return edit_distance(wanted, found) / len(wanted)


def _missing(wanted: Sequence[str], found: Sequence[str]) -> int:
    """Letters of the longest stretch of ``wanted`` that has nothing, or much less, in its place."""
    matched = difflib.SequenceMatcher(None, wanted, found, autojunk=False).get_opcodes()
    lost = (len("".join(wanted[a:b])) - len("".join(found[c:d])) for _, a, b, c, d in matched)
    return max((0, *lost))


def _words(text: str) -> tuple[str, ...]:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    # A mark parts words, but not inside a contraction: "it's" and "its" are one letter apart, "it s" is two words.
    folded = re.sub(r"(?<=\w)'(?=\w)", "", folded)
    return tuple("".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in folded).split())


def _kana(text: str) -> str:
    import pyopenjtalk  # noqa: PLC0415 -- loads a dictionary of 100 MB that only Japanese needs

    return _KANA.sub("", str(pyopenjtalk.g2p(unicodedata.normalize("NFKC", text), kana=True)))


def _syllables(text: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin  # noqa: PLC0415 -- dictionaries that only Chinese needs

    made: list[str] = []
    at = 0
    folded = unicodedata.normalize("NFKC", text)
    for found in _HAN.finditer(folded):
        made.extend(_words(folded[at : found.start()]))
        made.extend(lazy_pinyin(found[0]))
        at = found.end()
    made.extend(_words(folded[at:]))
    return tuple(made)
