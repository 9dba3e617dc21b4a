"""What MuseTalk hears: for each video frame, a window of Whisper-tiny's five hidden states.

Whisper gives 50 rows a second. A frame's window has ten rows: two frames before it, its own, two after it, at 25 frames
a second; beyond the sound's ends there are zeros. Each row has five hidden states of 384 numbers, which the UNet
attends to as 50 tokens, with sines of their place added. The sound is heard in pieces of 30 s, as in the training.
Source: musetalk/utils/audio_processor.py and ``PositionalEncoding`` in musetalk/models/unet.py, TMElyralab/MuseTalk.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch

from pipelines.avatar.musetalk.importing import libraries
from pipelines.avatar.musetalk.loading import HIDDEN_STATES, WIDTH
from pipelines.avatar.speech_features import at_16k, frame_count_of
from pipelines.media import AudioClip, CancelCheck, Float32Array, never_cancel

BEFORE: Final = 2  # frames
AFTER: Final = 2
ROWS: Final = 2 * (BEFORE + 1 + AFTER)
TOKENS: Final = ROWS * HIDDEN_STATES

_RATE: Final = 16_000
_ROWS_PER_SECOND: Final = 50
_PIECE_S: Final = 30
_LONGEST_WAVE: Final = 10_000.0  # of the place's sines


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A speech as Whisper hears it. ``rows`` is (time, 5, 384) float32 at 50 a second: 23 MB a minute."""

    rows: Float32Array
    fps: int
    frame_count: int

    def windows(self, first: int, last: int) -> Float32Array:
        """The windows of frames ``first`` to ``last`` (excluded), (frame, 50, 384) float32."""
        per_frame = _ROWS_PER_SECOND / self.fps
        lead = math.floor(per_frame) * BEFORE
        made = np.zeros((last - first, ROWS, HIDDEN_STATES, WIDTH), np.float32)
        for at in range(first, last):
            start = math.floor(at * per_frame) - lead
            low, high = min(max(start, 0), len(self.rows)), min(max(start + ROWS, 0), len(self.rows))
            made[at - first, low - start : high - start] = self.rows[low:high]
        return made.reshape(last - first, TOKENS, WIDTH)


def hear(
    encoder: Any,  # noqa: ANN401 -- transformers has no types
    audio: AudioClip,
    *,
    fps: int,
    cancel: CancelCheck = never_cancel,
) -> Heard:
    """Listen to a sound with Whisper-tiny's encoder, on the encoder's device.

    Args:
        encoder: of a ``WhisperModel``, 384 wide, four layers.
        audio: at least one sample.
        fps: of the video; at most 50.
        cancel: raises to stop.
    """
    wave = at_16k(audio)
    mel = libraries().mel()  # Whisper-tiny's own settings: 80 bands, 16 kHz, 30 s
    place = next(encoder.parameters())
    parts = []
    for start in range(0, len(wave), _PIECE_S * _RATE):
        cancel()
        piece = wave[start : start + _PIECE_S * _RATE]
        spectrum = mel(piece, sampling_rate=_RATE, return_tensors="np").input_features
        with torch.inference_mode():
            heard = encoder(
                torch.from_numpy(np.asarray(spectrum, np.float32)).to(place.device, place.dtype),
                output_hidden_states=True,
            ).hidden_states
            rows = torch.stack(tuple(heard), dim=2)[0].float().cpu().numpy()
        parts.append(rows[: math.ceil(len(piece) * _ROWS_PER_SECOND / _RATE)])
    return Heard(rows=np.concatenate(parts), fps=fps, frame_count=frame_count_of(audio, fps=fps))


def places() -> Float32Array:
    """What is added to a window's tokens, (50, 384): sines of their place on even columns, cosines on odd ones."""
    place = np.arange(TOKENS, dtype=np.float64)[:, None]
    turns = np.exp(np.arange(0, WIDTH, 2) * (-math.log(_LONGEST_WAVE) / WIDTH))
    made = np.zeros((TOKENS, WIDTH), np.float32)
    made[:, 0::2] = np.sin(place * turns)
    made[:, 1::2] = np.cos(place * turns)
    return made
