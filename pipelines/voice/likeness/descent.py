"""The fit itself: timbre and each norm's addend moved by Adam until the net's copies sound like the recordings."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from pipelines.media import CancelCheck, Float32Array, Progress
from pipelines.voice.kokoro.network import Plan
from pipelines.voice.likeness.hearing import Ear
from pipelines.voice.neural.features import Features
from pipelines.voice.neural.net import TorchKokoro

T = TypeVar("T")

OWN_EVERY: Final = 3  # each third step hears the net's own plans instead of a copy


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the descent goes; the defaults were found by `bench.voices` on nine speakers."""

    rate: float = 0.03
    rate_layers: float = 0.003
    who: float = 2.0  # weight of the encoder
    spectrum: float = 1.0  # weight of the spectra, frame by frame and on the whole
    near: float = 0.02  # pull towards the stock timbre, in its own variances
    near_layers: float = 0.2
    look_every: int = 15  # steps between two looks at what was kept back
    warm_up: int = 4
    cool_from: float = 0.5  # share of the steps after which the rate falls


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """What came out: ``timbre`` (128,), ``layers`` (58, 128), and how many steps it took."""

    timbre: Float32Array
    layers: Float32Array
    steps: int


Stretch = tuple[Plan, Float32Array]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What a fit hears: ``copies`` and their recordings, ``own`` plans of the net, and ``kept_back`` to judge by."""

    copies: Sequence[Stretch]
    own: Sequence[Plan]
    kept_back: Sequence[Stretch]


class Descent:
    """One fit. ``target`` is (256,), who it must be."""

    def __init__(self, net: TorchKokoro, ear: Ear, *, target: Float32Array, settings: Settings) -> None:
        self._net = net
        self._ear = ear
        self._target = torch.from_numpy(target)
        self._settings = settings

    def run(
        self,
        start: Float32Array,
        lesson: Lesson,
        *,
        rng: np.random.Generator,
        steps_max: int,
        budget_s: float,
        progress: Progress,
        cancel: CancelCheck,
    ) -> Fitted:
        """Descend from ``start``, (128,), and return the best that was seen by what was kept back.

        ``budget_s`` is CPU time of this process. Its end is foreseen from the first steps, so that the rate still falls
        in time.
        """
        began = time.process_time()
        settings = self._settings
        origin = torch.from_numpy(start)
        timbre = origin.clone().requires_grad_()
        layers = torch.zeros(len(self._net.layer_names), len(start), requires_grad=True)
        adam = torch.optim.Adam(
            [{"params": [timbre], "lr": settings.rate}, {"params": [layers], "lr": settings.rate_layers}],
            betas=(0.9, 0.98),
        )
        heard = [(self._net.planned(plan), self._pictured(samples)) for plan, samples in lesson.copies]
        checks = [(self._net.planned(plan), self._pictured(samples)) for plan, samples in lesson.kept_back]
        best, best_loss, steps = (
            Fitted(timbre=start, layers=layers.detach().numpy().copy(), steps=0),
            math.inf,
            steps_max,
        )
        copies = _shuffled(heard, rng)
        own = _shuffled([self._net.planned(plan) for plan in lesson.own], rng)
        done = 0
        while done < steps:
            cancel()
            pace = _pace(done, steps, settings)
            for group, rate in zip(adam.param_groups, (settings.rate, settings.rate_layers), strict=True):
                group["lr"] = rate * pace
            if done % OWN_EVERY == OWN_EVERY - 1:
                spoken = self._net.decode(next(own), timbre, layers=layers)[0]
                loss = -self._settings.who * (self._ear.who(spoken) @ self._target)
            else:
                loss = self._loss(*next(copies), timbre, layers)
            spread = origin.var()
            loss = loss + settings.near * (timbre - origin).square().mean() / spread
            loss = loss + settings.near_layers * layers.square().mean() / spread
            adam.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch's stubs leave it open
            adam.step()
            done += 1
            spent = time.process_time() - began
            if done == settings.warm_up * 2 and spent > 0:
                steps = max(done, min(steps_max, int(0.93 * budget_s / (spent / done))))
            elif spent > budget_s:
                steps = done
            progress(done / steps)
            if (done % settings.look_every == 0 and done > steps / 2) or done == steps:
                now = self._checked(checks, timbre, layers)
                if now < best_loss:
                    best_loss = now
                    best = Fitted(
                        timbre=timbre.detach().numpy().copy(), layers=layers.detach().numpy().copy(), steps=done
                    )
        return best

    def _loss(self, features: Features, picture: tuple[Tensor, Tensor], timbre: Tensor, layers: Tensor) -> Tensor:
        spoken = self._net.decode(features, timbre, layers=layers)[0]
        like = self._ear.who(spoken) @ self._target
        wanted, loud = picture
        got = self._levelled(self._ear.spectrum(spoken)[:, : len(loud)], loud)
        off = got - wanted
        count = loud.sum() * len(off)
        each = (_smooth(off).abs() * loud).sum() / count
        whole = ((off * loud).sum(dim=1) / loud.sum()).abs().mean()
        return self._settings.spectrum * 0.5 * (each + whole) - self._settings.who * like

    def _pictured(self, samples: Float32Array) -> tuple[Tensor, Tensor]:
        """What the recording's spectrum is, its level taken out, and which frames count."""
        spectrum = self._ear.spectrum(torch.from_numpy(np.array(samples)))
        level = spectrum.mean(dim=0)
        loud = (level > level.quantile(0.35)).float()
        return self._levelled(spectrum, loud), loud

    @staticmethod
    def _levelled(spectrum: Tensor, loud: Tensor) -> Tensor:
        level = spectrum.mean(dim=0)
        return spectrum - (level * loud).sum() / loud.sum()

    @torch.no_grad()
    def _checked(
        self, checks: Sequence[tuple[Features, tuple[Tensor, Tensor]]], timbre: Tensor, layers: Tensor
    ) -> float:
        return sum(float(self._loss(features, picture, timbre, layers)) for features, picture in checks)


def _shuffled(items: Sequence[T], rng: np.random.Generator) -> Iterator[T]:
    """All of them again and again, each time in another order."""
    while True:
        for at in rng.permutation(len(items)):
            yield items[int(at)]


def _smooth(off: Tensor) -> Tensor:
    """Over 50 ms: the recording and its copy are some frames apart here and there."""
    smooth: Tensor = functional.avg_pool1d(off.unsqueeze(0), 5, stride=1, padding=2)[0]
    return smooth


def _pace(done: int, steps: int, settings: Settings) -> float:
    """The share of the full rate: up in the first steps, down by a cosine to a twentieth at the end."""
    up = min(1.0, (done + 1) / settings.warm_up)
    late = max(0.0, done / max(steps, 1) - settings.cool_from) / (1 - settings.cool_from)
    return up * (0.525 + 0.475 * math.cos(math.pi * late))
