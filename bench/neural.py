"""Kokoro in torch against the published session: how far the samples are apart, and what each costs.

    SAYSO_WEIGHTS=~/.sayso/weights python -m bench.neural [--share 0.1] [--threads 2] [--json]

Every voice says a sentence in every language of the net's own (54 x 9; ``--share`` takes that part of them, spread
evenly). "Same plan" gives both decoders the session's durations, pitch and energy; what then remains is the session's
rounding of activations to 8 bits. Errors are mean absolute differences of 80-band log-mel spectra, in dB, over a floor
60 dB under a sine of full scale. Cost is CPU seconds per second of speech. "First sound" is wall time from the plan of
a paragraph to its first chunk, weights in memory; it says little on a machine that is busy.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from bench.consenting import grant_for
from pipelines.media import Float32Array
from pipelines.voice.kokoro.network import FRAME_SAMPLES, SAMPLE_RATE, KokoroNetwork, load_style
from pipelines.voice.kokoro.streaming import headed, stream
from pipelines.voice.neural.building import Precision, swift_precision
from pipelines.voice.neural.net import TorchKokoro
from pipelines.voice.phonemes.symbols import token_ids
from pipelines.voice.script.planner import ScriptPlanner
from pipelines.voice.voices import VOICES

TEXTS = {
    "en-US": "Good mornings start quietly.",
    "en-GB": "A slow roast from small farms.",
    "es": "Un tueste lento de fincas pequeñas.",
    "fr": "Une torréfaction lente, de petites fermes.",
    "it": "Una tostatura lenta, da piccole fattorie.",
    "pt-BR": "Uma torra lenta, de pequenas fazendas.",
    "hi": "छोटे खेतों से धीमी भुनाई।",
    "ja": "小さな農園から届きます。",
    "zh": "来自小农场的慢烘焙。",
}
PARAGRAPH = (
    "Good mornings start quietly, long before the first train leaves the station. Coffee One is one slow roast from"
    " small farms, ground the moment you brew it. Try your first bag this week."
)
SAME_PLAN_MEAN_DB, SAME_PLAN_WORST_DB = 1.3, 2.5
FLIPPED_MAX = 0.10  # share of symbols whose duration differs, by a frame
LIGHT_DB = 0.2
COST_MAX = 0.5
FIRST_SOUND_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One voice in one language. Errors in dB; ``flipped`` of ``symbols`` durations differ, ``furthest`` in frames."""

    voice: str
    language: str
    seconds: float
    same_plan_db: float
    light_db: float
    symbols: int
    flipped: int
    furthest: int
    pitch_cents: float
    cost: dict[str, float]


class Nets:
    """The session, the net in torch and its lighter twin."""

    def __init__(self, weights: Path, threads: int) -> None:
        model = weights / "kokoro-82m" / "model.onnx"
        self.voices = weights / "kokoro-voices" / "voices"
        self.session = KokoroNetwork(model, threads=threads)
        self.exact = TorchKokoro(model, threads=threads)
        self.light = TorchKokoro(model, threads=threads, precision="bfloat16")

    def style(self, voice: str, symbols: int) -> Float32Array:
        """The row of a voice for so many symbols."""
        return np.asarray(load_style(self.voices / f"{voice}.bin")[symbols - 1], dtype=np.float32)


def pairs(share: float) -> list[tuple[str, str]]:
    """Voices and languages, that share of all, spread evenly."""
    every = [(voice.name, language) for voice in VOICES for language in TEXTS]
    step = 1.0 / min(max(share, 1.0 / len(every)), 1.0)
    return [every[int(at * step)] for at in range(round(len(every) / step))]


def measure(nets: Nets, chosen: Sequence[tuple[str, str]]) -> Iterator[Row]:
    """Say each and compare."""
    planner = ScriptPlanner()
    for voice, language in chosen:
        _, planned = planner.plan(TEXTS[language], locale=language)
        ids = token_ids(planned[0].said.symbols)
        style = nets.style(voice, len(ids))
        plan, plan_cost = _timed(lambda: nets.session.plan(ids, style, speed=1.0))  # noqa: B023 -- called at once
        expected, speak_cost = _timed(lambda: nets.session.speak(plan, style[:128]))  # noqa: B023 -- called at once
        own, own_cost = _timed(lambda: nets.exact.plan(ids, style, speed=1.0))  # noqa: B023 -- called at once
        exact, exact_cost = _timed(lambda: nets.exact.speak(plan, style[:128]))  # noqa: B023 -- called at once
        light, light_cost = _timed(lambda: nets.light.speak(plan, style[:128]))  # noqa: B023 -- called at once
        seconds = len(expected.waveform) / SAMPLE_RATE
        apart = np.abs(np.diff(own.ends) - np.diff(plan.ends)) // FRAME_SAMPLES
        yield Row(
            voice=voice,
            language=language,
            seconds=seconds,
            same_plan_db=mel_error_db(expected.waveform, exact.waveform),
            light_db=mel_error_db(exact.waveform, light.waveform),
            symbols=len(apart),
            flipped=int((apart > 0).sum()),
            furthest=int(apart.max()),
            pitch_cents=1200 * abs(float(np.log2(_median(own.f0) / _median(plan.f0)))),
            cost={
                "session": (plan_cost + speak_cost) / seconds,
                "float32": (own_cost + exact_cost) / seconds,
                "bfloat16": (own_cost + light_cost) / seconds,
            },
        )


