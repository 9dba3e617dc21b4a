"""Where symbols really sound: moved by what the net is ahead, and held to the pauses that can be heard."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.media import Float32Array
from pipelines.voice.kokoro.edges import AHEAD_S, heard_stretch, symbol_edges
from pipelines.voice.kokoro.network import SAMPLE_RATE, Utterance
from pipelines.voice.script.pieces import Phonemes, Span

AHEAD = round(AHEAD_S * SAMPLE_RATE)


def said(symbols: str) -> Phonemes:
    """Each run of letters is a word."""
    spans: list[Span | None] = []
    for i, symbol in enumerate(symbols):
        word = symbols.rfind(" ", 0, i) + 1
        spans.append(Span(begin=word, end=word + 1) if symbol.isalpha() else None)
    return Phonemes(symbols=symbols, spans=tuple(spans))


def utterance(waveform: Float32Array, ends_s: list[float]) -> Utterance:
    return Utterance(waveform=waveform, ends=np.array([round(t * SAMPLE_RATE) for t in ends_s], dtype=np.int64))


def sound(*stretches_s: tuple[float, float], length_s: float) -> Float32Array:
    made = np.zeros(round(length_s * SAMPLE_RATE), np.float32)
    for start, end in stretches_s:
        made[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)] = 0.5
    return made


def test_inside_a_pass_symbols_come_as_early_as_the_sound() -> None:
    heard = utterance(sound((0.1, 1.0), length_s=1.2), [0.15, 0.4, 0.7, 1.05, 1.2])

    edges = symbol_edges(said("abc"), heard, heard_stretch(heard.waveform))

    assert edges[1:3] == [round(0.4 * SAMPLE_RATE) - AHEAD, round(0.7 * SAMPLE_RATE) - AHEAD]


def test_at_the_ends_the_sound_decides() -> None:
    heard = utterance(sound((0.1, 1.0), length_s=1.2), [0.25, 0.4, 0.7, 0.9, 1.2])

    edges = symbol_edges(said("abc"), heard, heard_stretch(heard.waveform))

    assert (edges[0], edges[3]) == (round(0.1 * SAMPLE_RATE), round(1.0 * SAMPLE_RATE))


@pytest.mark.parametrize("gap", [", ", " "], ids=["at a comma", "without a mark"])
def test_a_pause_ends_one_word_and_begins_the_next(gap: str) -> None:
    # the net has the pause 60 ms later than it is heard, at both of its ends
    count = len(gap)
    ends = [0.15, 0.4, 0.61, *np.linspace(0.61, 0.91, count + 1)[1:], 1.3, 1.5]
    heard = utterance(sound((0.1, 0.5), (0.8, 1.4), length_s=1.6), ends)

    edges = symbol_edges(said(f"ab{gap}c"), heard, heard_stretch(heard.waveform))

    assert edges[2] == pytest.approx(0.5 * SAMPLE_RATE, abs=120)
    assert edges[2 + count] == pytest.approx(0.8 * SAMPLE_RATE, abs=120)


def test_the_quiet_of_a_stop_is_no_pause() -> None:
    heard = utterance(sound((0.1, 0.5), (0.6, 1.4), length_s=1.6), [0.15, 0.35, 0.55, 0.6, 1.3, 1.5])

    edges = symbol_edges(said("ab t"), heard, heard_stretch(heard.waveform))

    assert edges[2] == round(0.55 * SAMPLE_RATE) - AHEAD


def test_edges_only_rise() -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        ends = np.cumsum(rng.uniform(0.0, 0.3, 9)).tolist()
        start, end = sorted(rng.uniform(0.0, ends[-1], 2))
        heard = utterance(sound((start, end), length_s=ends[-1] + 0.1), ends)
        edges = symbol_edges(said("ab, c de"[:8]), heard, heard_stretch(heard.waveform))
        assert edges == sorted(edges)
