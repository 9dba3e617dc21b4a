from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from consent.errors import ConsentRefusedError
from consent.grant import Grant, Modality, ReasonCode
from pipelines.assets import ASSETS
from pipelines.avatar import engine as engine_module
from pipelines.avatar.engine import PhotoAvatar, open_avatar
from pipelines.avatar.motion_file import read_motion, write_motion
from pipelines.avatar.portrait import load_portrait
from pipelines.avatar.speech_features import loudness
from pipelines.errors import CancelledError, InputInvalidError, WeightsError
from pipelines.faces.landmarks import FaceFinder, mouth_opening
from pipelines.media import AudioClip, MotionTrack, Portrait, Speech, Stage
from tests.unit.avatar.conftest import NOW, WeightsOnDisk

pytestmark = pytest.mark.weights

GrantFor = Callable[..., Grant]


@pytest.fixture(scope="module")
def motion(avatar: PhotoAvatar, speech: Speech, astronaut: Portrait, grant_for: GrantFor) -> MotionTrack:
    return avatar.motion(speech, portrait=astronaut, grant=grant_for(astronaut), seed=3)


REFUSED_GRANTS: dict[str, tuple[dict[str, object], ReasonCode]] = {
    "voice only": ({"modalities": frozenset({Modality.VOICE})}, ReasonCode.GRANT_MISMATCH),
    "another face": ({"assets": frozenset({"1" * 64})}, ReasonCode.GRANT_MISMATCH),
    "another language": ({"locale": "fr-FR"}, ReasonCode.GRANT_MISMATCH),
    "another script": ({"script": "Something else."}, ReasonCode.GRANT_MISMATCH),
}


@pytest.mark.parametrize("name", REFUSED_GRANTS)
def test_a_grant_for_something_else_moves_nothing(
    name: str, avatar: PhotoAvatar, speech: Speech, astronaut: Portrait, grant_for: GrantFor
) -> None:
    changes, code = REFUSED_GRANTS[name]
    with pytest.raises(ConsentRefusedError) as refusal:
        avatar.motion(speech, portrait=astronaut, grant=grant_for(astronaut, **changes), seed=0)
    assert {reason.code for reason in refusal.value.reasons} == {code}


def test_no_grant_and_a_stale_grant_are_refused_before_anything_loads(
    speech: Speech, astronaut: Portrait, motion: MotionTrack, stage: Stage, grant_for: GrantFor
) -> None:
    empty = WeightsOnDisk(Path("nowhere"))
    late = PhotoAvatar(empty, lambda: NOW + timedelta(hours=3))
    grant = grant_for(astronaut)
    with pytest.raises(ConsentRefusedError, match="grant_stale"):
        late.motion(speech, portrait=astronaut, grant=grant, seed=0)
    with pytest.raises(ConsentRefusedError, match="grant_stale"):
        late.perform(astronaut, motion, stage, grant=grant)
    fresh = PhotoAvatar(empty, lambda: NOW)
    with pytest.raises(ConsentRefusedError, match="grant_missing"):
        fresh.perform(astronaut, motion, stage, grant=None)  # type: ignore[arg-type]  # what an attacker does
    with pytest.raises(WeightsError):
        fresh.perform(astronaut, motion, stage, grant=grant)


def test_the_same_seed_moves_the_same_and_another_differs(
    avatar: PhotoAvatar, speech: Speech, astronaut: Portrait, grant_for: GrantFor, motion: MotionTrack
) -> None:
    again = avatar.motion(speech, portrait=astronaut, grant=grant_for(astronaut), seed=3)
    other = avatar.motion(speech, portrait=astronaut, grant=grant_for(astronaut), seed=4)
    assert np.array_equal(again.jaw, motion.jaw)
    assert np.array_equal(again.blink, motion.blink)
    assert not np.array_equal(other.yaw, motion.yaw)
    assert np.array_equal(other.jaw, motion.jaw)  # the mouth follows the speech, not the dice


def test_the_mouth_opens_naturally_and_shuts_in_silence(motion: MotionTrack, speech: Speech) -> None:
    level = loudness(speech.audio, fps=25)
    assert 0.09 <= np.percentile(motion.jaw[level > -30], 95) <= 0.115
    silent = level < -45
    quiet = silent & np.concatenate([silent[1:], [True]]) & np.concatenate([[True], silent[:-1]])
    assert quiet.sum() > 10
    assert np.abs(motion.jaw[quiet]).max() < 0.02


def test_lips_meet_on_every_bilabial(motion: MotionTrack, speech: Speech) -> None:
    for phoneme in speech.phonemes:
        if phoneme.text in "pbm":
            first, last = int(phoneme.start_s * 25) - 1, int(phoneme.end_s * 25) + 1
            assert motion.jaw[first : last + 1].min() <= 0, phoneme


