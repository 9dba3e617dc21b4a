"""Imports coqui-tts where torchaudio's compiled part cannot load, and keeps it off the network and off pickles.

torchaudio 2.11 is linked against a CUDA build of torch, so with the CPU build its extension does not load and
``import TTS`` fails. Nothing that Coqui's inference calls needs the extension (resampling, mel spectrograms and the
voice detector are torch code), except reading files. So, only where the plain import fails, the extension is told to
be absent, and sound is read with soundfile. Where torchaudio loads by itself it is used as it is.
"""

from __future__ import annotations

import importlib
import logging
import sys
import threading
import types
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Final

import numpy as np
import torch

from pipelines.errors import WeightsError

_LOCK: Final = threading.Lock()
_TALKERS: Final = ("TTS", "trainer", "transformers")


def coqui_api() -> Any:  # noqa: ANN401 -- coqui-tts has no types
    """The module ``TTS.api``.

    Raises:
        WeightsError: coqui-tts is not installed, or is one that would unpickle checkpoints.
    """
    with _LOCK, quietly():
        _torchaudio()
        try:
            api = importlib.import_module("TTS.api")
            opens_weights_only = bool(importlib.import_module("trainer.io")._WEIGHTS_ONLY)  # noqa: SLF001 -- the flag that decides
        except ImportError as e:
            raise WeightsError(f"coqui-tts cannot be imported ({e}); run: make setup") from e
    if not opens_weights_only:
        raise WeightsError("this coqui-tts would unpickle checkpoints; install torch 2.4 or newer: run make setup")
    return api


def make_torchaudio_importable() -> None:
    """Let packages that import torchaudio where it is installed (transformers, and with it diffusers) do so here."""
    with _LOCK, quietly():
        _torchaudio()


@contextmanager
def quietly() -> Iterator[None]:
    """Keep the deprecations that Coqui's own code causes to itself, and its log lines, which name texts and files."""
    loggers = [logging.getLogger(name) for name in _TALKERS]
    before = [logger.level for logger in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for logger in loggers:
                logger.setLevel(logging.CRITICAL)
            yield
        finally:
            for logger, level in zip(loggers, before, strict=True):
                logger.setLevel(level)


def _torchaudio() -> None:
    try:
        torchaudio = importlib.import_module("torchaudio")
    except (OSError, ImportError):
        for name in [name for name in sys.modules if name == "torchaudio" or name.startswith("torchaudio.")]:
            del sys.modules[name]
        sys.modules["torchaudio._extension"] = _absent_extension()
        torchaudio = importlib.import_module("torchaudio")
        vars(torchaudio)["load"] = _load  # its own asks torchcodec, which is linked the same way


def _absent_extension() -> types.ModuleType:
    extension = types.ModuleType("torchaudio._extension")
    extension._IS_TORCHAUDIO_EXT_AVAILABLE = False  # type: ignore[attr-defined]  # noqa: SLF001 -- torchaudio's own name
    extension._IS_ALIGN_AVAILABLE = False  # type: ignore[attr-defined]  # noqa: SLF001 -- torchaudio's own name
    extension.fail_if_no_align = lambda function: function  # type: ignore[attr-defined] # torchaudio's own name
    return extension


def _load(
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
