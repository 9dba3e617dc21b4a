"""Kokoro's net in torch: symbols and a style in, samples out; the ONNX session's twin, open for gradients.

The decoder is fed by ``Features``, so that a fit computes them once and then moves only the timbre.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pipelines.errors import InputInvalidError
from pipelines.media import Float32Array
from pipelines.voice.kokoro.network import FRAME_SAMPLES, Plan, Utterance
from pipelines.voice.neural.building import KokoroModules, Precision, build
from pipelines.voice.neural.encoding import encode, excitation
from pipelines.voice.neural.features import Features, together
from pipelines.voice.neural.layers import STYLE_DIM, Steering, Style, number_norms


class TorchKokoro:
    """The net, loaded at the first call. Safe to share between threads; one of them speaks at a time.

    Args:
        model: The published ONNX file (card "kokoro-82m"); it is read as data.
        device: "cpu" or "cuda".
        threads: Threads of torch on the CPU; None leaves them as the process has them.
        precision: "bfloat16" multiplies the decoder's convolutions in 16 bits when no gradient is wanted: about twice
            as fast on a CPU that has the instructions, see ``building.swift_precision``.
    """

    def __init__(
        self, model: Path, *, device: str = "cpu", threads: int | None = 1, precision: Precision = "float32"
    ) -> None:
        self._model = model
        self._precision = precision
        self._device = torch.device(device)
        self._threads = threads
        self._modules: KokoroModules | None = None
        self._lock = threading.Lock()

    @property
    def is_loaded(self) -> bool:
        """Whether the parameters are in memory."""
        return self._modules is not None

    @property
    def device(self) -> torch.device:
        """Where the net computes."""
        return self._device

    @property
    def modules(self) -> KokoroModules:
        """The modules, in evaluation mode; their parameters want no gradient until asked."""
        with self._lock:
            self._modules = self._modules or self._load()
            return self._modules

    def features(
        self,
        ids: Sequence[int],
        style: Float32Array,
        *,
        speed: float = 1.0,
        f0_scale: float = 1.0,
        f0_range: float = 1.0,
    ) -> Features:
        """Compute what the decoder needs, without gradients.

        Args:
            ids: 1 to 510 symbols, see ``pipelines.voice.phonemes.symbols``.
            style: (256,) float32; only its prosody half, [128:], is used.
            speed: 1.0 is the voice's own.
            f0_scale: Factor on the pitch median.
            f0_range: Factor on the pitch's intervals around its median, in semitones.
        """
        return self.features_batch([ids], [style], speed=speed, f0_scale=f0_scale, f0_range=f0_range)[0]

    def features_batch(
        self,
        ids: Sequence[Sequence[int]],
        styles: Sequence[Float32Array],
        *,
        speed: float = 1.0,
        f0_scale: float = 1.0,
        f0_range: float = 1.0,
    ) -> tuple[Features, ...]:
        """Compute the features of several sentences at once; see ``features``."""
        return encode(self.modules, ids, styles, speed=speed, f0_scale=f0_scale, f0_range=f0_range)

    def repitched(self, features: Features, f0: Tensor) -> Features:
        """Return features with another pitch curve of the same length, and its excitation."""
        if f0.shape != features.f0.shape:
            raise InputInvalidError(
                f"the pitch curve has {tuple(f0.shape)} values and needs {tuple(features.f0.shape)}"
            )
        return replace(features, f0=f0, excitation=excitation(self.modules, f0))

    def decode(
        self,
        features: Features | Sequence[Features],
        timbre: Tensor,
        *,
        layers: Tensor | None = None,
        shifts: Tensor | None = None,
        weights: Mapping[str, Tensor] | None = None,
    ) -> Tensor:
        """Speak features in a timbre; differentiable in all but the features.

        Args:
            features: One sentence for all timbres, or as many as there are timbres (or any number for one timbre).
            timbre: (batch, 128) or (128,) float32, the first half of a style.
            layers: (58, 128) or (batch, 58, 128) to add to the timbre at each norm, by ``layer_names``.
            shifts: (34,048,) or (batch, 34,048) to add behind the norms' projections; see ``shifts_of``.
            weights: Decoder parameters to use in place of the file's, by name; see ``LowRank``.

        Returns:
            (batch, sample) float32 at 24 kHz; a sentence shorter than the longest ends in silence.
        """
        rows = [features] if isinstance(features, Features) else list(features)
        style = timbre.to(self._device).reshape(-1, STYLE_DIM)
        batch = together(rows)
        count = max(len(rows), len(style))
        if len(rows) not in {1, count} or len(style) not in {1, count}:
            raise InputInvalidError(f"{len(rows)} sentences and {len(style)} timbres do not pair; give one of either")
        asr, f0, energy, excitation, style = (
            each.expand(count, *each.shape[1:]) for each in (batch.asr, batch.f0, batch.energy, batch.excitation, style)
        )
        steered: Style = style
        if layers is not None or shifts is not None:
            steered = Steering(
                timbre=style,
                layers=None if layers is None else layers.to(self._device).reshape(-1, *layers.shape[-2:]),
                shifts=() if shifts is None else self._by_norm(shifts),
            )
        decoder = self.modules.decoder
        inputs = (asr, f0, energy, steered, excitation, batch.mask)
        spoken: Tensor = (
            torch.func.functional_call(decoder, dict(weights or {}), inputs) if weights else decoder(*inputs)
        )
        return spoken

    @property
    def layer_names(self) -> tuple[str, ...]:
        """The decoder's norms by the makers' names ("generator.resblocks.0.adain1.2"), sorted."""
        return tuple(number_norms(self.modules.decoder))

    def shifts_of(self, layers: Float32Array) -> Float32Array:
        """Return what a timbre of its own for each norm adds: ``layers`` is (58, 128), by ``layer_names``."""
        norms = number_norms(self.modules.decoder).values()
        own = torch.from_numpy(np.asarray(layers, dtype=np.float32)).to(self._device)
        parts = [norm.fc.weight @ row for norm, row in zip(norms, own, strict=True)]
        return np.asarray(torch.cat(parts).cpu().numpy(), dtype=np.float32)

    def _by_norm(self, shifts: Tensor) -> tuple[Tensor, ...]:
        sizes = [norm.fc.out_features for norm in number_norms(self.modules.decoder).values()]
        if shifts.shape[-1] != sum(sizes):
            raise InputInvalidError(f"there are {shifts.shape[-1]} shifts and the norms take {sum(sizes)}")
        return torch.split(shifts.to(self._device).reshape(-1, sum(sizes)), sizes, dim=-1)

    def plan(self, ids: Sequence[int], style: Float32Array, *, speed: float) -> Plan:
        """Plan 1 to 510 symbols, as ``KokoroNetwork.plan`` does."""
        made = self.features(ids, style, speed=speed)
        text, f0, energy = (
            np.asarray(each.cpu().numpy(), dtype=np.float32) for each in (made.asr, made.f0, made.energy)
        )
        return Plan(text=text, f0=f0, energy=energy, ends=_ends(made))

    def planned(self, plan: Plan) -> Features:
        """Return the features of a plan, perhaps with another pitch or energy than the net gave it."""
        f0 = torch.from_numpy(plan.f0).to(self._device)
        ends = torch.from_numpy(plan.ends // FRAME_SAMPLES)
        return Features(
            asr=torch.from_numpy(plan.text).to(self._device),
            f0=f0,
            energy=torch.from_numpy(plan.energy).to(self._device),
            durations=torch.diff(ends, prepend=torch.zeros(1, dtype=ends.dtype)).to(self._device),
            symbols=(),
            excitation=excitation(self.modules, f0),
        )

    @torch.no_grad()
    def speak(self, plan: Plan, timbre: Float32Array, *, shifts: Float32Array | None = None) -> Utterance:
        """Speak a plan in a timbre, (128,) float32, as ``KokoroNetwork.speak`` does."""
        added = None if shifts is None else torch.from_numpy(shifts)
        spoken = self.decode(self.planned(plan), torch.from_numpy(np.array(timbre, dtype=np.float32)), shifts=added)
        waveform = np.asarray(spoken[0].cpu().numpy(), dtype=np.float32)
        return Utterance(waveform=waveform, ends=np.minimum(plan.ends, len(waveform)))

    def say(
        self, ids: Sequence[int], style: Float32Array, *, speed: float, f0_scale: float = 1.0, f0_range: float = 1.0
    ) -> Utterance:
        """Speak 1 to 510 symbols; ``style`` is (256,) float32, ``speed`` 1.0 is the voice's own."""
        return self.say_batch([ids], [style], speed=speed, f0_scale=f0_scale, f0_range=f0_range)[0]

    @torch.no_grad()
    def say_batch(
        self,
        ids: Sequence[Sequence[int]],
        styles: Sequence[Float32Array],
        *,
        speed: float = 1.0,
        f0_scale: float = 1.0,
        f0_range: float = 1.0,
    ) -> tuple[Utterance, ...]:
        """Speak several sentences at once, each in its own style; the samples are those of ``say``."""
        features = self.features_batch(ids, styles, speed=speed, f0_scale=f0_scale, f0_range=f0_range)
        timbre = torch.from_numpy(np.stack([each[:STYLE_DIM] for each in styles]).astype(np.float32))
        spoken = self.decode(features, timbre).cpu().numpy()
        return tuple(
            Utterance(
                waveform=np.ascontiguousarray(row[: each.frames * FRAME_SAMPLES], dtype=np.float32),
                ends=_ends(each),
            )
            for row, each in zip(spoken, features, strict=True)
        )

    def _load(self) -> KokoroModules:
        if self._threads is not None and self._device.type == "cpu":
            torch.set_num_threads(self._threads)
        return build(self._model, device=self._device, precision=self._precision)


def _ends(features: Features) -> NDArray[np.int64]:
    """When each symbol ends, in samples."""
    return np.cumsum(features.durations.cpu().numpy()).astype(np.int64) * FRAME_SAMPLES
