"""Speech between two steps: ``speech.wav`` (32-bit float, exact) and ``speech.json`` (words, phonemes; version 1)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import soundfile
from pydantic import BaseModel, ConfigDict

from pipelines.media import AudioClip, Speech, Timed


class _TimedJson(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    start_s: float
    end_s: float


class _SpeechJson(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    spec_version: Literal[1] = 1
    text: str
    locale: str
    voice: str
    words: tuple[_TimedJson, ...]
    phonemes: tuple[_TimedJson, ...]
    cards: tuple[str, ...]
    agreed: str = ""


def write_speech(speech: Speech, folder: Path) -> None:
    """Write both files into a folder that nobody reads yet."""
    soundfile.write(folder / "speech.wav", speech.audio.waveform, speech.audio.sample_rate, subtype="FLOAT")
    described = _SpeechJson(
        text=speech.text,
        locale=speech.locale,
        voice=speech.voice,
        words=_dump(speech.words),
        phonemes=_dump(speech.phonemes),
        cards=speech.cards,
        agreed=speech.agreed,
    )
    (folder / "speech.json").write_text(described.model_dump_json(), encoding="utf-8")


def read_speech(folder: Path) -> Speech:
    """Read what ``write_speech`` wrote."""
    found = _SpeechJson.model_validate_json((folder / "speech.json").read_text(encoding="utf-8"))
    waveform, sample_rate = soundfile.read(folder / "speech.wav", dtype="float32")
    return Speech(
        audio=AudioClip(waveform=np.asarray(waveform, dtype=np.float32), sample_rate=int(sample_rate)),
        text=found.text,
        locale=found.locale,
        voice=found.voice,
        words=_load(found.words),
        phonemes=_load(found.phonemes),
        cards=found.cards,
        agreed=found.agreed,
    )


def _dump(timed: tuple[Timed, ...]) -> tuple[_TimedJson, ...]:
    return tuple(_TimedJson(text=t.text, start_s=t.start_s, end_s=t.end_s) for t in timed)


def _load(timed: tuple[_TimedJson, ...]) -> tuple[Timed, ...]:
    return tuple(Timed(text=t.text, start_s=t.start_s, end_s=t.end_s) for t in timed)
