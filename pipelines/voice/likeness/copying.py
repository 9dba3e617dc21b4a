"""Recordings said over by the net: its text features laid on the person's own timing, pitch and energy.

What the net says for the words of a recording is warped onto that recording, and pitch and energy are taken from the
recording itself. What is left between the two sounds is the voice, frame by frame, so that a voice can be fitted to
them directly. (An encoder alone can be pleased by sounds that nobody makes; and so much less so can this.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from scipy.signal import resample_poly

from pipelines.errors import ScriptRefusedError
from pipelines.media import AudioClip, CancelCheck, Float32Array
from pipelines.speech.pitch import pitch
from pipelines.voice.kokoro.network import FRAME_SAMPLES, SAMPLE_RATE, Plan
from pipelines.voice.neural.net import TorchKokoro
from pipelines.voice.phonemes.symbols import token_ids
from pipelines.voice.script.planner import ScriptPlanner
from pipelines.voice.timing.warping import HOP_S, warp

FRAMES_A_SECOND: Final = SAMPLE_RATE // FRAME_SAMPLES  # 40, of text; pitch and energy have twice as many
DISTANCE_MAX: Final = 0.75  # its own words: .50 to .72, others: .69 to .85 (three readers; see warping.py)

# The net's energy is a logarithm of mel power (StyleTTS 2, `log_norm`); this is how its own sound measures.
_ENERGY_SLOPE: Final = 0.96
_ENERGY_FFT: Final = 2048
_ENERGY_WINDOW: Final = 1200
_ENERGY_HOP: Final = 300
_ENERGY_BANDS: Final = 80
_LOUD: Final = 0.6  # quantile


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Piece:
    """A stretch of recording, 16 kHz, and what is said in it."""

    audio: AudioClip
    text: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Copy:
    """A piece and the net's plan for it, frame by frame. ``samples`` is (time,) float32 at 24 kHz."""

    plan: Plan
    samples: Float32Array
    distance: float
    own_rate: float  # seconds of the recording for a second of the net's


class Copyist:
    """Makes copies in the way of one stock voice, whose style is (510, 256)."""

    def __init__(self, net: TorchKokoro, planner: ScriptPlanner, *, rows: Float32Array, locale: str) -> None:
        self._net = net
        self._planner = planner
        self._rows = rows
        self._locale = locale

    def copy(self, pieces: Sequence[Piece], *, speech_s: float, cancel: CancelCheck) -> list[Copy]:
        """Copy pieces in order until there are so many seconds; those that cannot be said or laid over are left out."""
        made: list[Copy] = []
        for piece in pieces:
            cancel()
            if sum(len(copy.samples) for copy in made) >= speech_s * SAMPLE_RATE:
                break
            copy = self._one(piece)
            if copy is not None and copy.distance <= DISTANCE_MAX:
                made.append(copy)
        return made

    def _one(self, piece: Piece) -> Copy | None:
        try:
            _, planned = self._planner.plan(piece.text, locale=self._locale)
        except ScriptRefusedError:
            return None  # whisper wrote something that no front end reads
        # 1. the net says the words
        said = [token_ids(one.said.symbols) for one in planned]
        plans = [self._net.plan(ids, self._rows[len(ids) - 1], speed=1.0) for ids in said]
        spoken = [
            self._net.speak(plan, self._rows[len(ids) - 1][:128]).waveform
            for ids, plan in zip(said, plans, strict=True)
        ]
        sound = AudioClip(waveform=np.concatenate(spoken), sample_rate=SAMPLE_RATE)
        text = np.concatenate([plan.text for plan in plans], axis=1)
        # 2. where each moment of the recording is in that
        places, distance = warp(piece.audio, sound)
        frames = int(piece.audio.duration_s * FRAMES_A_SECOND)
        middles = (np.arange(frames) + 0.5) / FRAMES_A_SECOND
        at = np.interp(middles, np.arange(len(places)) * HOP_S, places) * FRAMES_A_SECOND
        chosen = np.clip(at.astype(np.int64), 0, text.shape[1] - 1)
        # 3. pitch and energy are the person's; only the level is brought to the net's
        f0 = _length(pitch(piece.audio), 2 * frames)
        samples = np.asarray(resample_poly(piece.audio.waveform, 3, 2)[: frames * FRAME_SAMPLES], dtype=np.float32)
        energy = _ENERGY_SLOPE * _length(energy_of(samples), 2 * frames)
        net_energy = np.concatenate([plan.energy for plan in plans])
        energy += _loud(net_energy) - _loud(energy)
        return Copy(
            plan=Plan(
                text=np.ascontiguousarray(text[:, chosen]),
                f0=f0,
                energy=np.maximum(energy, np.percentile(net_energy, 1)).astype(np.float32),
                ends=np.array([frames * FRAME_SAMPLES]),
            ),
            samples=samples,
            distance=distance,
            own_rate=piece.audio.duration_s / sound.duration_s,
        )


def cut(copies: Sequence[Copy], *, frames: int, step: int) -> list[tuple[Plan, Float32Array]]:
    """Cut copies into overlapping stretches of so many frames of 25 ms, each with its samples."""
    return [
        (part, copy.samples[start * FRAME_SAMPLES : (start + frames) * FRAME_SAMPLES])
        for copy in copies
        for start, part in parts_of(copy.plan, frames=frames, step=step)
    ]


def parts_of(plan: Plan, *, frames: int, step: int) -> Iterator[tuple[int, Plan]]:
    """The overlapping parts of a plan, so many frames long, each with the frame where it starts."""
    for start in range(0, plan.text.shape[1] - frames + 1, step):
        end = start + frames
        yield (
            start,
            Plan(
                text=np.ascontiguousarray(plan.text[:, start:end]),
                f0=plan.f0[2 * start : 2 * end],
                energy=plan.energy[2 * start : 2 * end],
                ends=np.array([frames * FRAME_SAMPLES]),
            ),
        )


def energy_of(samples: Float32Array) -> Float32Array:
    """The energy of 24 kHz samples as the net was taught it, (frame,) every 12.5 ms."""
    window = torch.hann_window(_ENERGY_WINDOW)
    spectra = torch.stft(
        torch.from_numpy(np.array(samples)), _ENERGY_FFT, _ENERGY_HOP, _ENERGY_WINDOW, window, return_complex=True
    )
    power = spectra.real.square() + spectra.imag.square()
    mel = _energy_filters() @ power
    return np.asarray(torch.log(torch.linalg.vector_norm(mel + 1e-5, dim=0)).numpy(), dtype=np.float32)


def _energy_filters() -> torch.Tensor:
    """Mel filters of equal height (torchaudio's default), (80, 1025)."""
    top = 2595 * np.log10(1 + SAMPLE_RATE / 2 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, _ENERGY_BANDS + 2) / 2595) - 1)
    hertz = np.linspace(0, SAMPLE_RATE / 2, _ENERGY_FFT // 2 + 1)
    rising = (hertz - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - hertz) / (edges[2:] - edges[1:-1])[:, None]
    return torch.from_numpy(np.maximum(0, np.minimum(rising, falling)).astype(np.float32))


def _length(values: Float32Array, wanted: int) -> Float32Array:
    missing = max(0, wanted - len(values))
    return np.pad(values[:wanted], (0, missing), mode="edge").astype(np.float32)


def _loud(energy: Float32Array) -> float:
    return float(np.median(energy[energy >= np.quantile(energy, _LOUD)]))
