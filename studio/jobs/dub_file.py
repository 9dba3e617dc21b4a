"""How the lines of a dub came out, in a file among the campaign's inputs (version 1): it outlives the take's work."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipelines.voice.dubbing.fitting import Placed, report


class PlacedJson(BaseModel):
    """One line: where the original said it, where the dub says it, and at which pace."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    slot_start_s: float
    slot_end_s: float
    start_s: float
    end_s: float
    pace: float
    fits: bool


class DubJson(BaseModel):
    """Every line, and a sentence for each that does not fit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    spec_version: Literal[1] = 1
    lines: tuple[PlacedJson, ...]
    faults: tuple[str, ...]


def placed_path(campaign_dir: Path, take_id: str) -> Path:
    """Where the report of a take lies."""
    return campaign_dir / f"{take_id}.dub.json"


def write_placed(lines: Sequence[Placed], path: Path) -> None:
    """Write the report; a take that is spoken again after a crash writes its own anew."""
    rows = tuple(
        PlacedJson(
            text=line.slot.text,
            slot_start_s=round(line.slot.start_s, 3),
            slot_end_s=round(line.slot.end_s, 3),
            start_s=round(line.start_s, 3),
            end_s=round(line.end_s, 3),
            pace=line.pace,
            fits=line.fits,
        )
        for line in lines
    )
    path.write_text(DubJson(lines=rows, faults=report(lines)).model_dump_json(), encoding="utf-8")


def read_placed(path: Path) -> DubJson:
    """Read what ``write_placed`` wrote."""
    return DubJson.model_validate_json(path.read_text(encoding="utf-8"))
