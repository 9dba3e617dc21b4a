"""One face, the same face, the movements asked for, and nothing indecent."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
import skimage.data

from bench.turning_head import film, there_and_back, tilted_print
from pipelines.assets import ASSETS
from pipelines.errors import EvidenceRefusedError
from pipelines.evidence.faces import FaceMatcher
from pipelines.evidence.movements import HeadMovements, find_movements, moves_of
from pipelines.evidence.nudity import NudityCheck
from pipelines.evidence.result import MOVEMENTS, Movement
from pipelines.faces.landmarks import FaceFinder
from pipelines.media import ByteArray, Float32Array
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore

PAIRS = list(itertools.permutations(MOVEMENTS, 2))


@pytest.fixture(scope="module")
def weights(weights_home: Path) -> WeightsStore:
    return WeightsStore(weights_home, load_cards(ASSETS / "weights.toml"))


@pytest.fixture(scope="module")
def faces(weights: WeightsStore) -> FaceMatcher:
    return FaceMatcher(weights)


@pytest.fixture(scope="module")
def heads(weights: WeightsStore) -> HeadMovements:
    return HeadMovements(weights)


@pytest.fixture(scope="module")
def astronaut() -> ByteArray:
    return np.asarray(skimage.data.astronaut(), dtype=np.uint8)


@pytest.fixture(scope="module")
def speaker(shared_media: Path) -> list[list[ByteArray]]:
    """Frames of ten clips of one speaker (GRID)."""
    clips = sorted((shared_media / "footage" / "grid_s1").glob("*.mpg"))[:10]
    return [[np.asarray(frame, dtype=np.uint8) for frame in frames_of(clip)] for clip in clips]


def frames_of(path: Path) -> Iterator[ByteArray]:
    with av.open(str(path)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % 5 == 0:
                yield frame.to_ndarray(format="rgb24")


def nothing() -> ByteArray:
    return np.full((360, 480, 3), 127, np.uint8)


# -- whose face --------------------------------------------------------------------------------------------------------


@pytest.mark.weights
def test_the_same_person_is_recognised_in_other_clips(faces: FaceMatcher, speaker: list[list[ByteArray]]) -> None:
    for clip in speaker[1:4]:
        result = faces.match(clip, [speaker[0][0]])
        assert result.outcome == "passed", result.reason
        assert result.score is not None
        assert result.score < 0.4


@pytest.mark.weights
def test_another_person_is_told_apart(faces: FaceMatcher, speaker: list[list[ByteArray]], astronaut: ByteArray) -> None:
    assert faces.match(speaker[0], [astronaut]).outcome == "failed"
    mixed = faces.match(speaker[0], [speaker[1][0], astronaut])
    assert (mixed.outcome, "farthest of 2" in mixed.reason) == ("failed", True)


@pytest.mark.weights
@pytest.mark.parametrize("others", [3, 8])
def test_somebody_else_in_a_part_of_it_is_noticed(
    faces: FaceMatcher, speaker: list[list[ByteArray]], astronaut: ByteArray, others: int
) -> None:
    result = faces.match([*speaker[0][: 15 - others], *[astronaut] * others], [speaker[1][0]])
    assert result.outcome == "failed"
    assert others == 8 or f"in {others} of 15 frames the face is another one" in result.reason


@pytest.mark.weights
def test_a_head_that_turns_stays_the_same_person(
    faces: FaceMatcher, weights: WeightsStore, astronaut: ByteArray
) -> None:
    made = statement(astronaut, FaceFinder(weights), ("turn_left", "look_down"))
    assert faces.match(made, [astronaut]).outcome == "passed"


@pytest.mark.weights
def test_without_a_picture_there_is_nothing_to_compare(faces: FaceMatcher, astronaut: ByteArray) -> None:
    assert faces.match([astronaut], []).outcome == "not_applicable"


@pytest.mark.weights
def test_a_missing_face_is_said(faces: FaceMatcher, astronaut: ByteArray) -> None:
    with pytest.raises(EvidenceRefusedError, match="in the statement"):
        faces.match([nothing()], [astronaut])
    with pytest.raises(EvidenceRefusedError, match="reference picture 2"):
        faces.match([astronaut], [astronaut, nothing()])


@pytest.mark.weights
def test_one_person_alone_passes(faces: FaceMatcher, astronaut: ByteArray, speaker: list[list[ByteArray]]) -> None:
    assert faces.one_face([astronaut] * 3).outcome == "passed"
    assert faces.one_face(speaker[0]).outcome == "passed"


@pytest.mark.weights
def test_nobody_or_two_people_do_not(faces: FaceMatcher, astronaut: ByteArray) -> None:
    two = np.hstack([astronaut[:360], astronaut[:360]])
    assert faces.one_face([astronaut] * 20 + [two]).outcome == "failed"
    assert faces.one_face([nothing()] * 3).outcome == "failed"
    assert faces.one_face([]).outcome == "failed"


# -- movements ---------------------------------------------------------------------------------------------------------


def statement(rgb: ByteArray, finder: FaceFinder, movements: tuple[str, ...]) -> list[ByteArray]:
    """A person who looks straight ahead, moves, and looks straight ahead again."""
    landmarks = finder.landmarks(rgb)
    assert landmarks is not None
    still = [(0.0, 0.0)] * 8
    angles = [*still]
    for movement in movements:
        angles += [*there_and_back(movement), *still]
    return film(rgb, landmarks, angles)


@pytest.mark.weights
@pytest.mark.parametrize("asked", PAIRS, ids=["+".join(pair) for pair in PAIRS])
def test_movements_in_their_order_pass_and_no_others(
    heads: HeadMovements, weights: WeightsStore, astronaut: ByteArray, asked: tuple[Movement, Movement]
) -> None:
    made = statement(astronaut, FaceFinder(weights), asked)
    times = [number / 5 for number in range(len(made))]
    result = heads.check(made, times, asked)
    assert result.outcome == "passed", result.reason
    for other in PAIRS:
        if other != asked:
            assert heads.check(made, times, other).outcome == "failed", other


@pytest.mark.weights
def test_a_person_who_only_speaks_made_no_movement(heads: HeadMovements, speaker: list[list[ByteArray]]) -> None:
    frames = [frame for clip in speaker for frame in clip]
    times = [number / 5 for number in range(len(frames))]
    assert [pair for pair in PAIRS if heads.check(frames, times, pair).outcome == "passed"] == []


@pytest.mark.weights
@pytest.mark.parametrize("degrees", [20, 40])
def test_a_print_of_the_face_that_is_turned_in_the_hand_makes_no_movement(
    heads: HeadMovements, astronaut: ByteArray, degrees: int
) -> None:
    still = [(0.0, 0.0)] * 8
    angles = [
        *still,
        *there_and_back("turn_left", degrees=degrees),
        *still,
        *there_and_back("look_up", degrees=degrees),
    ]
    frames = [tilted_print(astronaut, yaw=yaw, pitch=pitch) for yaw, pitch in [*angles, *still]]
    result = heads.check(frames, [number / 5 for number in range(len(frames))], ("turn_left", "look_up"))
    assert result.outcome == "failed", result.reason


@pytest.mark.weights
def test_no_face_is_no_movement(heads: HeadMovements) -> None:
    with pytest.raises(EvidenceRefusedError, match="0% of the frames"):
        heads.check([nothing()] * 5, [0.0, 0.2, 0.4, 0.6, 0.8], ("turn_left", "look_up"))


def track(*way: float) -> list[tuple[float, float | None]]:
    """Yaw over time, asked for a turn to the left."""
    yaw = np.array([0.0] * 6 + list(way), np.float32)
    directions = np.stack([yaw, np.zeros_like(yaw)], axis=1)
    return find_movements(directions, np.arange(yaw.size, dtype=np.float32), ["turn_left"])


def test_a_head_that_does_not_come_back_made_no_movement() -> None:
    ((reached, at),) = track(5, 15, 20)
    assert (reached > 1, at) == (True, None)


def test_the_farthest_point_is_the_peak() -> None:
    ((reached, at),) = track(5, 15, 24, 18, 0, 0)
    assert (reached, at) == (2.0, 8.0)


def test_a_movement_that_is_too_small_says_how_far_it_went() -> None:
    ((reached, at),) = track(3, 6, 3, 0)
    assert (reached, at) == (0.5, None)


def test_nothing_after_the_first_movement_is_no_second_one() -> None:
    directions = np.zeros((3, 2), np.float32)
    directions[1, 0] = 20
    found = find_movements(directions, np.arange(3, dtype=np.float32), ["turn_left", "turn_right"])
    assert [at for _, at in found] == [1.0, None]


def waves(*movements: Movement) -> Float32Array:
    """Directions of somebody who makes these movements, each from rest to rest."""
    angles = [*[(0.0, 0.0)] * 6]
    for movement in movements:
        angles += [*there_and_back(movement), *[(0.0, 0.0)] * 6]
    return np.array(angles, np.float32)


def passed(directions: Float32Array, asked: tuple[Movement, ...]) -> bool:
    found = find_movements(directions, np.arange(len(directions), dtype=np.float32), asked)
    return all(at is not None for _, at in found)


def test_a_film_of_every_movement_answers_one_question_only() -> None:
    everything = waves(*MOVEMENTS, *MOVEMENTS, *MOVEMENTS)
    assert [pair for pair in PAIRS if passed(everything, pair)] == [MOVEMENTS[:2]]


def test_what_comes_after_the_two_is_nobodys_business() -> None:
    assert passed(waves("turn_left", "look_up", "look_down", "turn_right"), ("turn_left", "look_up"))


def test_twice_to_the_same_side_is_one_answer() -> None:
    assert passed(waves("turn_left", "turn_left", "look_up"), ("turn_left", "look_up"))


def test_of_two_movements_at_once_the_farther_one_counts() -> None:
    made = waves("turn_left", "look_up")
    made[6:14, 1] = made[6:14, 0] * 0.5  # the head sinks while it turns
    assert [move.movement for move in moves_of(made)] == ["turn_left", "look_up"]
    assert passed(made, ("turn_left", "look_up"))


def test_no_frames_are_no_movements() -> None:
    assert moves_of(np.zeros((0, 2), np.float32)) == ()


# -- nudity ------------------------------------------------------------------------------------------------------------


@pytest.mark.weights
def test_ordinary_pictures_are_safe(weights: WeightsStore, astronaut: ByteArray) -> None:
    check = NudityCheck(weights)
    ordinary = [astronaut, np.asarray(skimage.data.coffee()), np.asarray(skimage.data.cat())]
    result = check.check(ordinary)
    assert (result.outcome, result.score is not None and result.score < 0.05) == ("passed", True)
    assert check.check([]).outcome == "failed"


@pytest.mark.weights
def test_a_blank_picture_shows_nobody(weights: WeightsStore, astronaut: ByteArray) -> None:
    check = NudityCheck(weights)
    result = check.check([nothing(), astronaut])
    assert (result.outcome, "of 1 pictures" in result.reason) == ("passed", True)
    assert check.check([nothing()]).outcome == "failed"


@pytest.mark.weights
def test_one_indecent_picture_decides(
    weights: WeightsStore, astronaut: ByteArray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No such picture lies in the repo; the network's answer is put in its place for one of two."""
    check = NudityCheck(weights)
    scores = iter([0.01, 0.9])
    monkeypatch.setattr(check, "score", lambda _: next(scores))
    result = check.check([astronaut, astronaut])
    assert (result.outcome, result.score) == ("failed", 0.9)