def test_without_whisper_loudness_and_phonemes_drive_the_mouth(
    weights: WeightsOnDisk, speech: Speech, astronaut: Portrait, grant_for: GrantFor
) -> None:
    plain = PhotoAvatar(replace(weights, without=frozenset({"whisper-base"})), lambda: NOW)
    track = plain.motion(speech, portrait=astronaut, grant=grant_for(astronaut), seed=3)
    assert np.corrcoef(track.jaw, loudness(speech.audio, fps=25).clip(-40, 0))[0, 1] > 0.5


def test_speech_without_phonemes_still_moves_the_mouth(
    avatar: PhotoAvatar, speech: Speech, astronaut: Portrait, grant_for: GrantFor
) -> None:
    track = avatar.motion(replace(speech, phonemes=()), portrait=astronaut, grant=grant_for(astronaut), seed=3)
    assert track.jaw.max() > 0.08


@pytest.mark.parametrize("fps", [24, 25, 30, 50])
def test_motion_lasts_as_long_as_the_sound(
    fps: int, avatar: PhotoAvatar, speech: Speech, astronaut: Portrait, grant_for: GrantFor
) -> None:
    track = avatar.motion(speech, portrait=astronaut, grant=grant_for(astronaut), seed=3, fps=fps)
    assert track.frame_count == int(np.ceil(speech.audio.duration_s * fps - 1e-6))


def test_silence_is_still_and_an_empty_sound_is_refused(
    avatar: PhotoAvatar, speech: Speech, astronaut: Portrait, grant_for: GrantFor
) -> None:
    silence = AudioClip(waveform=np.zeros(48_000, np.float32), sample_rate=24_000)
    quiet = replace(speech, audio=silence, phonemes=())
    track = avatar.motion(quiet, portrait=astronaut, grant=grant_for(astronaut), seed=3)
    assert np.abs(track.jaw).max() < 0.02
    empty = replace(quiet, audio=AudioClip(waveform=np.zeros(0, np.float32), sample_rate=24_000))
    with pytest.raises(InputInvalidError, match="empty"):
        avatar.motion(empty, portrait=astronaut, grant=grant_for(astronaut), seed=3)


def test_nothing_jitters(motion: MotionTrack) -> None:
    for name, most in {"dx": 0.012, "dy": 0.012, "yaw": 0.012, "pitch": 0.012, "roll": 0.008, "brow": 0.35}.items():
        assert np.abs(np.diff(getattr(motion, name))).max() < most, name
    bends = np.abs(np.diff(motion.yaw, 2))
    assert bends.max() < 0.003


def test_people_blink_at_a_human_rate(
    avatar: PhotoAvatar, speech: Speech, astronaut: Portrait, grant_for: GrantFor
) -> None:
    long = replace(speech, audio=AudioClip(waveform=np.tile(speech.audio.waveform, 8), sample_rate=24_000))
    track = avatar.motion(long, portrait=astronaut, grant=grant_for(astronaut), seed=5)
    shut = track.blink > 0.5
    blinks = int((shut[1:] & ~shut[:-1]).sum())
    per_minute = blinks / (long.audio.duration_s / 60)
    assert 10 <= per_minute <= 30


def test_cancelling_stops_the_motion(
    avatar: PhotoAvatar, speech: Speech, astronaut: Portrait, grant_for: GrantFor
) -> None:
    def stop() -> None:
        raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        avatar.motion(speech, portrait=astronaut, grant=grant_for(astronaut), seed=3, cancel=stop)


def test_a_track_survives_its_file(motion: MotionTrack, tmp_path: Path) -> None:
    write_motion(motion, tmp_path / "motion.npz")
    back = read_motion(tmp_path / "motion.npz")
    assert back.fps == motion.fps
    assert np.array_equal(back.jaw, motion.jaw)
    assert np.array_equal(back.breath, motion.breath)
    (tmp_path / "broken.npz").write_bytes(b"PK nothing")
    with pytest.raises(InputInvalidError, match="animate step"):
        read_motion(tmp_path / "broken.npz")


def only(motion: MotionTrack, frames: list[int]) -> MotionTrack:
    curves = {name: getattr(motion, name)[frames] for name in motion.__dataclass_fields__ if name != "fps"}
    return MotionTrack(fps=motion.fps, **curves)


