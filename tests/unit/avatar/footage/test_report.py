"""What is found in films of the fictional presenters, whole and spoiled, and how it is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipelines.avatar.footage.bars import BARS, BY_CHECK
from pipelines.avatar.footage.identity import nudity, same_person, sampled_frames
from pipelines.avatar.footage.looking import Stretch
from pipelines.avatar.footage.measures import Measured
from pipelines.avatar.footage.reading import Footage, open_footage
from pipelines.avatar.footage.report import REFUSED_MAX, FootageReport, inspect_footage, judged
from pipelines.avatar.footage.sound_marks import offset, sound_marks_of
from pipelines.avatar.footage.stillness import stillness_of
from pipelines.errors import CancelledError, FootageRefusedError
from pipelines.media import AudioClip
from pipelines.weights.store import WeightsStore
from tests.unit.avatar.footage.films import ffmpeg

# Drawn presenters lie closer to each other than two people do, so the other person is a photograph.
OTHER = "astronaut"

Film = Callable[..., Path]
Report = Callable[[Path], FootageReport]
SILENT = {"length", "speech", "speech_share"}  # six seconds of a tone: rightly refused


def _faults(report: FootageReport) -> dict[str, str]:
    return {one.check: one.severity for one in report.findings if one.check not in SILENT}


def test_a_presenter_before_a_plain_wall_has_no_fault_but_silence(presenter_film: Film, report_on: Report) -> None:
    report = report_on(presenter_film())
    assert _faults(report) == {}
    assert {"length", "speech"} <= {one.check for one in report.findings if one.severity == "refuse"}
    assert not report.is_good
    assert report.score == REFUSED_MAX
    assert {"sync", "noise"} <= set(report.not_measured)
    length = next(one for one in report.findings if one.check == "length")
    assert length.sentence == "the footage lasts 6 s; needed: 60 to 180 s; film longer"


GLASSES = "drawbox=x=255:y={y}:w=210:h=48:color=black:t=fill"
SPOILED = {
    "dark": ("lutyuv=y=16+(val-16)*0.15:u=128:v=128", "light"),
    "out of focus": ("gblur=9", "sharpness"),
    "far away": ("scale=150:150,pad=720:720:285:285:color=gray", "face_size"),
    "two people": ("split[a][b];[a]scale=360:360[c];[b]scale=360:360[d];[c][d]hstack", "one_face"),
    "gone for half": ("drawbox=color=gray:t=fill:enable='gt(t,3)'", "face"),
    "bright": ("lutyuv=y='clip(val*1.6,16,235)'", "highlights"),
    "flicker": ("eq=brightness='0.12*sin(20*PI*t)':eval=frame", "flicker"),
    "grain": ("noise=alls=60:allf=t", "grain"),
}


@pytest.mark.parametrize("fault", SPOILED)
def test_a_spoiled_film_is_told_by_its_own_check(fault: str, presenter_film: Film, report_on: Report) -> None:
    changes, check = SPOILED[fault]
    report = report_on(presenter_film(changes=changes))
    assert check in _faults(report)
    finding = next(one for one in report.findings if one.check == check)
    assert finding.advice
    assert finding.needed
    assert 0 <= finding.at_s <= 6


def test_another_person_for_a_part_is_refused(presenter_film: Film, report_on: Report, tmp_path: Path) -> None:
    both = tmp_path / "both.mp4"
    films = [presenter_film(seconds=4.0), presenter_film(OTHER, seconds=3.0)]
    given = [argument for film in films for argument in ("-i", str(film))]
    ffmpeg(*given, "-filter_complex", "concat=n=2:v=1:a=1", "-crf", "14", "-preset", "ultrafast", str(both))
    report = report_on(both)
    assert _faults(report)["one_person"] == "refuse"
    cut = next(one for one in report.findings if one.check == "cuts")
    assert (cut.severity, cut.value, cut.at_s) == ("advise", 1, pytest.approx(4.0, abs=0.05))


def test_film_without_anybody_is_refused(presenter_film: Film, report_on: Report) -> None:
    report = report_on(presenter_film(changes="drawbox=color=gray:t=fill"))
    assert _faults(report)["face"] == "refuse"
    assert "mouth_covered" in report.not_measured


def test_cancelling_stops_and_progress_reaches_the_end(presenter_film: Film, store: WeightsStore) -> None:
    footage = open_footage(presenter_film(seconds=5.2))
    shares: list[float] = []

    def cancel() -> None:
        if len(shares) > 3:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        inspect_footage(footage, weights=store, progress=shares.append, cancel=cancel)
    assert shares == sorted(shares)
    assert len(shares) < 10


def test_the_same_face_passes_and_another_one_does_not(presenter_film: Film, store: WeightsStore) -> None:
    leo, other = (open_footage(presenter_film(who, seconds=5.2)) for who in ("leo", OTHER))
    ours, theirs = sampled_frames(leo, count=3), sampled_frames(other, count=3)
    assert same_person(ours, ours, weights=store).outcome == "passed"
    assert same_person(ours, theirs, weights=store).outcome == "failed"
    blank = [np.full((240, 320, 3), 90, np.uint8)]
    with pytest.raises(FootageRefusedError, match="0 of 1 pictures"):
        same_person(blank, ours, weights=store)
    with pytest.raises(FootageRefusedError, match="record it again"):
        same_person(ours, blank, weights=store)
    assert nudity(ours, weights=store).outcome == "passed"
    assert nudity([], weights=store).outcome == "failed"


def test_no_measurement_is_no_good_and_no_number_is_refused() -> None:
    assert not judged([]).is_good
    assert judged([Measured(check="face_size", value=float("nan"))]).findings[0].severity == "refuse"


def test_marks_fall_from_one_to_nothing_and_a_refusal_caps_the_score() -> None:
    bar = BY_CHECK["face_size"]
    assert (bar.mark(200), bar.mark(80), bar.mark(62.5), bar.mark(45), bar.mark(20)) == (1, 1, 0.5, 0, 0)
    fine = judged([Measured(check=one.check, value=_fine(one.check)) for one in BARS])
    assert (fine.is_good, fine.score, fine.findings) == (True, 1.0, ())
    assert "nothing is wrong" in fine.sentence
    advised = judged([Measured(check=one.check, value=_fine(one.check)) for one in BARS if one.check != "noise"])
    assert advised.not_measured == ("noise",)
    refused = judged(
        [Measured(check=one.check, value=_fine(one.check)) for one in BARS if one.check != "light"]
        + [Measured(check="light", value=5)]
    )
    assert (refused.is_good, refused.score) == (False, REFUSED_MAX)


def _fine(check: str) -> float:
    return 1e4 if BY_CHECK[check].high_is_good else 0.0


def test_every_bar_is_in_order_and_says_what_to_do() -> None:
    assert len(BY_CHECK) == len(BARS)
    for bar in BARS:
        assert bar.found.format(0.5)
        assert bar.advice
        assert bar.advise is not None or bar.refuse is not None
        if bar.advise is not None and bar.refuse is not None:
            assert (bar.advise > bar.refuse) == bar.high_is_good


@pytest.mark.parametrize("late", [-6, 0, 5])
def test_the_offset_of_sound_and_lips_is_found(late: int) -> None:
    rng = np.random.default_rng(late + 20)
    lips = np.clip(np.convolve(rng.standard_normal(400), np.hanning(7), "same"), 0, None).astype(np.float32)
    loud = np.repeat(np.roll(lips, late) + 0.05, 640)
    clip = AudioClip(waveform=(loud * rng.standard_normal(len(loud)) * 0.1).astype(np.float32), sample_rate=16_000)
    found, sureness = offset(clip, [Stretch(start=0, opening=lips)])
    assert found == pytest.approx(late / 25)
    assert sureness > 0.5


def test_lips_that_have_nothing_to_do_with_the_sound_give_no_offset() -> None:
    rng = np.random.default_rng(3)
    lips = rng.random(400).astype(np.float32)
    clip = AudioClip(waveform=(rng.standard_normal(400 * 640) * 0.1).astype(np.float32), sample_rate=16_000)
    assert offset(clip, [Stretch(start=0, opening=lips)])[0] is None
    assert offset(clip, [Stretch(start=0, opening=np.full(400, np.nan, np.float32))]) == (None, 0.0)


def test_clipped_and_silent_sound_is_measured() -> None:
    time = np.arange(32_000) / 16_000
    whole = 0.9 * np.sin(2 * np.pi * 200 * time) * np.linspace(0.3, 1, len(time))
    cut = np.clip(4 * whole, -1, 1)
    marks = [sound_marks_of(AudioClip(waveform=one.astype(np.float32), sample_rate=16_000), []) for one in (whole, cut)]
    assert marks[0].clipped_share < 0.05
    assert marks[1].clipped_share > 0.3
    assert sound_marks_of(AudioClip(waveform=np.zeros(32_000, np.float32), sample_rate=16_000), []).speech_s == 0


def test_a_wandering_camera_a_cut_and_frozen_pictures_are_seen() -> None:
    rng = np.random.default_rng(1)
    room = np.kron(rng.integers(40, 200, (30, 50)), np.ones((4, 4)))
    steps = (6 * np.sin(np.arange(100) / 8)).astype(int)
    wander = np.stack([room[10:100, 15 + step : 175 + step] for step in steps]).astype(np.uint8)
    still = np.stack([room[10:100, 15:175]] * 100).astype(np.uint8)
    assert (stillness_of(wander).shift or 0) > 0.02
    assert stillness_of(still).shift == pytest.approx(0, abs=1e-3)
    assert stillness_of(still).frozen_share == 1
    glued = np.concatenate([still[:50], still[:50, :, ::-1]])
    assert stillness_of(glued).cuts == (50,)
    plain = np.full((60, 90, 160), 128, np.uint8)
    assert stillness_of(plain).shift is None
    assert stillness_of(plain[:1]).cuts == ()


@pytest.fixture(scope="module")
def grid(shared_media: Path, tmp_path_factory: pytest.TempPathFactory) -> Footage:
    clips = sorted((shared_media / "footage" / "grid_s1").glob("*.mpg"))[:7]
    if not clips:
        pytest.skip("the GRID clips (../shared/media/footage/grid_s1) are not on this machine")
    folder = tmp_path_factory.mktemp("grid")
    (folder / "list.txt").write_text("".join(f"file '{clip}'\n" for clip in clips))
    given = ["-f", "concat", "-safe", "0", "-i", str(folder / "list.txt"), "-r", "25", "-preset", "ultrafast"]
    ffmpeg(*given, "-crf", "14", "-pix_fmt", "yuv420p", "-c:a", "pcm_s16le", str(folder / "grid.mov"))
    return open_footage(folder / "grid.mov")


def test_a_real_person_is_taken_with_advice_on_the_small_picture(grid: Footage, store: WeightsStore) -> None:
    report = inspect_footage(grid, weights=store)
    found = {one.check: one for one in report.findings}
    assert "the resolution is small" in found["picture_size"].sentence
    assert found["face_size"].severity == "advise"
    assert found["face_size"].value == pytest.approx(66, abs=4)
    assert not {"mouth_covered", "eyes_covered", "one_face", "one_person", "sharpness", "camera"} & set(found)
