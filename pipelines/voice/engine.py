"""What a voice engine is, and the registry of those we have: one class and one row each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from consent.grant import Grant
from pipelines.errors import InputInvalidError
from pipelines.media import AudioClip, CancelCheck, Progress, Speech, never_cancel, no_progress
from pipelines.voice.coqui.models import VITS_MODELS, VitsModel
from pipelines.voice.voices import Voice

Clock = Callable[[], datetime]  # timezone-aware UTC
NO_PRONUNCIATIONS: Mapping[str, str] = MappingProxyType({})


class WeightFiles(Protocol):
    """Where a model card's files lie: ``pipelines.weights.WeightsStore``, or a folder in a test."""

    def path(self, card_id: str, file: str) -> Path:
        """Return the path of an installed file; raise ``WeightsError`` if it is missing."""
        ...


class VoiceEngine(Protocol):
    """Speaks scripts."""

    @property
    def engine_id(self) -> str:
        """The engine's name in the registry and before the colon of ``Speech.voice``."""
        ...

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it speaks, BCP 47."""
        ...

    @property
    def cards(self) -> tuple[str, ...]:
        """The model cards it uses."""
        ...

    def voices(self, locale: str) -> tuple[Voice, ...]:
        """Return the voices of a locale; raise ``ScriptRefusedError`` with the languages there are."""
        ...

    def speak(  # noqa: PLR0913 -- one keyword per thing a script can ask for
        self,
        text: str,
        *,
        locale: str,
        voice: str | None = None,
        grant: Grant | None,
        seed: int,
        speed: float = 1.0,
        pronunciations: Mapping[str, str] = NO_PRONUNCIATIONS,
        progress: Progress = no_progress,
        cancel: CancelCheck = never_cancel,
    ) -> Speech:
        """Speak a script that the grant covers. Same seed, same machine: same samples."""
        ...

    def speak_notice(self, text: str, *, locale: str) -> AudioClip:
        """Speak a notice from ``assets/labels`` in a neutral voice that is no subject's."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRow:
    """One engine: its name, its model cards, and how to open it (weights load later, at first use)."""

    engine_id: str
    title: str
    cards: tuple[str, ...]
    open: Callable[[WeightFiles, Clock, int], VoiceEngine]


def _open_kokoro(weights: WeightFiles, clock: Clock, threads: int) -> VoiceEngine:
    from pipelines.voice.kokoro.engine import KokoroVoice  # noqa: PLC0415 -- heavy imports happen inside an engine

    return KokoroVoice(weights, clock, threads=threads)


def _open_vits(model: VitsModel) -> Callable[[WeightFiles, Clock, int], VoiceEngine]:
    def opened(weights: WeightFiles, clock: Clock, threads: int) -> VoiceEngine:
        from pipelines.voice.coqui.vits import CoquiVits  # noqa: PLC0415 -- heavy imports happen inside an engine

        return CoquiVits(model, weights, clock, threads=threads)

    return opened


def _open_xtts(weights: WeightFiles, clock: Clock, threads: int) -> VoiceEngine:
    from pipelines.voice.coqui.retiming import times_of  # noqa: PLC0415 -- heavy imports happen inside an engine
    from pipelines.voice.coqui.xtts import XttsV2  # noqa: PLC0415 -- heavy imports happen inside an engine

    timekeeper = _open_kokoro(weights, clock, threads)  # opening it loads nothing
    return XttsV2(weights, clock, threads=threads, retime=times_of(timekeeper))


_ROWS = (
    EngineRow(engine_id="kokoro", title="Kokoro 82M", cards=("kokoro-82m", "kokoro-voices"), open=_open_kokoro),
    *(
        EngineRow(engine_id=model.card_id, title=model.title, cards=(model.card_id,), open=_open_vits(model))
        for model in VITS_MODELS
    ),
    EngineRow(engine_id="xtts-v2", title="XTTS-v2 (not for commercial work)", cards=("xtts-v2",), open=_open_xtts),
)
ENGINES: Mapping[str, EngineRow] = MappingProxyType({row.engine_id: row for row in _ROWS})
DEFAULT_ENGINE = "kokoro"


def open_engine(engine_id: str, weights: WeightFiles, *, clock: Clock, threads: int = 1) -> VoiceEngine:
    """Open an engine of the registry."""
    if engine_id not in ENGINES:
        raise InputInvalidError(f"there is no voice engine {engine_id!r}; choose one of: {', '.join(ENGINES)}")
    return ENGINES[engine_id].open(weights, clock, threads)
