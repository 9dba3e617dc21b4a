"""From elements to a script: blanks made one, sentences and paragraphs ended, every stretch with its manner.

Only words are marked, never parts of them: what a subtitle shows as one word must be said as one.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from pipelines.errors import ScriptRefusedError
from pipelines.voice.markup.script import MarkedScript, Part, Pause, SaidAs, Written
from pipelines.voice.markup.source import Element, Place, parse
from pipelines.voice.markup.values import emphasis_of, pause_of, prosody_of
from pipelines.voice.markup.words import KINDS
from pipelines.voice.script.manner import PLAIN, Manner, Stretch
from pipelines.voice.script.pieces import Span
from pipelines.voice.script.sentences import PARAGRAPH_PAUSE_S, SENTENCE_PAUSE_S
from pipelines.voice.voices import language_of

_BLANKS: Final = re.compile(r"[ \t\r\n]+")
_SOFT: Final = "\r"  # a gap that is none between letters of scripts without spaces


def read_markup(source: str, *, locale: str | None = None) -> MarkedScript:
    """Read an SSML script; ``locale`` is the take's, against which the script's own language is held.

    Raises:
        ScriptRefusedError: It is not the part of SSML that is read here; says where and what is.
    """
    root = parse(source)
    own = root.attributes.get("xml:lang")
    if own is not None and not _is_same(own, locale or own, root.place):
        raise root.place.refused(f"the script is in {own!r} and the take in {locale!r}; write one language")
    reader = _Reader(locale or own)
    reader.walk(root, PLAIN, None)
    return reader.script(source, own)


class _Reader:
    def __init__(self, locale: str | None) -> None:
        self._locale = locale
        self._text = ""
        self._gap = ""  # blanks that wait for a word after them
        self._parts: list[Part] = []
        self._stretches: list[Stretch] = []
        self._edges: list[tuple[int, Place]] = []  # where markup begins or ends without a blank

    def walk(self, element: Element, manner: Manner, locale: str | None) -> None:
        is_block = element.name in {"p", "s"}
        self._end(element) if is_block else self._edge(element)
        if element.name == "break":
            self._pause(element)
        elif element.name in {"sub", "phoneme", "say-as"}:
            self._say(element, _manner(element).within(manner), locale)
        else:
            inner = self._switched(element) if element.name == "lang" else locale
            self._hold(element, _manner(element).within(manner), inner)
        self._end(element) if is_block else self._edge(element)

    def _hold(self, element: Element, manner: Manner, locale: str | None) -> None:
        for child in element.children:
            if isinstance(child, str):
                self._write(child, manner, locale)
            else:
                self.walk(child, manner, locale)

    def script(self, source: str, locale: str | None) -> MarkedScript:
        for at, place in self._edges:
            before, after = self._text[at - 1 : at], self._text[at : at + 1]
            if is_narrow(before) and is_narrow(after):
                word = _word_at(self._text, at)
                raise place.refused(f"markup stands inside the word {word!r}; put it around whole words")
        return MarkedScript(
            source=source,
            text=self._text,
            locale=locale,
            parts=tuple(self._parts),
            stretches=tuple(self._stretches),
        )

    def _write(self, data: str, manner: Manner, locale: str | None) -> None:
        for token in re.findall(rf"{_BLANKS.pattern}|[^ \t\r\n]+", data):
            if _BLANKS.fullmatch(token):
                self._gap = self._gap or (_SOFT if "\n" in token else " ")
            else:
                self._put(self._filled(token[0]) + token, manner, locale)

    def _filled(self, following: str) -> str:
        gap, self._gap = self._gap, ""
        if not self._text:
            return ""
        is_soft = gap == _SOFT and _is_wide(self._text[-1]) and _is_wide(following)
        return "" if is_soft else gap.replace(_SOFT, " ")

    def _put(self, text: str, manner: Manner, locale: str | None) -> None:
        span = self._grown(text, manner)
        last = self._parts[-1] if self._parts else None
        if isinstance(last, Written) and last.locale == locale:
            self._parts[-1] = Written(span=Span(begin=last.span.begin, end=span.end), locale=locale)
        else:
            self._parts.append(Written(span=span, locale=locale))

    def _grown(self, text: str, manner: Manner) -> Span:
        span = Span(begin=len(self._text), end=len(self._text) + len(text))
        self._text += text
        last = self._stretches[-1] if self._stretches else None
        if last is not None and last.manner == manner and last.span.end == span.begin:
            self._stretches[-1] = Stretch(span=Span(begin=last.span.begin, end=span.end), manner=manner)
        elif manner != PLAIN:
            self._stretches.append(Stretch(span=span, manner=manner))
        return span

    def _say(self, element: Element, manner: Manner, locale: str | None) -> None:
        written = _BLANKS.sub(" ", "".join(c for c in element.children if isinstance(c, str))).strip(" ")
        if not written:
            raise element.place.refused(f"<{element.name}> holds no words; write what the subtitle shows")
        gap = self._filled(written[0])
        if gap:
            self._put(gap, manner, locale)
        span = self._grown(written, manner)
        place, attributes = element.place, element.attributes
        if element.name == "sub":
            made = SaidAs(span=span, locale=locale, how="alias", value=attributes["alias"].strip(), place=place)
        elif element.name == "phoneme":
            if attributes["alphabet"] != "ipa":
                raise place.refused(f"alphabet is {attributes['alphabet']!r} and must be 'ipa'")
            made = SaidAs(span=span, locale=locale, how="ipa", value=attributes["ph"].strip(), place=place)
        else:
            kind = attributes["interpret-as"]
            if kind not in KINDS:
                raise place.refused(f"interpret-as is {kind!r}; choose one of: {', '.join(KINDS)}")
            form = attributes.get("format", "")
            made = SaidAs(span=span, locale=locale, how="kind", value=kind, format=form, place=place)
        if not made.value:
            raise place.refused(f"<{element.name}> says nothing; fill in {'alias' if made.how == 'alias' else 'ph'}")
        self._parts.append(made)

    def _pause(self, element: Element) -> None:
        pause_s = pause_of(element)
        if pause_s:
            self._parts.append(Pause(at=len(self._text), pause_s=pause_s, ends=False))

    def _end(self, element: Element) -> None:
        """End a sentence or paragraph, where there is one."""
        if not self._text:
            return
        if element.name == "p":
            self._gap = "\n"
        elif not self._gap:
            self._gap = _SOFT
        pause_s = PARAGRAPH_PAUSE_S if element.name == "p" else SENTENCE_PAUSE_S
        self._parts.append(Pause(at=len(self._text), pause_s=pause_s, ends=True))

    def _switched(self, element: Element) -> str | None:
        """The locale of what stands in ``<lang>``; None is the script's own."""
        asked = element.attributes["xml:lang"]
        is_own = _is_same(asked, self._locale or asked, element.place)
        return None if is_own and self._locale is not None else asked

    def _edge(self, element: Element) -> None:
        if not self._gap:
            self._edges.append((len(self._text), element.place))


def _manner(element: Element) -> Manner:
    if element.name == "emphasis":
        return emphasis_of(element)
    return prosody_of(element) if element.name == "prosody" else PLAIN


def _is_same(asked: str, locale: str, place: Place) -> bool:
    """Whether a voice of ``locale`` speaks it anyway: "en" is British to a British one."""
    try:
        same = language_of(asked) == language_of(locale)
    except ScriptRefusedError as e:
        raise place.refused(str(e)) from e
    return same or locale.replace("_", "-").lower().startswith(f"{asked.lower()}-")


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in {"W", "F"}


def is_narrow(letter: str) -> bool:
    """Whether it is a letter or digit of a script with words; "" is none."""
    return bool(letter) and unicodedata.category(letter)[0] in "LMN" and not _is_wide(letter)


def _word_at(text: str, at: int) -> str:
    begin, end = at, at
    while begin and is_narrow(text[begin - 1]):
        begin -= 1
    while end < len(text) and is_narrow(text[end]):
        end += 1
    return text[begin:end]
