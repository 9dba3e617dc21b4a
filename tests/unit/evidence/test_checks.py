"""All checks in one run: what fails, what is missing, what is refused."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.signal import resample_poly

from pipelines.assets import ASSETS
from pipelines.errors import EvidenceRefusedError
from pipelines.evidence import result as names
from pipelines.evidence.checks import EvidenceChecks, EvidenceOutcome, check_code_fresh, read_picture
from pipelines.evidence.statement import StatementExpectation
from pipelines.intake.recording import read_sound
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore
from tests.fakes.recordings import record

ISSUED = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ALL = {
    names.STATEMENT_TEXT,
    names.STATEMENT_NAME,
    names.STATEMENT_COMPANY,
    names.STATEMENT_CODE,
    names.STATEMENT_LANGUAGE,
    names.CODE_FRESH,
    names.SPEAKER_MATCH,
    names.SYNTHETIC_SPEECH,
    names.FACE_MATCH,
    names.ONE_FACE,
    names.HEAD_MOVEMENTS,
    names.NUDITY,
}
EXPECTED = StatementExpectation(
    text="Printing, in the only sense with which we are at present concerned, differs from most if not from all the "
    "arts and crafts represented in the Exhibition.",
    name="Amara Okafor",
    company="Exhibition",
    code="481516",
    language="en",
)


def _run(store: WeightsStore, path: Path, voices: Sequence[Path] = ()) -> EvidenceOutcome:
    return EvidenceChecks(store).run(
        path,
        expected=EXPECTED,
        portraits=(),
        voices=voices,
        movements=("turn_left", "look_up"),
        code_issued_at=ISSUED,
        received_at=ISSUED + timedelta(minutes=2),
    )


def _by_name(outcome: EvidenceOutcome) -> dict[str, str]:
    return {one.name: one.outcome for one in outcome.results}


def test_without_weights_every_check_is_missing_and_none_passes_by_that(tmp_path: Path) -> None:
    store = WeightsStore(tmp_path / "weights", load_cards(ASSETS / "weights.toml"))
    outcome = _run(store, record(tmp_path / "a.webm"), voices=(tmp_path / "absent.wav",))
    found = _by_name(outcome)
    assert set(found) == ALL
    assert len(outcome.results) == len(ALL)
    assert {name for name, result in found.items() if result == "passed"} == {names.CODE_FRESH}
    assert "sayso models pull" in next(one.reason for one in outcome.results if one.name == names.STATEMENT_TEXT)


def test_a_file_that_cannot_be_taken_is_refused(tmp_path: Path) -> None:
    store = WeightsStore(tmp_path / "weights", load_cards(ASSETS / "weights.toml"))
    (tmp_path / "a.webm").write_text("hello")
    with pytest.raises(EvidenceRefusedError, match="no recording that we know"):
        _run(store, tmp_path / "a.webm")


@pytest.mark.weights
@pytest.mark.slow
def test_a_real_reading_is_heard_and_its_speaker_known(tmp_path: Path, weights_home: Path, shared_media: Path) -> None:
    speech = shared_media / "speech" / "ljspeech"
    waveform = resample_poly(read_sound(speech / "LJ001-0001.wav").waveform, 3, 1)
    store = WeightsStore(weights_home, load_cards(ASSETS / "weights.toml"))
    path = record(tmp_path / "a.webm", waveform=waveform, seconds=len(waveform) / 48_000)
    outcome = _run(store, path, voices=(speech / "LJ001-0003.wav",))
    found = _by_name(outcome)
    assert found[names.STATEMENT_TEXT] == found[names.STATEMENT_LANGUAGE] == "passed"
    assert found[names.STATEMENT_NAME] == found[names.STATEMENT_CODE] == "failed"
    assert found[names.SPEAKER_MATCH] == found[names.SYNTHETIC_SPEECH] == "passed"
    assert found[names.ONE_FACE] != "passed"  # a pattern is no face
    assert found[names.HEAD_MOVEMENTS] != "passed"
    assert "printing" in outcome.transcript.lower()
    assert Image.open(io.BytesIO(outcome.still)).format == "JPEG"
    assert outcome.duration_s == pytest.approx(len(waveform) / 48_000, abs=0.2)


AGES = {
    "at once": (0, "passed"),
    "at the last second": (15 * 60, "passed"),
    "a second late": (15 * 60 + 1, "failed"),
    "before it was shown": (-1, "failed"),
}


@pytest.mark.parametrize("age", AGES)
def test_a_code_is_fresh_for_fifteen_minutes(age: str) -> None:
    seconds, outcome = AGES[age]
    assert check_code_fresh(issued_at=ISSUED, received_at=ISSUED + timedelta(seconds=seconds)).outcome == outcome


def test_pictures_are_read_upright_and_small(tmp_path: Path) -> None:
    picture = Image.fromarray(np.zeros((1000, 2000, 3), np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.save(tmp_path / "a.jpg", exif=exif)
    assert read_picture(tmp_path / "a.jpg").shape == (1280, 640, 3)


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("<svg/>")
    with pytest.raises(EvidenceRefusedError, match="JPEG, PNG or WebP"):
        read_picture(tmp_path / "a.jpg")
