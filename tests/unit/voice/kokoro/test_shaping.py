"""Single words said slower, higher, louder: only their own frames change, and the times follow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.voice.kokoro.network import FRAME_SAMPLES, Plan, Utterance
from pipelines.voice.kokoro.shaping import mannered, swelled
from pipelines.voice.script.manner import PLAIN, Manner, Stretch, manners_of
from pipelines.voice.script.pieces import Span

FRAMES = (2, 4, 6, 4, 2)  # pad, three symbols, pad


def a_plan() -> Plan:
    count = sum(FRAMES)
    return Plan(
        text=np.repeat(np.arange(len(FRAMES), dtype=np.float32), FRAMES)[None].repeat(3, axis=0),
        f0=np.full(2 * count, 100.0, dtype=np.float32),
        energy=np.zeros(2 * count, dtype=np.float32),
        ends=np.cumsum(FRAMES) * FRAME_SAMPLES,
    )


def frames_of(plan: Plan) -> list[int]:
    return [int(n) for n in np.diff(plan.ends, prepend=0) // FRAME_SAMPLES]


def test_without_manners_a_plan_stays_as_it_is() -> None:
    plan = a_plan()
    assert mannered(plan, (PLAIN,) * 3) is plan


def test_a_slow_word_takes_longer_and_its_neighbours_do_not() -> None:
    slow = mannered(a_plan(), (PLAIN, Manner(rate=0.5), PLAIN))
    assert frames_of(slow) == [2, 4, 12, 4, 2]
    assert slow.text[0].tolist() == np.repeat(range(5), [2, 4, 12, 4, 2]).tolist()
    assert len(slow.f0) == len(slow.energy) == 2 * slow.text.shape[1]


def test_a_high_word_is_higher_and_voiceless_frames_stay() -> None:
    plan = a_plan()
    plan.f0[16:18] = 7.0
    high = mannered(plan, (PLAIN, Manner(pitch_st=12.0, energy=1.0), PLAIN))
    assert high.f0[15] == pytest.approx(200.0, rel=1e-4)
    assert high.f0[0] == high.f0[-1] == 100.0
    assert high.f0[16] == 7.0
    assert high.energy[17] == pytest.approx(1.0)
    assert 0 < high.energy[12] < 1, "steps become glides"


@given(rates=st.lists(st.floats(0.5, 2.0), min_size=3, max_size=3))
def test_no_sound_is_lost_and_rounding_does_not_add_up(rates: list[float]) -> None:
    made = frames_of(mannered(a_plan(), tuple(Manner(rate=rate) for rate in rates)))
    assert min(made) >= 1
    assert sum(made) == pytest.approx(4 + sum(n / rate for n, rate in zip(FRAMES[1:4], rates, strict=True)), abs=1.0)


def test_a_loud_word_is_louder_by_its_decibels() -> None:
    said = Utterance(waveform=np.ones(6000, dtype=np.float32), ends=np.array([1000, 3000, 5000, 6000]))
    loud = swelled(said, (PLAIN, Manner(gain_db=6.0)), sample_rate=24_000).waveform
    assert loud[4000] == pytest.approx(10 ** (6 / 20), rel=1e-4)
    assert loud[2000] == pytest.approx(1.0)
    assert len(loud) == 6000
    assert np.abs(np.diff(loud)).max() < 0.01, "no click"


def test_marks_and_gaps_go_with_the_word_before() -> None:
    high = Manner(pitch_st=1.0)
    spans = (Span(begin=0, end=3), None, Span(begin=4, end=7), None, Span(begin=8, end=9))
    stretches = (Stretch(span=Span(begin=3, end=7), manner=high),)
    assert manners_of(spans, stretches) == (PLAIN, PLAIN, high, high, PLAIN)
    assert manners_of(spans, ()) == (PLAIN,) * 5
