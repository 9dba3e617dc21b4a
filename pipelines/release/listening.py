"""The sound of a file, as a player would give it: first stream, mixed to mono. By PyAV, so no process is started."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import av
import numpy as np

from pipelines.errors import EncodeError
from pipelines.media import AudioClip

_DURATION_MAX_S: Final = 4 * 3600  # a hostile file may claim to go on for ever


def decode_sound(path: Path, *, sample_rate: int, first_s: float = _DURATION_MAX_S) -> AudioClip | None:
    """Return the sound of a file at a sample rate, about the first ``first_s``; None when it has no sound.

    Raises:
        EncodeError: it cannot be read, or is longer than four hours.
    """
    blocks: list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]] = []
    total = 0
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                return None
            resampler = av.AudioResampler(format="fltp", layout="mono", rate=sample_rate)
            for frame in container.decode(container.streams.audio[0]):
                for block in resampler.resample(frame):
                    blocks.append(block.to_ndarray()[0])
                    total += block.samples
                if total >= first_s * sample_rate and first_s < _DURATION_MAX_S:
                    break
                if total > _DURATION_MAX_S * sample_rate:
                    raise EncodeError(f"{path.name} is longer than {_DURATION_MAX_S // 3600} hours")
            blocks.extend(block.to_ndarray()[0] for block in resampler.resample(None))
    except (av.error.FFmpegError, OSError, ValueError) as e:
        raise EncodeError(f"the sound of {path.name} cannot be decoded: {e}") from e
    waveform = np.concatenate(blocks).astype(np.float32) if blocks else np.zeros(0, dtype=np.float32)
    return AudioClip(waveform=waveform, sample_rate=sample_rate)