def first_sound_s(nets: Nets, precision: Precision) -> float:
    """Wall seconds to the first chunk of a paragraph, the second time it is asked for."""
    net = nets.light if precision == "bfloat16" else nets.exact
    _, planned = ScriptPlanner().plan(PARAGRAPH, locale="en-US")
    passes = headed(planned)
    ids = [token_ids(each.said.symbols) for each in passes]
    styles = load_style(nets.voices / "af_heart.bin")
    taken = 0.0
    for _ in range(2):
        began = time.monotonic()
        chunks = stream(
            passes,
            lambda at: net.say(ids[at], styles[len(ids[at]) - 1], speed=1.0),
            script=PARAGRAPH,
            locale="en-US",
            grant=grant_for(PARAGRAPH, "en-US"),
            at=datetime.now(UTC),
        )
        next(chunks)
        taken = time.monotonic() - began
    return taken


def mel_error_db(one: Float32Array, other: Float32Array) -> float:
    """Mean absolute difference of two clips of the same length, in dB."""
    return float(np.abs(log_mel(one) - log_mel(other)).mean())


def log_mel(waveform: Float32Array) -> NDArray[np.float64]:
    """(80, frame) in dB over a floor about 60 dB under a sine of full scale."""
    window = torch.hann_window(1024)
    power = torch.stft(torch.from_numpy(waveform), 1024, 256, window=window, return_complex=True).abs() ** 2
    mels = 2595 * torch.log10(1 + torch.linspace(0, SAMPLE_RATE / 2, 513) / 700)
    edges = torch.linspace(0, float(mels[-1]), 82)[:, None]
    rising = (mels - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - mels) / (edges[2:] - edges[1:-1])
    bank = torch.minimum(rising, falling).clamp(min=0)
    bands: NDArray[np.float64] = (10 * torch.log10(bank @ power + _FLOOR)).double().numpy()
    return bands


_FLOOR = 0.065  # a sine of full scale has a power of 256^2 in its window's bin
T = TypeVar("T")


def _timed(act: Callable[[], T]) -> tuple[T, float]:
    began = time.process_time()
    made = act()
    return made, time.process_time() - began


def _median(f0: Float32Array) -> float:
    voiced = f0[f0 > 40.0]  # noqa: PLR2004 -- as network.VOICED_HZ
    return float(np.median(voiced)) if len(voiced) else 1.0


def bars(rows: Sequence[Row], first_s: float) -> list[dict[str, object]]:
    """The bars that this bench holds."""
    same = [row.same_plan_db for row in rows]
    swift = swift_precision()
    spoken = sum(row.seconds for row in rows)
    cost = {net: sum(row.cost[net] * row.seconds for row in rows) / spoken for net in rows[0].cost}
    flipped = sum(row.flipped for row in rows) / sum(row.symbols for row in rows)
    held = [
        ("log-mel error against the session, its own plan, mean, dB", float(np.mean(same)), SAME_PLAN_MEAN_DB),
        ("the same, worst voice and language", max(same), SAME_PLAN_WORST_DB),
        ("share of durations that round another way", flipped, FLIPPED_MAX),
        ("bfloat16 against float32, mean, dB", float(np.mean([row.light_db for row in rows])), LIGHT_DB),
        (f"CPU seconds per second of speech, torch {swift}", cost[swift], COST_MAX),
        ("the same as a share of the session's", cost[swift] / cost["session"], 1.0),
        ("first sound of a paragraph, s", first_s, FIRST_SOUND_S),
    ]  # fmt: skip
    return [{"what": what, "value": round(value, 3), "bar": bar, "holds": value <= bar} for what, value, bar in held]


def main() -> None:
    """Print the bars and a table, or with ``--json`` both as data."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    nets = Nets(Path(os.environ["SAYSO_WEIGHTS"]), asked.threads)
    warm = next(measure(nets, [("af_heart", "en-US")]))  # the first run pays for loading
    rows = list(measure(nets, pairs(asked.share)))
    held = bars(rows, first_sound_s(nets, swift_precision()))
    if asked.json:
        table = [{field: getattr(row, field) for field in warm.__slots__} for row in rows]
        print(json.dumps({"name": "neural", "bars": held, "rows": table}))
        return
    for each in held:
        print(f"{'holds' if each['holds'] else 'FAILS'}  {each['what']}: {each['value']} (bar {each['bar']})")
    for row in rows:
        costs = "  ".join(f"{net} {value:.2f}" for net, value in row.cost.items())
        print(
            f"{row.voice:14}{row.language:7}{row.same_plan_db:6.2f} dB  light {row.light_db:.2f}  "
            f"{row.flipped}/{row.symbols} by {row.furthest}  {row.pitch_cents:5.1f} cents  {costs}"
        )


if __name__ == "__main__":
    main()
