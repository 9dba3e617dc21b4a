"""Pieces become sentences of words and marks. A number, date, address or short form is never cut."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from pipelines.errors import ScriptRefusedError
from pipelines.voice.script.pieces import Mark, Piece, Sentence, Span, Spoken

SENTENCE_PAUSE_S = 0.32
PARAGRAPH_PAUSE_S = 0.60

# A full stop ends a sentence only before white space and not before a small letter; CJK and Hindi stops always do.
_END = re.compile(
    r"(?:(?<![A-ZÀ-Þ])\.|(?<=[^\W\d_]{2})\.|[!?]|…)+[\"”»’')\]]*(?=\s+[^\s]|\s*$)|[。！？।]+[」』”）’]*|\n+"
)
_MARKS = {
    ";": ";", ":": ":", ",": ",", ".": ".", "!": "!", "?": "?", "…": "…", "—": "—", "(": "(", ")": ")", '"': '"',
    "“": "“",
    "”": "”", "«": "“", "»": "”", "„": "“", "。": ".", "、": ",", "，": ",", "．": ".", "！": "!", "？": "?", "：": ":",
    "；": ";", "（": "(", "）": ")", "「": "“", "」": "”", "『": "“", "』": "”",
    "《": "“", "》": "”", "【": "“", "】": "”",
    "।": ".", "॥": ".", "～": "—", "〜": "—", "‹": "“", "›": "”",
}  # fmt: skip
# Written but not said. Anything else that is no letter, number or mark is refused by name, never left out in silence.
SILENT = frozenset("¡¿™®©*_~|<>[]{}\\/^`´¨·・•–-‐‑‘’'＿／\u200b\u200c\u200d\ufeff\u00ad\u2060\u200e\u200f")
# Pictures between words are seen and not said; signs that mean something ("♯", "→", "★") are not among them.
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u2604\u2607-\u266e\u2670-\u27bf\u231a\u231b\u23e9-\u23fa\u2b50\u2b55\u20e3]"
)
_JOINERS = "'’‘-‐‑\u200c\u200d"  # may stand inside a word: l'été, well-known, Hindi conjuncts
_TOKEN = re.compile(
    r"\.{2,}|\s–\s|\s-\s|[^\W_](?:[^\W_]|[\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0962\u0963]|["
    + re.escape(_JOINERS)
    + r"](?=[^\W_]))*|\S|\s+"
)


def sentences(pieces: tuple[Piece, ...]) -> tuple[Sentence, ...]:
    """Split at the ends of sentences, at line ends and at pauses."""
    made: list[Sentence] = []
    held: list[Piece] = []

    def close(pause_s: float) -> None:
        items = tuple(_items(held))
        held.clear()
        if any(isinstance(item, Spoken) for item in items):
            made.append(Sentence(items=items, pause_s=pause_s))
        elif made and pause_s > made[-1].pause_s:
            last = made.pop()
            made.append(Sentence(items=last.items, pause_s=pause_s))

    for at, piece in enumerate(pieces):
        if piece.kind == "pause":
            close(piece.pause_s)
        elif piece.kind == "reading":
            held.append(piece)
            if piece.may_end and _starts_sentence(pieces, at + 1):
                held.append(Piece(kind="plain", text=".", span=Span(begin=piece.span.end - 1, end=piece.span.end)))
                close(SENTENCE_PAUSE_S)
        else:
            begin = piece.span.begin
            for end, pause_s in _ends(piece, is_last=at == len(pieces) - 1, after=_first_letter(pieces, at + 1)):
                held.append(piece.cut(begin, end))
                close(pause_s)
                begin = end
            held.append(piece.cut(begin, piece.span.end))
    close(SENTENCE_PAUSE_S)
    return tuple(made)


def _ends(piece: Piece, *, is_last: bool, after: str) -> Iterator[tuple[int, float]]:
    for match in _END.finditer(piece.text):
        rest = piece.text[match.end() :]
        following = rest.lstrip()[:1] or ("" if is_last else after)
        if "\n" in match[0]:
            yield piece.span.begin + match.end(), PARAGRAPH_PAUSE_S
        elif not following.islower() and not (following.isdigit() and not rest[:1].isspace() and match[0][-1] == "."):
            yield piece.span.begin + match.end(), SENTENCE_PAUSE_S


def _first_letter(pieces: tuple[Piece, ...], at: int) -> str:
    return pieces[at].text.lstrip()[:1].upper() if at < len(pieces) else ""


def _starts_sentence(pieces: tuple[Piece, ...], at: int) -> bool:
    """Whether what follows a short form's full stop begins a new sentence: a space and a capital letter."""
    if at >= len(pieces):
        return False
    text = pieces[at].text
    rest = text.lstrip()
    return pieces[at].kind == "plain" and text != rest and bool(rest) and rest[0].isupper()


def _items(pieces: Iterable[Piece]) -> Iterator[Spoken | Mark]:
    for piece in pieces:
        if piece.symbols is not None:
            yield Spoken(text=piece.text, span=piece.span, symbols=piece.symbols)
            continue
        at = piece.span.begin
        for match in _TOKEN.finditer(piece.text):
            # a reading's words all stand for the whole stretch they read
            span = piece.span if piece.kind == "reading" else Span(begin=at + match.start(), end=at + match.end())
            item = _item(match[0], span)
            if item is not None:
                yield item


def _item(token: str, span: Span) -> Spoken | Mark | None:
    if re.fullmatch(r"\.{2,}", token):
        return Mark(text="…", span=span)
    if token in {" – ", " - "}:
        return Mark(text="—", span=span)
    if token in _MARKS:
        return Mark(text=_MARKS[token], span=span)
    if token.isspace() or token in SILENT or _EMOJI.fullmatch(token):
        return None
    if any(unicodedata.category(c)[0] in "LN" for c in token):
        return Spoken(text=token.replace("’", "'").replace("‘", "'"), span=span)
    if all(unicodedata.category(c)[0] == "M" or c == "\ufe0f" for c in token):
        return None  # a loose accent or emoji selector has no sound
    name = unicodedata.name(token[0], "an unnamed character")
    raise ScriptRefusedError(
        f"nobody can say {token!r} ({name}) at character {span.begin + 1}; take it out or give it a pronunciation"
    )