def test_no_frame_is_drawn_before_it_is_asked_for(
    avatar: PhotoAvatar,
    astronaut: Portrait,
    motion: MotionTrack,
    stage: Stage,
    grant_for: GrantFor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[int] = []
    original = engine_module.Performance._draw

    def counted(self: object, face: object, index: int, behind: object) -> object:
        drawn.append(index)
        return original(self, face, index, behind)  # type: ignore[arg-type]  # the same arguments

    monkeypatch.setattr(engine_module.Performance, "_draw", counted)
    performance = avatar.perform(astronaut, motion, stage, grant=grant_for(astronaut))
    frames = performance.frames()
    assert drawn == []
    next(frames)
    next(frames)
    assert drawn == [0, 1]
    assert (performance.width, performance.height, performance.fps) == (960, 540, 25)
    assert performance.frame_count == motion.frame_count


def test_frames_are_the_callers_own_and_the_same_each_time(
    avatar: PhotoAvatar, astronaut: Portrait, motion: MotionTrack, stage: Stage, grant_for: GrantFor
) -> None:
    short = only(motion, list(range(10, 18)))
    performance = avatar.perform(astronaut, short, stage, grant=grant_for(astronaut))
    first = []
    for frame in performance.frames():
        first.append(frame.copy())
        frame[:] = 0  # a label may be drawn on it
    second = list(performance.frames())
    assert len(first) == len(second) == 8
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert (stage.background == (96, 130, 160)).all()


def test_the_seen_mouth_follows_the_motion(
    avatar: PhotoAvatar, astronaut: Portrait, motion: MotionTrack, stage: Stage, grant_for: GrantFor, finder: FaceFinder
) -> None:
    part = only(motion, list(range(60)))
    points, seen = None, []
    for frame in avatar.perform(astronaut, part, stage, grant=grant_for(astronaut)).frames():
        points = finder.landmarks(frame, previous=points)
        assert points is not None
        seen.append(mouth_opening(points))
    assert np.corrcoef(seen, part.jaw)[0, 1] > 0.9


def test_the_stage_beside_the_presenter_is_untouched(
    avatar: PhotoAvatar, astronaut: Portrait, motion: MotionTrack, stage: Stage, grant_for: GrantFor
) -> None:
    frame = next(avatar.perform(astronaut, motion, stage, grant=grant_for(astronaut)).frames())
    assert (frame[:100, :100] == (96, 130, 160)).all()
    assert not (frame[200:400, 400:560] == (96, 130, 160)).all()


@pytest.mark.parametrize("size", [(1080, 1920), (1920, 1080), (1080, 1080)], ids=str)
def test_every_format_is_drawn_fast_enough(
    size: tuple[int, int], avatar: PhotoAvatar, astronaut: Portrait, motion: MotionTrack, grant_for: GrantFor
) -> None:
    background = np.full((*size, 3), 120, np.uint8)
    stage = Stage(background=background, eye_line=0.36, eye_distance=0.15 * min(size) / size[0], centre_x=0.5)
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        frames = avatar.perform(astronaut, only(motion, list(range(12))), stage, grant=grant_for(astronaut)).frames()
        next(frames)
        start = time.process_time()
        count = sum(1 for _ in frames)
        spent_ms = (time.process_time() - start) / count * 1000
    finally:
        cv2.setNumThreads(threads)
    assert spent_ms < 90  # 15 on an idle core; test machines are busy


def test_drawn_presenters_play(
    avatar: PhotoAvatar, motion: MotionTrack, stage: Stage, grant_for: GrantFor, finder: FaceFinder
) -> None:
    presenters = sorted((ASSETS / "demo" / "presenters").glob("*.png"))
    if not presenters:
        pytest.skip("no presenters are drawn yet")
    for path in presenters:
        portrait = load_portrait(path)
        assert portrait.anchors
        frames = list(avatar.perform(portrait, only(motion, [0, 20, 22]), stage, grant=grant_for(portrait)).frames())
        assert all(finder.landmarks(frame) is not None for frame in frames), path.name


def test_a_drawing_moves_like_the_photo(
    avatar: PhotoAvatar, astronaut: Portrait, motion: MotionTrack, stage: Stage, grant_for: GrantFor, finder: FaceFinder
) -> None:
    part = only(motion, list(range(40)))
    photo, cartoon = (
        list(avatar.perform(astronaut, part, stage, grant=grant_for(astronaut), look=look).frames())
        for look in ("photo", "cartoon")
    )
    points, seen = None, []
    for frame in cartoon:
        points = finder.landmarks(frame, previous=points)
        assert points is not None
        seen.append(mouth_opening(points))
    assert np.corrcoef(seen, part.jaw)[0, 1] > 0.9
    assert (cartoon[0][:100, :100] == (96, 130, 160)).all()
    assert _grain(cartoon[0]) < 0.7 * _grain(photo[0])  # flat tones


def _grain(picture: np.ndarray) -> float:
    """How much one pixel of the presenter differs from the next, on the median."""
    person = picture[150:500, 380:580].astype(np.float32)
    return float(np.median(np.abs(np.diff(person, axis=1))))


def test_engines_are_opened_by_name(weights: WeightsOnDisk) -> None:
    assert open_avatar("photo", weights, clock=lambda: NOW).cards[-1] == "mouth-driver"
    with pytest.raises(InputInvalidError, match="photo"):
        open_avatar("hologram", weights, clock=lambda: NOW)
