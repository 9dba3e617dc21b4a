"""Sentences too long for one pass of the net are split where a speaker would breathe, never cut."""

from __future__ import annotations

from pipelines.errors import ScriptRefusedError
from pipelines.voice.phonemes.symbols import TOKENS_MAX
from pipelines.voice.script.pieces import Phonemes

COMFORTABLE = 380  # symbols; longer passes start to hurry and to drop words
_CLAUSE_MARKS = frozenset(";:,—…)”.!?")


def passes(said: Phonemes, *, limit: int = COMFORTABLE) -> tuple[Phonemes, ...]:
    """Split into stretches of at most ``limit`` symbols: after a clause mark if there is one, else between words."""
    limit = min(limit, TOKENS_MAX)
    if len(said.symbols) <= limit:
        return (said,)
    cut = _cut(said.symbols)
    if cut is None:
        if len(said.symbols) <= TOKENS_MAX:
            return (said,)
        raise ScriptRefusedError(
            f"a word of {len(said.symbols)} sounds exceeds the {TOKENS_MAX} of one pass; write it as several words"
        )
    head, tail = said.part(0, cut), said.part(cut + 1, len(said.symbols))
    return passes(head, limit=limit) + passes(tail, limit=limit)


def _cut(symbols: str) -> int | None:
    """Return the space nearest the middle, one after a clause mark if any lies in the middle two thirds."""
    spaces = [i for i, s in enumerate(symbols) if s == " " and 0 < i < len(symbols) - 1]
    middle = len(symbols) / 2
    breaths = [i for i in spaces if symbols[i - 1] in _CLAUSE_MARKS and abs(i - middle) < len(symbols) / 3]
    return min(breaths or spaces, key=lambda i: abs(i - middle), default=None)
