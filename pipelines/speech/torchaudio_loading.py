"""Imports torchaudio where its compiled part cannot load, for the libraries that ask for it and need little of it.

torchaudio 2.11 is linked against a CUDA build of torch, so with the CPU build its extension does not load; coqui-tts
fails with it, and so do transformers and diffusers, which import it wherever it is installed. Nothing that we call
through them needs the extension (resampling, mel spectrograms and the voice detector are torch code), except reading
files. So, only where the plain import fails, the extension is told to be absent, and sound is read with soundfile.
Where torchaudio loads by itself it is used as it is.
"""

from __future__ import annotations

import importlib
import sys
import threading
import types
from typing import Any, BinaryIO, Final

import numpy as np
import torch

_LOCK: Final = threading.RLock()


def load_torchaudio() -> None:
    """Make ``import torchaudio`` work from now on.

    Raises:
        ImportError: torchaudio is not installed.
    """
    with _LOCK:
        try:
            importlib.import_module("torchaudio")
        except (OSError, ImportError):
            for name in [name for name in sys.modules if name == "torchaudio" or name.startswith("torchaudio.")]:
                del sys.modules[name]
            sys.modules["torchaudio._extension"] = _absent_extension()
            torchaudio = importlib.import_module("torchaudio")
            vars(torchaudio)["load"] = read_sound  # its own asks torchcodec, which is linked the same way


def _absent_extension() -> types.ModuleType:
    extension = types.ModuleType("torchaudio._extension")
    extension._IS_TORCHAUDIO_EXT_AVAILABLE = False  # type: ignore[attr-defined]  # noqa: SLF001 -- torchaudio's own name
    extension._IS_ALIGN_AVAILABLE = False  # type: ignore[attr-defined]  # noqa: SLF001 -- torchaudio's own name
    extension.fail_if_no_align = lambda function: function  # type: ignore[attr-defined] # torchaudio's own name
    return extension


def read_sound(
    source: str | BinaryIO,
    frame_offset: int = 0,
    num_frames: int = -1,
    normalize: bool = True,  # noqa: FBT001, FBT002, ARG001 -- torchaudio.load's signature
    channels_first: bool = True,  # noqa: FBT001, FBT002 -- torchaudio.load's signature
    **_others: Any,  # noqa: ANN401 -- torchaudio.load's signature
) -> tuple[torch.Tensor, int]:
    """What ``torchaudio.load`` does: (channel, time) float32 and the rate in Hz."""
    import soundfile  # noqa: PLC0415 -- only where files are read

    samples, rate = soundfile.read(source, start=frame_offset, frames=num_frames, dtype="float32", always_2d=True)
    return torch.from_numpy(np.ascontiguousarray(samples.T if channels_first else samples)), int(rate)
