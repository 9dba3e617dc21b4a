"""Which sounds of a language a list of sentences holds, by the studio's own front end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pipelines.voice.script.planner import ScriptPlanner

_STRESS: Final = frozenset("ˈˌ ")
_MODIFIERS: Final = frozenset("ːʰʲ\u0303")  # they belong to the sound before them
_TONES: Final = frozenset("→↗↘↓")  # of Chinese: each a sound of its own, and no neighbour of others

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Shares, 0 to 1. ``sounds``: kinds of sound that are there; ``pairs``: neighbours in running speech that are."""

    sounds: float
    missing: frozenset[str]
    pairs: float


def words_of(text: str, *, locale: str, planner: ScriptPlanner) -> tuple[tuple[str, ...], ...]:
    """The sounds of a text, stretch by stretch without a pause; stress is left out, length and nasals are not."""
    said: list[tuple[str, ...]] = []
    _, passes = planner.plan(text, locale=locale)
    for one in passes:
        run: list[str] = []
        for symbol, span in zip(one.said.symbols, one.said.spans, strict=True):
            if symbol in _MODIFIERS and run:
                run[-1] += symbol
            elif span is not None and symbol not in _STRESS:
                run.append(symbol)
        said.append(tuple(run))
    return tuple(said)


def kinds(said: Iterable[tuple[str, ...]]) -> frozenset[str]:
    """Which sounds occur."""
    return frozenset(sound for run in said for sound in run)


def pairs(said: Iterable[tuple[str, ...]]) -> Counter[Pair]:
    """How often two sounds stand beside each other; tones are passed over."""
    return Counter(pair for run in said for pair in pairwise(s for s in run if s not in _TONES))


def coverage(
    read: Iterable[tuple[str, ...]], *, wanted: frozenset[str], running: Counter[Pair] | None = None
) -> Coverage:
    """What of ``wanted`` is read, and how much of running speech is made of neighbours that are read."""
    read = tuple(read)
    missing = wanted - kinds(read)
    running = running or Counter()
    known = pairs(read)
    total = sum(running.values())
    covered = sum(count for pair, count in running.items() if pair in known)
    return Coverage(sounds=1 - len(missing) / len(wanted), missing=missing, pairs=covered / total if total else 0.0)
