"""What a speech step writes down beside its sound: the gate's report, and how a dub's lines came out."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pipelines.media import AudioClip, Speech
from pipelines.voice.dubbing.fitting import Placed
from pipelines.voice.dubbing.table import Slot
from pipelines.voice.quality.report import Fault, Finding, QualityReport
from pipelines.voice.quality.retrying import Checked, Try
from studio.jobs.dub_file import placed_path, read_placed, write_placed
from studio.jobs.quality_file import read_quality, write_quality


def test_the_gates_report_comes_back(tmp_path: Path) -> None:
    speech = Speech(
        audio=AudioClip(waveform=np.zeros(1, np.float32), sample_rate=24_000),
        text="", locale="en-US", voice="", words=(), phonemes=(), cards=(),
    )  # fmt: skip
    finding = Finding(fault=Fault.WORDS, value=0.12345, bar=0.33, holds=True, sentence="s")
    report = QualityReport(findings=(finding,), heard="hello", language_heard="en")

    write_quality(
        Checked(speech=speech, report=report, made_by=Try(number=2, seed=8, pace=0.95)), tmp_path / "quality.json"
    )
    found = read_quality(tmp_path / "quality.json")

    assert (found.tries, found.pace, found.heard) == (2, 0.95, "hello")
    assert (found.findings[0].fault, found.findings[0].value) == ("words", 0.1235)


def test_a_dubs_lines_come_back_with_what_does_not_fit(tmp_path: Path) -> None:
    slot = Slot(start_s=1.0, end_s=2.0, text="Bonjour.")
    late = Placed(slot=slot, pace=1.4, start_s=1.5, end_s=2.4)

    write_placed([late], placed_path(tmp_path, "c-01"))
    found = read_placed(tmp_path / "c-01.dub.json")

    assert found.lines[0].start_s == 1.5
    assert not found.lines[0].fits
    assert "0.5 s late" in found.faults[0]
