"""What Japanese and Chinese share: where a subtitle line may break, and Latin names inside a text without spaces."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from pipelines.voice.script.pieces import Span, Spoken

_OPENERS = frozenset("「『（【《“(‘¥￥$€£₹#[")
_LATIN_RUN = re.compile(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ'-]*|[^A-Za-zÀ-ÿ]+|[^A-Za-zÀ-ÿ]")
_IN_NUMBER = re.compile(r"[0-9A-Za-z０-９][0-9A-Za-z０-９%％]|[0-9０-９][.,:/\u3005-\u9fff-]|[.,:/-][0-9０-９]")


def break_units(text: str, begin: int, cuts: Sequence[int], end: int) -> list[Span]:
    """Return the stretches between ``cuts``, but never cut a number or a Latin word."""
    kept = [cut for cut in cuts if begin < cut < end and not _IN_NUMBER.match(text[cut - 1 : cut + 1])]
    edges = [begin, *sorted(set(kept)), end]
    return [Span(begin=a, end=b) for a, b in itertools.pairwise(edges) if a < b]


def with_marks(text: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    """Stick a span without letters or digits to the one before it, or to the one after if it opens.

    "「Sayso」で" is one unit, and so is "¥1,980".
    """
    made: list[Span] = []
    opening: int | None = None
    for span in spans:
        whole = text[span.begin : span.end]
        begin = span.begin if opening is None else opening
        if any(c.isalnum() for c in whole):
            tail = len(whole) - len(whole.rstrip("".join(_OPENERS)))
            made.append(Span(begin=begin, end=span.end - tail))
            opening = span.end - tail if tail else None
        elif made and opening is None and whole[0] not in _OPENERS:
            made[-1] = Span(begin=made[-1].begin, end=span.end)
        else:
            opening = begin
    return tuple(made)


def split_latin(words: Sequence[Spoken]) -> list[Spoken]:
    """Part a token such as "买Coffee" into its Chinese and its Latin half."""
    made: list[Spoken] = []
    for word in words:
        if word.symbols is not None:
            made.append(word)
            continue
        is_as_written = word.span.end - word.span.begin == len(word.text)
        for match in _LATIN_RUN.finditer(word.text):
            begin = word.span.begin + match.start()
            span = Span(begin=begin, end=begin + len(match[0])) if is_as_written else word.span
            made.append(Spoken(text=match[0], span=span))
    return made
