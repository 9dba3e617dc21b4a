"""A tone shows in the face: in the same speech with the same seed, and within what a face can do."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from pipelines.avatar.manner import MANNERS, manner_of
from pipelines.avatar.motion import plan_motion
from pipelines.errors import InputInvalidError
from pipelines.media import AudioClip, MotionTrack, Speech, Timed
from pipelines.voice.tone import Tone

FPS, RATE, SECONDS = 25, 24_000, 12


@pytest.fixture(scope="module")
def tracks() -> dict[str, MotionTrack]:
    """One plan for each tone, of syllables of a buzz, every third of them stressed."""
    clock = np.arange(SECONDS * RATE) / RATE
    loud = 0.3 * np.clip(np.sin(2 * np.pi * 2.5 * clock), 0, None)
    audio = AudioClip(waveform=(loud * np.sin(2 * np.pi * 500 * clock)).astype(np.float32), sample_rate=RATE)
    phonemes = tuple(
        Timed(text="ˈɑ" if number % 3 == 0 else "ɑ", start_s=number * 0.4, end_s=number * 0.4 + 0.2)
        for number in range(SECONDS * 5 // 2)
    )
    speech = Speech(audio=audio, text="a", locale="en-US", voice="test:buzz", words=(), phonemes=phonemes, cards=())
    heard = np.clip(np.sin(2 * np.pi * 2.5 * (np.arange(SECONDS * FPS) + 0.5) / FPS), 0, None).astype(np.float32)
    return {tone: plan_motion(speech, heard, seed=5, fps=FPS, manner=manner_of(tone)) for tone in MANNERS}


def test_every_tone_of_the_voice_has_a_manner() -> None:
    assert set(MANNERS) == set(get_args(Tone))
    with pytest.raises(InputInvalidError, match="choose one of: neutral, warm, excited, serious"):
        manner_of("angry")


def test_excited_moves_more_and_serious_less(tracks: dict[str, MotionTrack]) -> None:
    for name in ("pitch", "yaw", "brow"):
        spread = {tone: float(np.std(getattr(track, name))) for tone, track in tracks.items()}
        assert spread["excited"] > 1.1 * spread["neutral"] > 1.1 * spread["serious"], name


def test_warm_smiles_and_the_mouth_opens_as_it_would(tracks: dict[str, MotionTrack]) -> None:
    assert 0.1 < float(np.mean(tracks["warm"].wide - tracks["neutral"].wide)) < 0.2
    for tone, track in tracks.items():
        np.testing.assert_array_equal(track.jaw, tracks["neutral"].jaw, err_msg=tone)
        assert np.abs(track.wide).max() <= 1
        assert track.brow.min() >= 0
        assert track.brow.max() <= 1
