"""From a marked script to pieces, by the same readers as a plain one; nothing after this knows of SSML."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from pipelines.errors import ScriptRefusedError
from pipelines.voice.markup.saying import said_as
from pipelines.voice.markup.script import MarkedScript, Pause, SaidAs
from pipelines.voice.phonemes.given import given_symbols
from pipelines.voice.reading.reader import ScriptReader
from pipelines.voice.reading.rules import load_rules
from pipelines.voice.script.pieces import Piece, Span
from pipelines.voice.voices import language_of

Foreign = Callable[[tuple[Piece, ...], str], tuple[Piece, ...]]  # pieces of another locale, with symbols for ours
_MARKS = frozenset(",.;:!?…—。、，！？；：।")


def pieces_of(
    script: MarkedScript, *, locale: str, reader_of: Callable[[str], ScriptReader], foreign: Foreign
) -> tuple[Piece, ...]:
    """Read a marked script into pieces that cover its plain text.

    Args:
        script: From ``read_markup``.
        locale: The take's.
        reader_of: The reader of a language, with the take's pronunciations.
        foreign: Gives pieces of another language symbols that this one's voice can say.

    Raises:
        ScriptRefusedError: A part cannot be said; says where it stands.
    """
    made: list[Piece] = []
    own = language_of(locale)
    for part in script.parts:
        if isinstance(part, Pause):
            made.extend(_silence(part, script.text))
            continue
        written = script.text[part.span.begin : part.span.end]
        language = language_of(part.locale or locale)
        if isinstance(part, SaidAs):
            read: tuple[Piece, ...] = (_said(part, written, language=language, own=own, reader=reader_of(language)),)
        else:
            read = tuple(_moved(piece, part.span.begin) for piece in reader_of(language).read(written))
        made.extend(read if language == own else foreign(read, part.locale or locale))
    return tuple(made)


def spoken_text(script: MarkedScript, *, locale: str, pronunciations: Mapping[str, str]) -> str:
    """Return the words that a listener hears, numbers and kinds written out; of phonemes, the word they stand for."""
    pieces = pieces_of(
        script,
        locale=locale,
        reader_of=lambda language: ScriptReader(load_rules(language), pronunciations),
        foreign=lambda read, _: read,
    )
    return "".join(f" {piece.text} " if piece.kind == "reading" else piece.text for piece in pieces)


def _said(part: SaidAs, written: str, *, language: str, own: str, reader: ScriptReader) -> Piece:
    if part.how == "ipa":
        try:
            symbols = given_symbols(part.value, language=own, word=written)
        except ScriptRefusedError as e:
            raise part.place.refused(str(e)) from e
        return Piece(kind="reading", text=written, span=part.span, symbols=symbols)
    if part.how == "alias":
        said = "".join(f" {one.text} " if one.kind == "reading" else one.text for one in reader.read(part.value))
    else:
        said = said_as(part, written, rules=load_rules(language))
    return Piece(kind="reading", text=said.strip(), span=part.span)


def _silence(part: Pause, text: str) -> Iterator[Piece]:
    """Close what was said; a break within a sentence leaves the voice up, as a comma does."""
    here = Span(begin=part.at, end=part.at)
    before, after = text[: part.at].rstrip()[-1:], text[part.at :].lstrip()
    if not part.ends and before and after and before not in _MARKS:
        yield Piece(kind="reading", text=",", span=here)
    yield Piece(kind="pause", text="", span=here, pause_s=part.pause_s)


def _moved(piece: Piece, by: int) -> Piece:
    return replace(piece, span=Span(begin=piece.span.begin + by, end=piece.span.end + by))
