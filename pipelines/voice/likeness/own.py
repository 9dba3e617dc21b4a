"""What the net will say by itself: plans on its own timing, with the person's pitch, in several languages.

Copies have the person's own timing, pitch and energy, and takes will not. A fit that hears some of both is as good in
takes as in copies (docs/voices.md).
"""

from __future__ import annotations

from typing import Final

from pipelines.media import Float32Array
from pipelines.voice.delivery import NEUTRAL
from pipelines.voice.kokoro.melody import Melody, moved
from pipelines.voice.kokoro.network import Plan
from pipelines.voice.neural.net import TorchKokoro
from pipelines.voice.phonemes.symbols import token_ids
from pipelines.voice.recordings.prompts import load_prompts
from pipelines.voice.script.planner import ScriptPlanner

LANGUAGES: Final = (
    "es",
    "fr",
    "it",
)  # besides that of the recordings: sounds of many, from front ends that load quickly
_SENTENCES: Final = 2  # of each


def own_plans(
    net: TorchKokoro, planner: ScriptPlanner, *, rows: Float32Array, melody: Melody, rate: float, language: str
) -> list[Plan]:
    """Plan prompts as takes are planned, in the way of one stock voice, whose style is (510, 256)."""
    plans: list[Plan] = []
    for other in dict.fromkeys((language, *LANGUAGES)):
        for sentence in load_prompts(other).sentences[:_SENTENCES]:
            _, planned = planner.plan(sentence, locale=other)
            ids = [token_ids(one.said.symbols) for one in planned]
            said = [net.plan(each, rows[len(each) - 1], speed=rate) for each in ids]
            plans += moved(said, to=melody, delivery=NEUTRAL)
    return plans
