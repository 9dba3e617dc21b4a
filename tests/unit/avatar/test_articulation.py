from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.avatar.alignment import aligned, lateness_s
from pipelines.avatar.articulation import articulate, is_bilabial, sound_of
from pipelines.media import Speech, Timed


def said(*sounds: tuple[str, float]) -> tuple[Timed, ...]:
    clock, made = 0.2, []
    for text, length_s in sounds:
        made.append(Timed(text=text, start_s=clock, end_s=clock + length_s))
        clock += length_s
    return tuple(made)


@pytest.mark.parametrize(
    ("phoneme", "letter"),
    [("ˈA", "A"), ("ˈɑː", "ɑ"), ("m", "m"), ("ã", "a"), ("ʰ", ""), ("ˌp", "p"), ("tʲ", "t")],
)
def test_marks_do_not_hide_the_sound(phoneme: str, letter: str) -> None:
    assert sound_of(phoneme) == letter


def test_open_vowels_open_and_rounded_ones_round() -> None:
    open_a = articulate(said(("a", 0.4)), frames=20, fps=25)
    rounded = articulate(said(("u", 0.4)), frames=20, fps=25)
    spread = articulate(said(("i", 0.4)), frames=20, fps=25)
    middle = 9
    assert open_a.opening[middle] > 0.9
    assert rounded.opening[middle] < 0.5
    assert rounded.wide[middle] < -0.8
    assert spread.wide[middle] > 0.7


@pytest.mark.parametrize("sound", ["p", "b", "m"])
@pytest.mark.parametrize("length_s", [0.01, 0.025, 0.06, 0.12])
def test_lips_are_shut_in_some_frame_of_every_bilabial(sound: str, length_s: float) -> None:
    phonemes = said(("a", 0.213), (sound, length_s), ("a", 0.2))
    shut = articulate(phonemes, frames=25, fps=25).closure
    start = int(phonemes[1].start_s * 25)
    assert shut[start - 1 : start + 4].max() == 1
    assert is_bilabial(sound)


def test_silence_is_shut_and_at_rest() -> None:
    track = articulate(said(("a", 0.2)), frames=50, fps=25)
    assert np.abs(track.opening[25:]).max() == 0
    assert np.abs(track.wide[30:]).max() < 1e-3


@given(
    st.lists(st.tuples(st.sampled_from("aiupbmszɹkŋA?ˈ"), st.floats(0.001, 0.5)), max_size=20),
    st.integers(1, 200),
    st.sampled_from([10, 24, 25, 30, 60]),
)
def test_every_curve_stays_in_its_range(sounds: list[tuple[str, float]], frames: int, fps: int) -> None:
    track = articulate(said(*sounds), frames=frames, fps=fps)
    assert len(track.opening) == len(track.wide) == len(track.closure) == frames
    assert track.opening.min(initial=0) >= 0
    assert track.opening.max(initial=0) <= 1.001
    assert np.abs(track.wide).max(initial=0) <= 1
    assert set(np.clip(track.closure, 0, 1) == track.closure) <= {True}


@pytest.mark.parametrize("late_s", [-0.06, 0.0, 0.05, 0.09])
def test_phonemes_that_come_late_are_moved_to_the_sound(late_s: float, speech: Speech) -> None:
    moved = tuple(Timed(text=p.text, start_s=p.start_s + late_s, end_s=p.end_s + late_s) for p in speech.phonemes)
    assert lateness_s(moved, speech.audio) == pytest.approx(late_s, abs=0.011)
    assert aligned(moved, speech.audio)[3].start_s == pytest.approx(speech.phonemes[3].start_s, abs=0.011)


def test_too_little_speech_is_left_as_it_is(speech: Speech) -> None:
    assert lateness_s(speech.phonemes[:5], speech.audio) == 0
