"""Recordings as a fit wants them: the speech alone, at one level, and where there is noise, with less of it.

Measured by ``python -m bench.recordings --denoise``: taking noise out of quiet recordings makes them less like the
person, taking it out of noisy ones more. So it is taken out by as much as there is.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from pipelines.media import AudioClip
from pipelines.speech.noise import levels
from pipelines.voice.recordings.denoising import denoised
from pipelines.voice.recordings.report import Recorded, RecordingReport
from pipelines.voice.recordings.trimming import spoken_part

LEVEL_DB: Final = -23.0  # of the speech: the middle of real readings, with room for the peaks
PEAK_MAX: Final = 0.95
QUIET_SNR_DB: Final = 28.0  # from here on a recording is left as it is
NOISE_DOWN_MAX_DB: Final = 12.0
_WORTH_DB: Final = 2.0


def prepare(recorded: Recorded, report: RecordingReport) -> AudioClip:
    """One recording at 16 kHz: noise down, silence around the speech off, speech at -23 dB or as loud as peaks allow.

    Args:
        recorded: The recording.
        report: What ``check_recording`` found in it.
    """
    found = levels(recorded.clip, report.spans)
    down_db = min(NOISE_DOWN_MAX_DB, QUIET_SNR_DB - found.snr_db)
    clip = recorded.clip
    if down_db >= _WORTH_DB:
        clip = denoised(clip, report.spans, floor_db=-down_db)
    part = spoken_part(clip, report.spans)
    gain = 10 ** ((LEVEL_DB - found.speech_db) / 20)
    peak = float(np.abs(part.waveform).max()) if len(part.waveform) else 0.0
    if peak > 0:
        gain = min(gain, PEAK_MAX / peak)
    return AudioClip(waveform=np.asarray(part.waveform * gain, dtype=np.float32), sample_rate=part.sample_rate)
