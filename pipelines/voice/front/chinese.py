"""Mandarin: words from jieba, readings from pypinyin, sounds as misaki.zh has them; Latin names by espeak-ng."""

from __future__ import annotations

import functools
import itertools
import logging
import re
from collections.abc import Sequence
from itertools import groupby

from pipelines.errors import ScriptRefusedError
from pipelines.voice.front.base import ClauseReader, read_sentence, require_letters, spoken_alone
from pipelines.voice.front.spaced import spaced_words
from pipelines.voice.front.unspaced import break_units, split_latin, with_marks
from pipelines.voice.script.pieces import Phonemes, Sentence, Span, Spoken, join

_SCRIPTS = frozenset({"CJK", "LATIN", "IDEOGRAPHIC"})
_SYLLABLE_SILENT = str.maketrans("", "", "\u032f\u0329")  # misaki's diacritics that the net has no symbol for


class ChineseFrontEnd:
    """Reads simplified and traditional characters; ``latin`` reads words in Latin letters."""

    def __init__(self, latin: ClauseReader) -> None:
        self._latin = latin

    def words(self, text: str) -> tuple[Span, ...]:
        """Return words; marks stick to the word before."""
        made: list[Span] = []
        for stretch in spaced_words(text):
            words = _cut(text[stretch.begin : stretch.end])
            cuts = list(itertools.accumulate(map(len, words), initial=stretch.begin))
            made.extend(break_units(text, stretch.begin, cuts, stretch.end))
        return with_marks(text, made)

    def phonemes(self, sentence: Sentence) -> Phonemes:
        """See ``FrontEnd.phonemes``."""
        return read_sentence(sentence, self)

    def clause(self, words: Sequence[Spoken]) -> Phonemes:
        """See ``ClauseReader.clause``."""
        require_letters(words, scripts=_SCRIPTS, language="zh")
        parts: list[Phonemes] = []
        for kind, group in groupby(split_latin(words), key=_kind):
            run = list(group)
            if kind == "given":
                said = [spoken_alone(word.symbols or "", word.span) for word in run]
            elif kind == "latin":
                said = [self._latin.clause(run)]
            else:
                said = _characters(run)
            for part in said:
                if part.symbols:
                    parts.extend(([spoken_alone(" ", None)] if parts else []) + [part])
        return join(parts)


def _characters(words: list[Spoken]) -> list[Phonemes]:
    """Cut the run into words and read each; a word that lies across two pieces belongs to the first."""
    text = "".join(word.text for word in words)
    owners = [_own_span(word, i) for word in words for i in range(len(word.text))]
    parts: list[Phonemes] = []
    at = 0
    for word in _cut(text):
        syllables = [_syllable(pinyin) for pinyin in _pinyin(word)]
        spans = owners[at : at + len(word)]
        if len(syllables) != len(word):
            parts.append(spoken_alone("".join(syllables), spans[0]))
        else:
            parts.append(join([spoken_alone(s, span) for s, span in zip(syllables, spans, strict=True)]))
        at += len(word)
    return parts


def _own_span(word: Spoken, at: int) -> Span:
    if word.span.end - word.span.begin == len(word.text):
        return Span(begin=word.span.begin + at, end=word.span.begin + at + 1)
    return word.span


def _kind(word: Spoken) -> str:
    if word.symbols is not None:
        return "given"
    return "latin" if re.match(r"[A-Za-zÀ-ÿ]", word.text) else "chinese"


@functools.cache
def _jieba() -> object:
    import jieba  # noqa: PLC0415 -- builds its dictionary at first use and logs about it; only Chinese pays

    jieba.setLogLevel(logging.WARNING)
    return jieba


def _cut(text: str) -> list[str]:
    cut: list[str] = _jieba().lcut(text)  # type: ignore[attr-defined]  # jieba has no types
    return cut


def _pinyin(word: str) -> list[str]:
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 -- 0.2 s of dictionaries that only Chinese needs

    pinyin: list[str] = lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True, tone_sandhi=True)
    return pinyin


@functools.cache
def _syllable(pinyin: str) -> str:
    from misaki.zh import ZHG2P  # noqa: PLC0415 -- loads jieba and cn2an, which only Chinese needs

    try:
        said: str = ZHG2P.py2ipa(pinyin)
    except (AssertionError, KeyError, ValueError, IndexError) as e:
        raise ScriptRefusedError(f"{pinyin!r} is no Mandarin syllable; give the word a pronunciation") from e
    return said.replace("\u032f", "").translate(_SYLLABLE_SILENT)
