"""Imports coqui-tts where torchaudio's compiled part cannot load, and keeps it off the network and off pickles."""

from __future__ import annotations

import importlib
import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from pipelines.errors import WeightsError
from pipelines.speech.torchaudio_loading import load_torchaudio

_LOCK: Final = threading.Lock()
_TALKERS: Final = ("TTS", "trainer", "transformers")


def coqui_api() -> Any:  # noqa: ANN401 -- coqui-tts has no types
    """The module ``TTS.api``.

    Raises:
        WeightsError: coqui-tts is not installed, or is one that would unpickle checkpoints.
    """
    with _LOCK, quietly():
        try:
            load_torchaudio()
            api = importlib.import_module("TTS.api")
            opens_weights_only = bool(importlib.import_module("trainer.io")._WEIGHTS_ONLY)  # noqa: SLF001 -- the flag that decides
        except ImportError as e:
            raise WeightsError(f"coqui-tts cannot be imported ({e}); run: make setup") from e
    if not opens_weights_only:
        raise WeightsError("this coqui-tts would unpickle checkpoints; install torch 2.4 or newer: run make setup")
    return api


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
