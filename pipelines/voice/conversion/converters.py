"""Voice conversion: what one voice said, said again in the voice of a subject's recordings. One class and one row each.

Any base voice of any language becomes the subject's: the words, their times and the melody stay, the timbre changes.
Steps of ``convert``: 1 the grant, 2 the recordings, 3 the net, 4 the clock (the sound is as long as before), 5
loudness. Weights load at step 3, after everything that can refuse has had its say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import gcd
from types import MappingProxyType
from typing import Final, Protocol

import numpy as np
from scipy.signal import resample_poly

from consent.grant import Grant, Modality, Sha256Hex, Use, require_grant
from pipelines.errors import InputInvalidError
from pipelines.media import AudioClip, CancelCheck, Float32Array, Progress, Speech, never_cancel, no_progress
from pipelines.voice.engine import Clock, WeightFiles
from pipelines.voice.loudness import integrated_lufs, normalise

SPEECH_RATE: Final = 24_000  # Hz; ``Speech`` is at this rate or above
TARGET_S_MIN: Final = 3.0  # below it a speaker's average is one word's; Coqui asks for more than 3 s too
SILENT_LUFS: Final = -60.0  # what is quieter is hiss: raising it would fill an ad with noise
_DRIFT_S_MAX: Final = 0.12  # analysis windows at both ends; more means that the net lost the clock


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRecording:
    """A recording of the subject. ``sha256`` is of the file that stands in the consent, and must be in the grant."""

    audio: AudioClip
    sha256: Sha256Hex


class VoiceConverter(Protocol):
    """Changes whose voice is heard."""

    @property
    def converter_id(self) -> str:
        """The converter's name in the registry."""
        ...

    @property
    def cards(self) -> tuple[str, ...]:
        """The model cards it uses."""
        ...

    def convert(
        self,
        speech: Speech,
        *,
        targets: Sequence[TargetRecording],
        grant: Grant | None,
        seed: int,
        progress: Progress = no_progress,
        cancel: CancelCheck = never_cancel,
    ) -> Speech:
        """Return the speech in the targets' voice: same text, same times. Same seed, same machine: same samples.

        Raises:
            ConsentRefusedError: The grant does not cover this voice, language, script or one of the recordings now.
            InputInvalidError: There is no recording, or too little of it.
            WeightsError: A card is not installed, or its files are not what the converter can open.
            CancelledError: ``cancel`` said so; it is asked before the weights and before the net.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ConverterRow:
    """One converter: its name, its model cards, and how to open it (weights load later, at first use)."""

    converter_id: str
    title: str
    cards: tuple[str, ...]
    open: Callable[[WeightFiles, Clock, int], VoiceConverter]


def _open_openvoice(weights: WeightFiles, clock: Clock, threads: int) -> VoiceConverter:
    from pipelines.voice.coqui.converters import OpenVoiceV2  # noqa: PLC0415 -- heavy imports happen inside an engine

    return OpenVoiceV2(weights, clock, threads=threads)


def _open_knnvc(weights: WeightFiles, clock: Clock, threads: int) -> VoiceConverter:
    from pipelines.voice.coqui.converters import KnnVc  # noqa: PLC0415 -- heavy imports happen inside an engine

    return KnnVc(weights, clock, threads=threads)


def _open_freevc(weights: WeightFiles, clock: Clock, threads: int) -> VoiceConverter:
    from pipelines.voice.coqui.converters import FreeVc  # noqa: PLC0415 -- heavy imports happen inside an engine

    return FreeVc(weights, clock, threads=threads)


_ROWS = (
    ConverterRow(converter_id="openvoice-v2", title="OpenVoice v2", cards=("openvoice-v2",), open=_open_openvoice),
    ConverterRow(converter_id="knnvc", title="kNN-VC", cards=("wavlm-large", "knnvc-vocoder"), open=_open_knnvc),
    ConverterRow(converter_id="freevc24", title="FreeVC 24 kHz", cards=("wavlm-large", "freevc24"), open=_open_freevc),
)
CONVERTERS: Mapping[str, ConverterRow] = MappingProxyType({row.converter_id: row for row in _ROWS})


def open_converter(converter_id: str, weights: WeightFiles, *, clock: Clock, threads: int = 1) -> VoiceConverter:
    """Open a converter of the registry."""
    if converter_id not in CONVERTERS:
        known = ", ".join(CONVERTERS)
        raise InputInvalidError(f"there is no voice converter {converter_id!r}; choose one of: {known}")
    return CONVERTERS[converter_id].open(weights, clock, threads)


def require_targets(
    targets: Sequence[TargetRecording], *, grant: Grant | None, locale: str, script: str, at: datetime
) -> None:
    """Refuse recordings that the grant does not name, and too little of them. The grant is asked first.

    Raises:
        ConsentRefusedError: The grant does not cover voice, language, script or a recording.
        InputInvalidError: There are no recordings, or less than 3 seconds.
    """
    require_grant(grant, Use(modality=Modality.VOICE, locale=locale, script=script), at=at)
    for target in targets:
        require_grant(grant, Use(modality=Modality.VOICE, locale=locale, script=script, asset=target.sha256), at=at)
    total_s = sum(target.audio.duration_s for target in targets)
    if total_s < TARGET_S_MIN:
        raise InputInvalidError(
            f"{len(targets)} recordings with {total_s:.1f} s in all were given and {TARGET_S_MIN:.0f} s are needed; "
            "add recordings of the subject"
        )


def digest_of(targets: Sequence[TargetRecording]) -> str:
    """A name for a set of recordings, whatever their order: 16 hex digits."""
    joined = "\n".join(sorted(target.sha256 for target in targets))
    return hashlib.sha256(joined.encode("ascii")).hexdigest()[:16]


def converted(
    speech: Speech, waveform: Float32Array, sample_rate: int, *, voice: str, cards: tuple[str, ...]
) -> Speech:
    """Return the base speech with the converted sound: as long as before, at 24 kHz or above, at target loudness.

    Raises:
        InputInvalidError: The net's sound is empty, silent, or of another length than what went in.
    """
    if is_silent(waveform, sample_rate):
        raise InputInvalidError(f"{voice} gave no sound for this speech; try another converter or other recordings")
    drift_s = len(waveform) / sample_rate - speech.audio.duration_s
    if abs(drift_s) > _DRIFT_S_MAX:
        raise InputInvalidError(
            f"{voice} made {drift_s:+.2f} s of the speech's length and at most {_DRIFT_S_MAX} s can be evened out; "
            "its word times would be wrong: use another converter"
        )
    rate = max(SPEECH_RATE, speech.audio.sample_rate)
    length = round(speech.audio.duration_s * rate)
    sound = resampled(waveform, sample_rate, rate)[:length]
    sound = np.pad(sound, (0, length - len(sound)))
    return replace(
        speech,
        audio=AudioClip(waveform=normalise(sound, rate), sample_rate=rate),
        voice=voice,
        cards=tuple(dict.fromkeys((*speech.cards, *cards))),
    )


def is_silent(waveform: Float32Array, sample_rate: int) -> bool:
    """Whether a net's sound is nothing: no samples, samples that are no numbers, or all of it under -60 LUFS."""
    if not len(waveform) or not np.isfinite(waveform).all() or not np.any(waveform):
        return True
    return integrated_lufs(waveform, sample_rate) < SILENT_LUFS


def resampled(waveform: Float32Array, rate: int, wanted: int) -> Float32Array:
    """The sound at another rate, (time,) float32."""
    if rate == wanted:
        return waveform.astype(np.float32, copy=False)
    common = gcd(rate, wanted)
    return np.asarray(resample_poly(waveform, wanted // common, rate // common), dtype=np.float32)
