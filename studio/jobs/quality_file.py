"""What the quality gate found of a take's speech: ``quality.json`` beside the speech (version 1)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipelines.voice.quality.retrying import Checked


class _FindingJson(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    fault: str
    value: float
    bar: float
    holds: bool


class QualityJson(BaseModel):
    """The report of the try that passed, and which try that was; ``pace`` multiplied the speed asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    spec_version: Literal[1] = 1
    tries: int
    pace: float
    heard: str
    findings: tuple[_FindingJson, ...]


def write_quality(checked: Checked, path: Path) -> None:
    """Write the report into a folder that nobody reads yet."""
    findings = tuple(
        _FindingJson(fault=one.fault, value=round(one.value, 4), bar=round(one.bar, 4), holds=one.holds)
        for one in checked.report.findings
    )
    written = QualityJson(
        tries=checked.made_by.number, pace=checked.made_by.pace, heard=checked.report.heard, findings=findings
    )
    path.write_text(written.model_dump_json(), encoding="utf-8")


def read_quality(path: Path) -> QualityJson:
    """Read what ``write_quality`` wrote."""
    return QualityJson.model_validate_json(path.read_text(encoding="utf-8"))
