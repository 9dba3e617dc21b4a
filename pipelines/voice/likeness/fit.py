"""Fit a person's voice from recordings.

1. Pieces with their words; every fourth is kept back (``material``).
2. Who it is, how it moves: the encoder's numbers, the pitch's median and range, the pace.
3. The nearest stock voice, to start from (``start``).
4. The net says the recordings over, on the person's own timing, pitch and energy (``copying``), and other sentences in
   its own way (``own``).
5. Timbre and norms descend until copies and recordings sound alike (``descent``), the best by what was kept back.

The second encoder (``pipelines.speech.second_encoder``) is never asked: it judges fits from outside.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import torch

from pipelines.errors import InputInvalidError
from pipelines.media import AudioClip, CancelCheck, Float32Array, Progress, never_cancel, no_progress
from pipelines.speech.encoder import SpeakerEncoder
from pipelines.speech.passages import PassageListener
from pipelines.speech.pitch import pitch
from pipelines.speech.stock import stock_voices
from pipelines.voice.kokoro.melody import Melody, melody_of
from pipelines.voice.kokoro.network import TIMBRE_SIZE, load_style
from pipelines.voice.likeness.copying import Copy, Copyist, cut, parts_of
from pipelines.voice.likeness.descent import Descent, Fitted, Lesson, Settings, Stretch
from pipelines.voice.likeness.hearing import Ear
from pipelines.voice.likeness.material import Recording, gather, voice_of, written
from pipelines.voice.likeness.own import own_plans
from pipelines.voice.likeness.profile import FitScores, VoiceProfile
from pipelines.voice.likeness.start import nearest_voices
from pipelines.voice.likeness.style import MIDDLE
from pipelines.voice.neural.building import swift_precision
from pipelines.voice.neural.net import TorchKokoro
from pipelines.voice.phonemes.espeak import Espeak
from pipelines.voice.script.planner import ScriptPlanner

CARDS: Final = ("kokoro-82m", "kokoro-voices", "resemblyzer", "stock-voices", "whisper-base")
DEFAULT: Final = Settings()
ALPHA: Final = 0.85  # the rest of the way costs more words than it gives likeness (docs/voices.md)

_COPIED_S: Final = 24.0  # more is hardly better and costs more than it gives
_CHECKED_S: Final = 5.0
_STRETCH: Final = 64  # frames of 25 ms: one look of the encoder
_CHECKS_MAX: Final = 3
_RATE_MIN, _RATE_MAX = 0.8, 1.25
_SHARE_PREPARED: Final = 0.3  # of the progress


class WeightHome(Protocol):
    """Where model cards are installed. ``pipelines.weights.store.WeightsStore`` is one."""

    def path(self, card_id: str, file: str) -> Path:
        """A file of an installed card; raises ``WeightsError``."""
        ...

    def folder(self, card_id: str) -> Path:
        """The folder of an installed card; raises ``WeightsError``."""
        ...


def fit_voice(  # noqa: PLR0913 -- a pipeline step: inputs, seed, budget, progress, cancel
    clips: Sequence[AudioClip],
    *,
    language: str,
    weights: WeightHome,
    seed: int,
    texts: Sequence[str | None] = (),
    budget_s: float = 110.0,
    steps_max: int = 90,
    settings: Settings = DEFAULT,
    espeak: Espeak | None = None,
    progress: Progress = no_progress,
    cancel: CancelCheck = never_cancel,
) -> VoiceProfile:
    """Fit the voice of one person.

    Args:
        clips: Recordings of one person alone, any rate from 16 kHz; 20 s of speech at least, 60 s are good.
        language: What is spoken in them, BCP 47, one that the engine speaks.
        weights: Where the cards ``CARDS`` are installed.
        seed: Same seed, same machine, ``budget_s`` not reached: same profile.
        texts: What is said in each clip, None where unknown (whisper listens then); empty if all are unknown.
        budget_s: CPU seconds of this process after which it stops with the best so far.
        steps_max: Steps of the descent; few for a test.
        settings: Of the descent.
        espeak: Where phonemes come from; espeak-ng on PATH without.
        progress: Called with the share done.
        cancel: Asked before each step.

    Raises:
        InputInvalidError: Too little speech, a rate below 16 kHz, or words that cannot be told from the recordings.
        ScriptRefusedError: The engine does not speak the language.
        WeightsError: A card is not installed.
        CancelledError: ``cancel`` said so.
    """
    began = time.process_time()
    # 1. pieces, some kept back
    material = gather(clips, texts)
    # 2. who it is and how it moves
    encoder = SpeakerEncoder(weights)
    who = voice_of(material.fitted, encoder)
    kept = voice_of(material.kept, encoder)
    melody = _melody((*material.fitted, *material.kept))
    progress(0.05)
    # 3. where to start
    stock = stock_voices(weights)
    base = nearest_voices(who, stock, pitch_hz=melody.median_hz, language=language)[0]
    rows = load_style(weights.path("kokoro-voices", f"voices/{base}.bin"))
    start = np.array(rows[MIDDLE, :TIMBRE_SIZE])
    # 4. the net says the recordings over
    net = TorchKokoro(weights.path("kokoro-82m", "model.onnx"), threads=None, precision=swift_precision())
    planner = ScriptPlanner(espeak)
    copyist = Copyist(net, planner, rows=rows, locale=language)
    copied, checked = _copies(material.fitted, material.kept, copyist, weights, language=language, cancel=cancel)
    rate = _rate(copied)
    own = [
        part
        for plan in own_plans(net, planner, rows=rows, melody=melody, rate=rate, language=language)
        for _, part in parts_of(plan, frames=_STRETCH, step=_STRETCH)
    ]
    progress(_SHARE_PREPARED)
    # 5. the descent
    ear = Ear(encoder)
    checks = _spread(cut(checked, frames=_STRETCH, step=_STRETCH), _CHECKS_MAX)
    fitted = Descent(net, ear, target=who, settings=settings).run(
        start,
        Lesson(copies=cut(copied, frames=_STRETCH, step=_STRETCH // 2), own=own, kept_back=checks),
        rng=np.random.default_rng(seed),
        steps_max=steps_max,
        budget_s=budget_s - (time.process_time() - began),
        progress=lambda share: progress(_SHARE_PREPARED + (1 - _SHARE_PREPARED) * share),
        cancel=cancel,
    )
    # 6. what the recordings kept back say, before and after
    plain = Fitted(timbre=start, layers=np.zeros_like(fitted.layers), steps=0)
    base_like, base_off = _judged(net, ear, checks, plain, kept=kept)
    fitted_like, fitted_off = _judged(net, ear, checks, fitted, kept=kept)
    both = who * len(material.fitted) + kept * len(material.kept)
    return VoiceProfile(
        base_voice=base,
        language=language,
        timbre=fitted.timbre,
        layers=fitted.layers,
        prosody=np.array(rows[MIDDLE, TIMBRE_SIZE:]),
        embedding=np.asarray(both / np.linalg.norm(both), dtype=np.float32),
        f0_median_hz=melody.median_hz,
        f0_range=melody.range_st,
        rate=rate,
        alpha=ALPHA,
        scores=FitScores(
            similarity_base=base_like,
            similarity_fitted=fitted_like,
            similarity_real=float(who @ kept),
            spectrum_db_base=base_off,
            spectrum_db_fitted=fitted_off,
            speech_s=material.speech_s,
            cpu_s=time.process_time() - began,
            steps=fitted.steps,
        ),
    )


def _melody(recordings: Sequence[Recording]) -> Melody:
    melody = melody_of(np.concatenate([pitch(one.audio) for one in recordings]))
    if melody is None:
        raise InputInvalidError("no voiced sound was found in the recordings; speak aloud, do not whisper")
    return melody


def _copies(
    fitted: Sequence[Recording],
    kept: Sequence[Recording],
    copyist: Copyist,
    weights: WeightHome,
    *,
    language: str,
    cancel: CancelCheck,
) -> tuple[list[Copy], list[Copy]]:
    listener = PassageListener(weights)
    primary = language.partition("-")[0].lower()

    def listen(audio: AudioClip) -> str:
        return listener.hear(audio, 0.0, audio.duration_s, language=primary).text

    copied = copyist.copy(written(fitted, listen, speech_s=_COPIED_S, cancel=cancel), speech_s=_COPIED_S, cancel=cancel)
    checked = copyist.copy(
        written(kept, listen, speech_s=_CHECKED_S, cancel=cancel), speech_s=_CHECKED_S, cancel=cancel
    )
    least = _STRETCH * 600
    copied, checked = ([copy for copy in copies if len(copy.samples) >= least] for copies in (copied, checked))
    if not copied or not checked:
        raise InputInvalidError(
            f"the words of the recordings could not be told in {language!r}; check the language, "
            "and record with less noise around"
        )
    return copied, checked


def _spread(stretches: Sequence[Stretch], count: int) -> list[Stretch]:
    """So many of them, evenly spread."""
    at = np.unique(np.linspace(0, len(stretches) - 1, count).round().astype(int))
    return [stretches[i] for i in at]


def _rate(copies: Sequence[Copy]) -> float:
    """How fast the person is against the stock voice, within what still sounds like speech."""
    slow = float(np.median([copy.own_rate for copy in copies]))
    return min(max(1 / slow, _RATE_MIN), _RATE_MAX)


@torch.no_grad()
def _judged(
    net: TorchKokoro, ear: Ear, checks: Sequence[Stretch], fitted: Fitted, *, kept: Float32Array
) -> tuple[float, float]:
    """Who speaks in the copies, against the recordings kept back; and the distance of their mean spectra in dB."""
    timbre, layers = torch.from_numpy(fitted.timbre), torch.from_numpy(fitted.layers)
    said = [net.decode(net.planned(plan), timbre, layers=layers)[0] for plan, _ in checks]
    likeness = float(np.mean([float(ear.who(samples) @ torch.from_numpy(kept)) for samples in said]))
    real = torch.cat([ear.spectrum(torch.from_numpy(np.array(samples))) for _, samples in checks], dim=1).mean(dim=1)
    mean = torch.cat([ear.spectrum(samples) for samples in said], dim=1).mean(dim=1)
    off = (mean - mean.mean()) - (real - real.mean())
    return likeness, float(off.abs().mean()) * 10 / float(np.log(10))
