"""diffusers and transformers, imported when a net is wanted: together they cost some ten seconds."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from pipelines.errors import WeightsError
from pipelines.speech.torchaudio_loading import load_torchaudio

_TALKERS: Final = ("diffusers", "transformers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Libraries:
    """The classes that MuseTalk is made of."""

    vae: Any
    unet: Any
    whisper: Any
    mel: Any


def libraries() -> Libraries:
    """Import them.

    Raises:
        WeightsError: one of the packages is absent or does not load.
    """
    with quietly():
        try:
            with suppress(ModuleNotFoundError):  # then nobody asks for it either
                load_torchaudio()
            from diffusers import AutoencoderKL, UNet2DConditionModel  # noqa: PLC0415 -- heavy
            from transformers import WhisperFeatureExtractor, WhisperModel  # noqa: PLC0415 -- heavy
        except (ImportError, RuntimeError, OSError) as e:  # diffusers' lazy imports turn any error into RuntimeError
            raise WeightsError(f"diffusers or transformers cannot be imported ({e}); run: make setup") from e
    return Libraries(vae=AutoencoderKL, unet=UNet2DConditionModel, whisper=WhisperModel, mel=WhisperFeatureExtractor)


@contextmanager
def quietly() -> Iterator[None]:
    """Keep the libraries' deprecations and log lines to themselves."""
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
