"""Japanese: readings from Open JTalk (pyopenjtalk-plus, MIT and BSD), Latin names by espeak-ng as English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import pyopenjtalk

from pipelines.voice.front.base import ClauseReader, read_sentence, require_letters, spoken_alone
from pipelines.voice.front.spaced import spaced_words
from pipelines.voice.front.unspaced import break_units, split_latin, with_marks
from pipelines.voice.phonemes import kana
from pipelines.voice.script.pieces import Phonemes, Sentence, Span, Spoken, join
from pipelines.voice.timing.alignment import boundaries

_SCRIPTS = frozenset({"CJK", "HIRAGANA", "KATAKANA", "LATIN", "FULLWIDTH", "HALFWIDTH", "IDEOGRAPHIC", "GREEK"})
_ENDINGS = frozenset({"助詞", "助動詞"})  # particles and auxiliaries: no line breaks before them
_SUFFIX = "接尾"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    text: str  # as Open JTalk rewrote it: full width, digits as kanji
    reading: str  # katakana, empty for marks
    begins_phrase: bool
    span: Span  # in the text that was asked


class JapaneseFrontEnd:
    """Reads kanji, kana and digits with their counters; ``latin`` reads words in Latin letters."""

    def __init__(self, latin: ClauseReader) -> None:
        self._latin = latin

    def words(self, text: str) -> tuple[Span, ...]:
        """Return phrases (a word with its particles); marks stick to the phrase before."""
        made: list[Span] = []
        for stretch in spaced_words(text):
            nodes = _nodes(text[stretch.begin : stretch.end])
            cuts = [stretch.begin + node.span.begin for node in nodes if node.begins_phrase]
            made.extend(break_units(text, stretch.begin, cuts, stretch.end))
        return with_marks(text, made)

    def phonemes(self, sentence: Sentence) -> Phonemes:
        """See ``FrontEnd.phonemes``."""
        return read_sentence(sentence, self)

    def clause(self, words: Sequence[Spoken]) -> Phonemes:
        """See ``ClauseReader.clause``."""
        parts: list[Phonemes] = []
        for kind, group in groupby(split_latin(words), key=_kind):
            run = list(group)
            if kind == "given":
                said = [spoken_alone(word.symbols or "", word.span) for word in run]
            elif kind == "latin":
                said = [self._latin.clause(run)]
            elif kind == "loan":
                said = [self._run([word]) for word in run]
            else:
                said = [self._run(run)]
            for part in said:
                if part.symbols:
                    parts.extend(([spoken_alone(" ", None)] if parts else []) + [part])
        return join(parts)

    def _run(self, words: list[Spoken]) -> Phonemes:
        require_letters(words, scripts=_SCRIPTS, language="ja")
        text = "".join(word.text for word in words)
        owners = [word.span for word in words for _ in word.text]
        offsets = [i for word in words for i in range(len(word.text))]
        parts: list[Phonemes] = []
        for node in _nodes(text):
            if not kana.is_kana(node.reading):
                continue
            first, last = node.span.begin, max(node.span.begin, node.span.end - 1)
            owner = owners[min(first, len(owners) - 1)]
            is_as_written = owner.end - owner.begin == sum(o == owner for o in owners)
            if is_as_written and last < len(owners) and owners[last] == owner:
                owner = Span(begin=owner.begin + offsets[first], end=owner.begin + offsets[last] + 1)
            if parts:  # the net was trained with a space after each word
                parts.append(spoken_alone(" ", None))
            parts.append(spoken_alone(kana.to_symbols(node.reading), owner))
        return join(parts)


def _kind(word: Spoken) -> str:
    if word.symbols is not None:
        return "given"
    if not re.fullmatch(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ'-]*", word.text):
        return "japanese"
    return "loan" if _is_known(word.text) else "latin"


def _is_known(word: str) -> bool:
    """Whether Open JTalk has a Japanese reading for a Latin word; it spells those that it does not know."""
    nodes = pyopenjtalk.run_frontend(word)
    return len(nodes) == 1 and len(word) > 1 and nodes[0]["pos"] != "フィラー"


def _nodes(text: str) -> list[_Node]:
    found = pyopenjtalk.run_frontend(text)
    if not found:
        return []
    strings = [unicodedata.normalize("NFKC", node["string"]) for node in found]
    plain = "".join(_one(c) for c in text)
    starts = [*_starts(strings, plain), len(plain)]
    made: list[_Node] = []
    for at, node in enumerate(found):
        reading = node["pron"].replace("’", "").replace("'", "")
        sticks = (
            node["pos"] in _ENDINGS or node["pos_group1"] == _SUFFIX or node["chain_flag"] == 1 or node["pos"] == "記号"
        )
        span = Span(begin=starts[at], end=max(starts[at + 1], starts[at]))
        made.append(_Node(text=node["string"], reading=reading, begins_phrase=not sticks, span=span))
    return made


def _starts(strings: list[str], plain: str) -> tuple[int, ...]:
    if "".join(strings) == plain:
        at, starts = 0, []
        for string in strings:
            starts.append(at)
            at += len(string)
        return tuple(starts)
    return boundaries(tuple(strings), plain)


def _one(letter: str) -> str:
    """Normalise one character to one character, so that places hold."""
    normal = unicodedata.normalize("NFKC", letter)
    return normal if len(normal) == 1 else letter
