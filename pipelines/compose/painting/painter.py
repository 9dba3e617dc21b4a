"""Paints a background: words and a seed in, a picture out.

Steps of ``paint``: 1 the words, 2 the weights, 3 the work, 4 a look at what came out. The pipeline's class is the
model's own, never one that a folder names; weights are safetensors from the folder alone, and nothing is fetched.
"""

from __future__ import annotations

import importlib
import inspect
import math
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Protocol

import cv2
import numpy as np

from pipelines.compose.painting import looking
from pipelines.compose.painting.models import PaintModel
from pipelines.compose.painting.prompts import check_prompt
from pipelines.compose.painting.trust import check_folder
from pipelines.errors import InputInvalidError, WeightsError
from pipelines.media import ByteArray, CancelCheck, Progress, never_cancel, no_progress
from pipelines.weights.cards import Card

SIDE_MIN, SIDE_MAX = 64, 3840
_SEED_MAX: Final = 2**31


class Folders(Protocol):
    """Where installed cards lie. ``pipelines.weights.store.WeightsStore`` is one."""

    def folder(self, card_id: str) -> Path:
        """The folder of an installed card; raises ``WeightsError`` if it is not there or damaged."""
        ...

    def card(self, card_id: str) -> Card:
        """The card; raises ``WeightsError`` if there is none."""
        ...


class Judge(Protocol):
    """Looks at what was painted. ``looking.Looker`` is one."""

    def require_nobody(self, rgb: ByteArray) -> None:
        """Raise ``InputInvalidError`` if a person can be seen."""
        ...


class Painter:
    """Paints with one model; loads it at first use. Not for sharing between threads."""

    def __init__(self, model: PaintModel, weights: Folders, judge: Judge) -> None:
        self._model, self._weights, self._judge = model, weights, judge
        self._pipeline: Any = None
        self.cards: Final = (model.card_id, *looking.CARDS)

    def paint(
        self,
        prompt: str,
        *,
        width: int,
        height: int,
        seed: int,
        progress: Progress = no_progress,
        cancel: CancelCheck = never_cancel,
    ) -> ByteArray:
        """Return a picture, (height, width, 3) uint8 RGB, without people; same machine and seed, same picture.

        Raises:
            InputInvalidError: the words ask for people, or a person can be seen in what was painted.
            WeightsError: the model is not installed, or its folder is not what its card promises.
        """
        words = check_prompt(prompt)
        if not (SIDE_MIN <= width <= SIDE_MAX and SIDE_MIN <= height <= SIDE_MAX and 0 <= seed < _SEED_MAX):
            raise InputInvalidError(
                f"a background of {width}x{height} with seed {seed} was asked for; sides go from {SIDE_MIN} to "
                f"{SIDE_MAX}, seeds from 0 to {_SEED_MAX - 1}"
            )
        self._load()
        size = painted_size(width, height, model=self._model)
        picture = self._painted(words, size, seed, progress, cancel)
        self._judge.require_nobody(picture)
        progress(1.0)
        return _cover(picture, width, height)

    def _load(self) -> None:
        if self._pipeline is not None:
            return
        folder = self._weights.folder(self._model.card_id)
        pinned = {file.name for file in self._weights.card(self._model.card_id).files}
        check_folder(folder, self._model, pinned=pinned)
        import torch  # noqa: PLC0415 -- seconds, paid only by who paints

        from pipelines.speech.torchaudio_loading import load_torchaudio  # noqa: PLC0415 -- as above

        with warnings.catch_warnings(), suppress(ModuleNotFoundError):  # not installed: then nobody asks for it either
            warnings.simplefilter("ignore")
            load_torchaudio()  # transformers imports it where it is installed

        has_gpu = torch.cuda.is_available()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # deprecations of diffusers' own code
                built = getattr(importlib.import_module("diffusers"), self._model.pipeline)
                for package in ("diffusers", "transformers"):
                    importlib.import_module(f"{package}.utils.logging").disable_progress_bar()  # ours is the caller's
                pipeline = built.from_pretrained(
                    str(folder),
                    local_files_only=True,
                    use_safetensors=True,
                    trust_remote_code=False,
                    low_cpu_mem_usage=False,  # the other way needs accelerate, which nothing else here does
                    torch_dtype=torch.bfloat16 if has_gpu else torch.float32,
                ).to("cuda" if has_gpu else "cpu")
        except (OSError, ValueError, TypeError, KeyError, RuntimeError, ImportError, AttributeError) as e:
            raise WeightsError(
                f"{self._model.title} cannot be loaded ({type(e).__name__}: {str(e)[:200]}); "
                f"run: sayso models verify {self._model.card_id}"
            ) from e
        pipeline.set_progress_bar_config(disable=True)
        self._pipeline = pipeline

    def _painted(
        self, words: str, size: tuple[int, int], seed: int, progress: Progress, cancel: CancelCheck
    ) -> ByteArray:
        import torch  # noqa: PLC0415 -- as above

        options = dict(self._model.options)
        steps = int(options["num_inference_steps"])

        def after_step(_: object, step: int, __: object, kept: dict[str, Any]) -> dict[str, Any]:
            cancel()
            progress(0.95 * (step + 1) / steps)
            return kept

        takes = inspect.signature(self._pipeline.__call__).parameters
        given: dict[str, Any] = {"negative_prompt": " "} if "true_cfg_scale" in options else {}
        given |= {
            name: int(value) if value == int(value) and "scale" not in name else value
            for name, value in options.items()
        }
        with warnings.catch_warnings(), torch.inference_mode():
            warnings.simplefilter("ignore")
            made = self._pipeline(
                prompt=words,
                width=size[0],
                height=size[1],
                generator=torch.Generator("cpu").manual_seed(seed),  # the same noise on every device
                output_type="np",
                **{name: value for name, value in given.items() if name in takes},
                callback_on_step_end=after_step,
            )
        picture = np.nan_to_num(np.asarray(made.images[0], dtype=np.float32))
        return np.asarray(np.clip(picture, 0, 1) * 255 + 0.5, dtype=np.uint8)


def painted_size(width: int, height: int, *, model: PaintModel) -> tuple[int, int]:
    """The size in which a model paints for a frame: of the frame's shape, as many pixels as it was trained on."""
    scale = math.sqrt(model.pixels / (width * height))
    wide, high = (max(1, round(side * scale / model.multiple)) * model.multiple for side in (width, height))
    return wide, high


def _cover(picture: ByteArray, width: int, height: int) -> ByteArray:
    """Scale to cover the frame and cut around the middle."""
    scale = max(width / picture.shape[1], height / picture.shape[0])
    size = (max(width, round(picture.shape[1] * scale)), max(height, round(picture.shape[0] * scale)))
    whole = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return np.ascontiguousarray(whole[top : top + height, left : left + width], dtype=np.uint8)
