"""Reads a spoken code out of a transcript: Whisper writes figures, or the words for them, in the script it likes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

_WORDS: Final[Mapping[str, str]] = {
    # Digits 0 to 9; alternatives stand behind a slash. Accents do not count.
    "en": "zero/oh one two three four five six seven eight nine",
    "fr": "zero un deux trois quatre cinq six sept huit neuf",
    "it": "zero uno due tre quattro cinque sei sette otto nove",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve",
    "de": "null eins zwei/zwo drei vier funf sechs sieben acht neun",
    "pt": "zero um/uma dois/duas tres quatro cinco seis/meia sete oito nove",
    "hi": (
        "शून्य/ज़ीरो/जीरो/صفر/زیرو/شونے/شونیہ/shunya/zero एक/ایک/ek दो/دو/do तीन/تین/teen/tin चार/چار/char/chaar "
        "पांच/पाँच/پانچ/panch/paanch "
        "छह/छः/छे/छ/چھ/چھے/چہ/چہاہ/چھاہ/chhah/chhe/che सात/سات/ساتھ/saat/sat आठ/آٹھ/آٹ/aath/ath नौ/نو/nau"
    ),
    "zh": "〇/零 一/幺 二/两 三 四 五 六 七 八 九",
    "ja": "〇/零/れい/ぜろ/まる 一/いち 二/に 三/さん 四/よん/し 五/ご 六/ろく 七/なな/しち 八/はち 九/きゅう/く",
}
_UNSPACED: Final = frozenset({"ja", "zh"})
_BREAK: Final = " "
_FILLERS: Final = frozenset({"e", "et", "y", "and", "und", "a", "i"})  # heard between digits where nothing was said
_KANA_MARKS: Final = frozenset("\u3099\u309a")  # these make other sounds: ko is no go


def digit_runs(text: str, language: str) -> tuple[str, ...]:
    """Digits that follow each other without another word between them, in order; ``language`` is a primary subtag."""
    words = _table(language)
    found = []
    for token in re.findall(r"\d|[^\W\d_]+", _folded(text)):
        if token.isdigit():
            found.append(str(unicodedata.digit(token)))
        elif language in _UNSPACED:
            found.append(_unspaced(token, words, kana=language == "ja"))
        elif token not in _FILLERS:
            found.append(_spaced(token, words))
    return tuple("".join(found).split())


def digits_heard(runs: tuple[str, ...], code: str) -> int:
    """How many digits of the code were heard in their places, at best; a code said twice in a row counts."""
    return max((_in_place(run, code) for run in runs), default=0)


def _in_place(run: str, code: str) -> int:
    if len(run) == 2 * len(code) and run[: len(code)] == run[len(code) :]:
        run = run[: len(code)]
    same = sum(a == b for a, b in zip(run, code, strict=False))
    # A longer run is not the code, whatever stands in it: reading out many digits must not find it by chance.
    return same if len(run) == len(code) else max(0, min(same, len(code) - 1))


def _table(language: str) -> dict[str, str]:
    row = _WORDS.get(language, "")
    return {_folded(word): str(digit) for digit, words in enumerate(row.split()) for word in words.split("/")}


def _folded(text: str) -> str:
    """Small letters without accents and vowel signs; katakana as hiragana; digits of any script."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in parts if unicodedata.category(c)[0] != "M" or c in _KANA_MARKS)
    plain = unicodedata.normalize("NFC", kept)
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in plain)


def _spaced(token: str, words: Mapping[str, str]) -> str:
    """The digit that a word is, or the digits that were written as one word ("viernull")."""
    if token in words:
        return words[token]
    longest_first = "|".join(sorted(words, key=len, reverse=True))
    if words and re.fullmatch(f"(?:{longest_first})+", token):
        return "".join(words[word] for word in re.findall(longest_first, token))
    return _BREAK


def _unspaced(token: str, words: Mapping[str, str], *, kana: bool) -> str:
    """Digits in a stretch of Chinese or Japanese, where words are not set apart."""
    found = []
    for part in re.findall(r"[ぁ-んー]+|[^ぁ-んー]", token):
        if kana and "ぁ" <= part[0] <= "ー":
            found.append(_kana(part, {word: digit for word, digit in words.items() if "ぁ" <= word[0] <= "ん"}))
        else:
            found.append(words.get(part, _BREAK))
    return "".join(found)


def _kana(part: str, sounds: Mapping[str, str]) -> str:
    """Digits at the start and at the end of a stretch of kana ("wa yon", "roku desu"), or all of it.

    One sign alone is a particle as often as a digit, so it counts only where the whole stretch is digits.
    """
    any_sound = "|".join(sorted(sounds, key=len, reverse=True))
    start, end = re.match(f"(?:{any_sound})+", part), re.search(f"(?:{any_sound})+$", part)
    if start and start.end() == len(part):
        return _sounded(part, sounds, any_sound)
    before = _sounded(start.group(), sounds, any_sound) if start and start.end() > 1 else ""
    after = _sounded(end.group(), sounds, any_sound) if end and len(part) - end.start() > 1 else ""
    return f"{before}{_BREAK}{after}"


def _sounded(part: str, sounds: Mapping[str, str], any_sound: str) -> str:
    return "".join(sounds[sound] for sound in re.findall(any_sound, part))
