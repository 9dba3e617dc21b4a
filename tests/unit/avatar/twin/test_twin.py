from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from consent.errors import ConsentRefusedError
from consent.grant import Grant, Modality
from pipelines.assets import ASSETS
from pipelines.avatar.engine import PhotoAvatar
from pipelines.avatar.portrait import load_portrait
from pipelines.avatar.twin.engine import TwinAvatar, face_of
from pipelines.avatar.twin.looping import again_and_again, choose_loop, encoded
from pipelines.avatar.twin.model import Twin, load_twin, read_twin
from pipelines.avatar.twin.motion_file import read_twin_motion, write_twin_motion
from pipelines.avatar.twin.region import Paster, placements, region_of, taken
from pipelines.avatar.twin.remembering import cheapest_path
from pipelines.avatar.twin.training import train_twin
from pipelines.errors import CancelledError, InputInvalidError, WeightsError
from pipelines.faces.landmarks import FaceFinder, mouth_opening
from pipelines.media import AudioClip, ByteArray, Portrait, Speech, Stage
from tests.unit.avatar.conftest import NOW, WeightsOnDisk

pytestmark = pytest.mark.weights

GrantFor = Callable[..., Grant]
WIDTH, HEIGHT, FPS = 320, 240, 25


@dataclass(slots=True, kw_only=True)
class Film:
    """Footage of a drawn presenter."""

    pictures: list[ByteArray]
    audio: AudioClip
    sha256: str
    fps: int = FPS
    readings: list[int] = field(default_factory=list)

    @property
    def width(self) -> int:
        return WIDTH

    @property
    def height(self) -> int:
        return HEIGHT

    @property
    def frame_count(self) -> int:
        return len(self.pictures)

    def frames(self) -> Iterator[ByteArray]:
        self.readings.append(len(self.pictures))
        for picture in self.pictures:
            yield picture.copy()


@pytest.fixture(scope="module")
def presenter() -> Portrait:
    return load_portrait(ASSETS / "demo" / "presenters" / "ravi.png")


