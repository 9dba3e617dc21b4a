"""A script as the lines that a Coqui net says one by one: plain letters, each with the stretch of script it reads.

Numbers, dates and money are read by our own rules where the language has them. Where it has none, a digit is refused:
Coqui's cleaners would drop it or read it as English.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pipelines.errors import ScriptRefusedError
from pipelines.voice.markup.source import is_markup
from pipelines.voice.reading.reader import ScriptReader
from pipelines.voice.reading.rules import FOLDER, load_rules
from pipelines.voice.script.pieces import Mark, Piece, Sentence, Span, Spoken
from pipelines.voice.script.sentences import sentences

SCRIPT_CHARACTERS_MAX: Final = 20_000  # about half an hour of speech; an ad is under a minute
BREATH_S: Final = 0.12  # between two lines of one sentence

_RULES: Final = {"en": "en-US", "pt": "pt-BR"}  # whose rules a bare language uses
_OPENERS: Final = frozenset("(“")
_UNSPACED: Final = frozenset({"zh", "ja"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What the net says in one go; ``spans[i]`` is what character ``i`` reads, None for marks and spaces."""

    text: str
    spans: tuple[Span | None, ...]
    pause_s: float

    def part(self, begin: int, end: int, *, pause_s: float) -> Line:
        """Return the characters from ``begin`` to ``end``."""
        return Line(text=self.text[begin:end], spans=self.spans[begin:end], pause_s=pause_s)


def lines(text: str, *, language: str, pronunciations: Mapping[str, str], characters_max: int) -> tuple[Line, ...]:
    """Return the lines of a script, each of ``characters_max`` at most where a space or mark allows it.

    Raises:
        ScriptRefusedError: There is nothing to say, too much, a digit in a language without reading rules, or a
            pronunciation in phonetic letters, which these nets do not read.
    """
    if is_markup(text):
        raise ScriptRefusedError("this engine reads plain text and the script is SSML; take the markup out")
    if len(text) > SCRIPT_CHARACTERS_MAX:
        raise ScriptRefusedError(
            f"the script has {len(text)} characters and a take {SCRIPT_CHARACTERS_MAX} at most; make several takes"
        )
    made: list[Line] = []
    for sentence in sentences(_pieces(text, language=language, pronunciations=pronunciations)):
        made.extend(_cut(_line(sentence, spaced=language not in _UNSPACED), characters_max))
    if not made:
        raise ScriptRefusedError(f"there is nothing to say in {text[:80]!r}; write at least one word")
    return tuple(made)


def _pieces(text: str, *, language: str, pronunciations: Mapping[str, str]) -> tuple[Piece, ...]:
    rules = _RULES.get(language, language)
    if (FOLDER / f"{rules}.toml").is_file():
        return ScriptReader(load_rules(rules), pronunciations).read(text)
    if pronunciations:
        raise ScriptRefusedError(f"there are no reading rules for {language!r}, so no pronunciations either; respell")
    for at, letter in enumerate(text):
        if letter.isdigit():
            raise ScriptRefusedError(
                f"there are no reading rules for {language!r}: write the number at character {at + 1} as words"
            )
    return (Piece(kind="plain", text=text, span=Span(begin=0, end=len(text))),)


def _line(sentence: Sentence, *, spaced: bool) -> Line:
    text = ""
    spans: list[Span | None] = []

    def add(letters: str, span: Span | None) -> None:
        nonlocal text
        text += letters
        spans.extend([span] * len(letters))

    for item in sentence.items:
        apart = bool(text) and text[-1] not in _OPENERS and text[-1] != " "
        if isinstance(item, Mark):
            if item.text in _OPENERS and apart and spaced:
                add(" ", None)
            add(item.text, None)
            continue
        if item.symbols is not None:
            raise ScriptRefusedError(
                f"{item.text!r} has a pronunciation in phonetic letters, which this voice does not read; respell it"
            )
        if apart and (spaced or (_is_latin(text[-1]) and _is_latin(item.text[0]))):
            add(" ", None)
        add(item.text, item.span)
    if spaced and text and text[-1].isalnum():
        add(".", None)  # a headline without a mark ends in the air
    return Line(text=text, spans=tuple(spans), pause_s=sentence.pause_s)


def _cut(line: Line, characters_max: int) -> list[Line]:
    made: list[Line] = []
    begin = 0
    while len(line.text) - begin > characters_max:
        window = range(begin + characters_max - 1, begin + characters_max // 3, -1)
        end = next((i + 1 for i in window if line.text[i] in ",;:—"), 0)
        end = end or next((i + 1 for i in window if line.text[i] == " "), 0) or begin + characters_max
        made.append(line.part(begin, end, pause_s=BREATH_S))
        begin = end + (1 if line.text[end : end + 1] == " " else 0)
    made.append(line.part(begin, len(line.text), pause_s=line.pause_s))
    return [part for part in made if any(part.spans)]


def _is_latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()


def words_said(line: Line) -> tuple[Spoken, ...]:
    """The words of a line, in order."""
    made: list[Spoken] = []
    begin: int | None = None
    for at in range(len(line.text) + 1):
        inside = at < len(line.text) and line.spans[at] is not None
        if begin is not None and (not inside or line.spans[at] != line.spans[begin]):
            made.append(Spoken(text=line.text[begin:at], span=_span(line, begin)))
            begin = None
        if inside and begin is None:
            begin = at
    return tuple(made)


def _span(line: Line, at: int) -> Span:
    span = line.spans[at]
    assert span is not None, "a word reads a stretch of the script"
    return span
