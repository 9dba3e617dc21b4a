from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from pipelines.avatar.musetalk.folder import CARD_ID
from pipelines.avatar.musetalk.hearing import Heard, hear, places
from pipelines.avatar.musetalk.loading import _hearer
from pipelines.errors import CancelledError
from pipelines.media import AudioClip


@pytest.fixture(scope="module")
def encoder(made: Path) -> torch.nn.Module:
    assert made.name == CARD_ID
    return _hearer(made / "whisper")  # type: ignore[no-any-return]  # transformers has no types


def numbered(count: int, *, fps: int = 25, frame_count: int = 10) -> Heard:
    """Rows whose every number is their own place, counted from 1."""
    rows = np.broadcast_to(np.arange(1, count + 1, dtype=np.float32)[:, None, None], (count, 5, 384))
    return Heard(rows=np.ascontiguousarray(rows), fps=fps, frame_count=frame_count)


def rows_of(window: np.ndarray) -> list[int]:
    """Which row each ten of a window's tokens come from; 0 is silence beyond the ends."""
    return [int(value) for value in window.reshape(10, 5, 384)[:, 0, 0]]


def test_a_window_is_two_frames_before_and_after_and_zeros_beyond_the_ends() -> None:
    windows = numbered(20).windows(0, 10)
    assert windows.shape == (10, 50, 384)
    assert rows_of(windows[0]) == [0, 0, 0, 0, 1, 2, 3, 4, 5, 6]
    assert rows_of(windows[1]) == [0, 0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert rows_of(windows[4]) == list(range(5, 15))
    assert rows_of(windows[9]) == [15, 16, 17, 18, 19, 20, 0, 0, 0, 0]


# As audio_processor.py of MuseTalk: floor(50 / fps) rows lead per frame, and frame i begins at floor(i * 50 / fps).
@pytest.mark.parametrize(
    ("fps", "second"), [(30, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), (24, [0, 0, 1, 2, 3, 4, 5, 6, 7, 8])]
)
def test_other_rates_step_by_whole_rows(fps: int, second: list[int]) -> None:
    assert rows_of(numbered(30, fps=fps).windows(1, 2)[0]) == second


def test_windows_beyond_a_short_sound_are_silence() -> None:
    assert not numbered(2).windows(8, 10).any()


def test_windows_do_not_depend_on_the_batch() -> None:
    heard = numbered(40, frame_count=20)
    assert np.array_equal(heard.windows(0, 20)[7:11], heard.windows(7, 11))


def test_tokens_of_a_row_are_its_hidden_states_in_order() -> None:
    rows = np.zeros((20, 5, 384), np.float32)
    rows[:] = np.arange(5)[None, :, None]
    window = Heard(rows=rows, fps=25, frame_count=10).windows(4, 5)[0]
    assert [int(value) for value in window[:10, 0]] == [0, 1, 2, 3, 4] * 2


def test_a_sound_gives_a_frame_for_each_that_begins(encoder: torch.nn.Module) -> None:
    sound = AudioClip(waveform=np.sin(np.arange(24_000 * 2 + 10) / 20).astype(np.float32), sample_rate=24_000)
    heard = hear(encoder, sound, fps=25)
    assert heard.frame_count == 51
    assert heard.rows.shape == (101, 5, 384)
    assert np.isfinite(heard.rows).all()
    assert np.array_equal(heard.rows, hear(encoder, sound, fps=25).rows)


def test_hidden_states_are_whispers_own(encoder: torch.nn.Module) -> None:
    wave = np.random.default_rng(3).standard_normal(16_000).astype(np.float32) / 10
    heard = hear(encoder, AudioClip(waveform=wave, sample_rate=16_000), fps=25)
    from transformers import WhisperFeatureExtractor

    mel = WhisperFeatureExtractor()(wave, sampling_rate=16_000, return_tensors="pt").input_features
    with torch.inference_mode():
        states = encoder(mel, output_hidden_states=True).hidden_states
    assert len(states) == 5
    assert np.array_equal(heard.rows[:, 4], states[4][0, :50].numpy())
    assert np.array_equal(heard.rows[:, 0], states[0][0, :50].numpy())


def test_more_than_thirty_seconds_are_heard_piece_by_piece(encoder: torch.nn.Module) -> None:
    wave = np.random.default_rng(5).standard_normal(31 * 16_000).astype(np.float32) / 10
    asked = []
    heard = hear(encoder, AudioClip(waveform=wave, sample_rate=16_000), fps=25, cancel=lambda: asked.append(1))
    assert heard.rows.shape[0] == 31 * 50
    assert len(asked) == 2
    last = hear(encoder, AudioClip(waveform=wave[30 * 16_000 :], sample_rate=16_000), fps=25)
    assert np.array_equal(heard.rows[1500:], last.rows)


def test_hearing_can_be_stopped(encoder: torch.nn.Module) -> None:
    def stop() -> None:
        raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        hear(encoder, AudioClip(waveform=np.zeros(100, np.float32), sample_rate=16_000), fps=25, cancel=stop)


def test_places_are_the_sines_of_attention_is_all_you_need() -> None:
    made = places()
    assert made.shape == (50, 384)
    assert made[0, :4].tolist() == [0, 1, 0, 1]
    assert made[3, 0] == pytest.approx(np.sin(3))
    assert made[3, 1] == pytest.approx(np.cos(3))
    assert made[7, 382] == pytest.approx(np.sin(7 / 10_000 ** (382 / 384)), rel=1e-5)