@pytest.fixture(scope="module")
def film(avatar: PhotoAvatar, presenter: Portrait, speech: Speech, grant_for: GrantFor) -> Film:
    stage = Stage(
        background=np.full((HEIGHT, WIDTH, 3), (96, 130, 160), np.uint8), eye_line=0.4, eye_distance=0.3, centre_x=0.5
    )
    pictures: list[ByteArray] = []
    grant = grant_for(presenter)
    for seed in (1, 2):
        motion = avatar.motion(speech, portrait=presenter, grant=grant, seed=seed)
        pictures += list(avatar.perform(presenter, motion, stage, grant=grant).frames())
    once = speech.audio.waveform[:: speech.audio.sample_rate // 8000]
    rate = 8000
    per_film = len(pictures) // 2
    sound = np.tile(once[: per_film * rate // FPS], 2).astype(np.float32)
    return Film(pictures=pictures, audio=AudioClip(waveform=sound, sample_rate=rate), sha256=presenter.sha256)


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("twin") / "stages"


@pytest.fixture(scope="module")
def twin(film: Film, weights: WeightsOnDisk, stages: Path) -> Twin:
    shares: list[float] = []
    trained = train_twin(film, weights=weights, folder=stages, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    return trained


@pytest.fixture
def engine(weights: WeightsOnDisk) -> TwinAvatar:
    return TwinAvatar(weights, lambda: NOW)


def test_a_twin_says_other_words_with_its_mouth_and_nothing_else(
    twin: Twin, engine: TwinAvatar, speech: Speech, presenter: Portrait, grant_for: GrantFor, weights: WeightsOnDisk
) -> None:
    grant = grant_for(presenter)
    motion = engine.motion(speech, twin=twin, grant=grant)
    performance = engine.perform(twin, motion, grant=grant)
    pictures = list(performance.frames())
    assert len(pictures) == performance.frame_count == motion.frame_count
    assert pictures[0].shape == (HEIGHT, WIDTH, 3)
    finder = FaceFinder(weights)
    seen = []
    for picture in pictures:
        points = finder.landmarks(picture)
        assert points is not None
        seen.append(mouth_opening(points))
    assert np.corrcoef(seen, motion.opening)[0, 1] > 0.6
    loop = again_and_again(twin.loop.film)
    for picture in pictures[:5]:
        shown = next(loop)
        np.testing.assert_array_equal(picture[: HEIGHT // 3], shown[: HEIGHT // 3])
    again = list(performance.frames())
    assert all(np.array_equal(a, b) for a, b in zip(pictures, again, strict=True))


def test_lips_meet_where_the_phonemes_say_so(
    twin: Twin, engine: TwinAvatar, speech: Speech, presenter: Portrait, grant_for: GrantFor
) -> None:
    motion = engine.motion(speech, twin=twin, grant=grant_for(presenter))
    shut = [
        motion.opening[int(one.start_s * FPS) : int(one.end_s * FPS) + 1].min()
        for one in speech.phonemes
        if one.text in "pbm"
    ]
    assert np.mean(np.array(shut) < twin.opening_p5 + 0.25 * (twin.opening_p95 - twin.opening_p5)) >= 0.8


def test_no_consent_no_twin(
    twin: Twin, speech: Speech, presenter: Portrait, astronaut: Portrait, grant_for: GrantFor
) -> None:
    bare = TwinAvatar(WeightsOnDisk(Path("nowhere")), lambda: NOW)  # refused before anything loads
    late = TwinAvatar(WeightsOnDisk(Path("nowhere")), lambda: NOW + timedelta(hours=3))
    for engine, grant in (
        (bare, grant_for(astronaut)),
        (bare, grant_for(presenter, modalities=frozenset({Modality.VOICE}))),
        (bare, grant_for(presenter, script="Something else.")),
        (late, grant_for(presenter)),
        (bare, None),
    ):
        with pytest.raises(ConsentRefusedError):
            engine.motion(speech, twin=twin, grant=grant)  # type: ignore[arg-type]  # what an attacker does
    with pytest.raises(WeightsError, match="sayso models pull"):
        bare.motion(speech, twin=twin, grant=grant_for(presenter))
    with pytest.raises(ConsentRefusedError):
        bare.perform(twin, None, grant=grant_for(astronaut))  # type: ignore[arg-type]  # never looked at


def test_a_twin_is_kept_in_one_file(twin: Twin, tmp_path: Path) -> None:
    path = tmp_path / "twin"
    twin.save(path)
    back = load_twin(path)
    for part in (twin.region, twin.appearance, twin.surroundings, twin.loop):
        other = getattr(back, type(part).__name__.lower())
        for one in fields(part):
            assert np.array_equal(getattr(part, one.name), getattr(other, one.name)), one.name
    assert np.array_equal(back.hearing.look.weights, twin.hearing.look.weights)
    assert back.hearing.look.context_weight == twin.hearing.look.context_weight
    assert back.bank.pictures == twin.bank.pictures
    assert (back.footage_sha256, back.width, back.opening_p95) == (twin.footage_sha256, twin.width, twin.opening_p95)
    whole = path.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], b"not a twin", whole[:200] + b"\0" * 500 + whole[700:]):
        path.write_bytes(damaged)
        with pytest.raises(InputInvalidError, match="train it again"):
            load_twin(path)
    with pytest.raises(InputInvalidError, match="train it again"):
        load_twin(tmp_path / "missing")
    kept = whole.replace(b'"version":"1"', b'"version":"9"')
    assert kept != whole
    path.write_bytes(kept)
    with pytest.raises(InputInvalidError, match=r"of version 9, and 1 is read; train it again"):
        load_twin(path)


def test_training_goes_on_where_it_was_stopped(film: Film, twin: Twin, weights: WeightsOnDisk, stages: Path) -> None:
    film.readings.clear()
    again = train_twin(film, weights=weights, folder=stages)
    assert film.readings == []  # all that was seen and cut out is kept
    assert again.loop.film == twin.loop.film
    np.testing.assert_array_equal(again.bank.coefficients, twin.bank.coefficients)
    assert stages.stat().st_mode & 0o077 == 0


def test_stages_of_other_footage_and_torn_ones_count_as_none(
    film: Film, weights: WeightsOnDisk, tmp_path: Path
) -> None:
    (tmp_path / "seen.npz").write_bytes(b"torn")
    stop = _after(30)
    with pytest.raises(CancelledError):
        train_twin(film, weights=weights, folder=tmp_path, cancel=stop)
    assert (tmp_path / "seen.npz").read_bytes() == b"torn"


def _after(count: int) -> Callable[[], None]:
    calls = iter(range(count))

    def cancel() -> None:
        if next(calls, None) is None:
            raise CancelledError("stopped")

    return cancel


def test_footage_that_is_too_short_or_shows_nobody_is_refused(
    film: Film, weights: WeightsOnDisk, tmp_path: Path
) -> None:
    short = replace(film, pictures=film.pictures[:100])
    with pytest.raises(InputInvalidError, match=r"lasts 4\.0 s"):
        train_twin(short, weights=weights, folder=tmp_path)
    empty = replace(film, pictures=[np.full((HEIGHT, WIDTH, 3), 90, np.uint8)] * 320)
    with pytest.raises(InputInvalidError, match="a face is seen in 0%"):
        train_twin(empty, weights=weights, folder=tmp_path)
    with pytest.raises(WeightsError, match="sayso models pull"):
        train_twin(film, weights=WeightsOnDisk(tmp_path), folder=tmp_path)


def test_a_region_laid_back_changes_nothing(film: Film, weights: WeightsOnDisk) -> None:
    finder = FaceFinder(weights)
    pictures = film.pictures[:6]
    found = [finder.landmarks(picture) for picture in pictures]
    landmarks = np.stack([one for one in found if one is not None])
    region = region_of(landmarks)
    ways = placements(landmarks, region)
    paster = Paster(region)
    for picture, way in zip(pictures, ways, strict=True):
        after = picture.copy()
        paster.paste(after, taken(picture, way, region).astype(np.float32), way)
        assert np.abs(after.astype(int) - picture).mean() < 0.5
        assert np.abs(after.astype(int) - picture).max() < 60  # a thin line, sampled twice


def test_the_path_follows_the_footage_where_it_was_filmed_so() -> None:
    rng = np.random.default_rng(4)
    bank = np.cumsum(rng.normal(size=(300, 24)), axis=0).astype(np.float32)
    wanted = bank[100:140] + rng.normal(scale=0.05, size=(40, 24)).astype(np.float32)
    np.testing.assert_array_equal(cheapest_path(wanted, bank), np.arange(100, 140))


def test_a_loop_runs_into_itself() -> None:
    turn = 200  # frames after which the head is back where it was
    at = np.arange(500)
    landmarks = np.zeros((500, 468, 3), np.float32)
    landmarks[:, 33], landmarks[:, 263] = (0, 0, 0), (100, 0, 0)
    landmarks[:, [145, 374], 1] = 8.0
    landmarks[:, :, 0] += 20 * np.sin(2 * np.pi * at / turn)[:, None]
    thumbnails = np.repeat(landmarks[:, :1, 0], 4, axis=1)
    first, end = choose_loop(landmarks, thumbnails, np.ones(500, np.float32), fps=FPS)
    assert abs(end - first - turn) <= 2
    cut = np.ones(500, np.float32)
    cut[::100] = 0
    with pytest.raises(InputInvalidError, match="without a cut"):
        choose_loop(landmarks, thumbnails, cut, fps=FPS)


def test_a_loop_is_shown_without_end() -> None:
    pictures = [np.full((64, 65, 3), 20 * at, np.uint8) for at in range(8)]
    film = encoded(pictures, width=65, height=64, fps=FPS)
    shown = again_and_again(film)
    levels = [float(next(shown).mean()) for _ in range(20)]
    np.testing.assert_allclose(levels, [20 * (at % 8) for at in range(20)], atol=3)
    assert next(shown).shape == (64, 64, 3)


def test_a_still_shows_the_mouth_shut_and_needs_the_consent(
    twin: Twin,
    engine: TwinAvatar,
    presenter: Portrait,
    astronaut: Portrait,
    grant_for: GrantFor,
    weights: WeightsOnDisk,
) -> None:
    motion = engine.at_rest(twin, grant=grant_for(presenter))
    (picture,) = engine.perform(twin, motion, grant=grant_for(presenter)).frames()
    points = FaceFinder(weights).landmarks(picture)
    assert points is not None
    assert mouth_opening(points) < twin.opening_p5 + 0.02
    with pytest.raises(ConsentRefusedError):
        engine.at_rest(twin, grant=grant_for(astronaut))


def test_where_the_face_is_in_a_twins_pictures(twin: Twin, weights: WeightsOnDisk) -> None:
    face = face_of(twin)
    points = FaceFinder(weights).landmarks(face.picture)
    assert points is not None
    np.testing.assert_allclose(face.eyes, (points[33, :2] + points[263, :2]) / 2, atol=0.06 * face.eye_distance)
    assert face.eye_distance == pytest.approx(float(np.linalg.norm(points[33, :2] - points[263, :2])), rel=0.06)


def test_a_twin_goes_through_memory_and_a_motion_through_a_file(
    twin: Twin, engine: TwinAvatar, speech: Speech, presenter: Portrait, grant_for: GrantFor, tmp_path: Path
) -> None:
    held = twin.to_bytes()
    read = read_twin(held)
    motion = engine.motion(speech, twin=read, grant=grant_for(presenter))
    write_twin_motion(motion, tmp_path / "motion.npz")
    again = read_twin_motion(tmp_path / "motion.npz")
    np.testing.assert_array_equal(again.coefficients, motion.coefficients)
    np.testing.assert_array_equal(again.pictures, motion.pictures)
    with pytest.raises(InputInvalidError, match="the file is not a twin"):
        read_twin(b"PK")
    with pytest.raises(InputInvalidError, match="the file is not a twin"):
        read_twin(held[:5000])
    (tmp_path / "motion.npz").write_bytes(held[:1000])
    with pytest.raises(InputInvalidError, match="run the animate step again"):
        read_twin_motion(tmp_path / "motion.npz")
