from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from consent.errors import ConsentRefusedError
from consent.grant import Grant, Modality, ReasonCode
from pipelines.avatar.engine import PhotoAvatar
from pipelines.avatar.musetalk.crop import box_of, jaw_mask
from pipelines.avatar.musetalk.engine import MuseTalkAvatar
from pipelines.avatar.musetalk.folder import CARD_ID
from pipelines.avatar.musetalk.grounds import Ground, StillPicture, shut, still
from pipelines.avatar.musetalk.inpainting import Inpainter
from pipelines.avatar.musetalk.watching import seen_lag
from pipelines.errors import CancelledError, FootageRefusedError, InputInvalidError, WeightsError
from pipelines.faces.landmarks import FaceFinder
from pipelines.media import AudioClip, ByteArray, Float32Array, Portrait, Speech, Stage
from pipelines.weights.cards import Card
from pipelines.weights.store import WeightsStore
from tests.unit.avatar.conftest import NOW, WeightsOnDisk
from tests.unit.avatar.musetalk.conftest import store_of

pytestmark = pytest.mark.weights

GrantFor = Callable[..., Grant]


class Both:
    """The installed cards, and MuseTalk's in small."""

    def __init__(self, installed: WeightsOnDisk, small: WeightsStore) -> None:
        self._installed, self._small = installed, small

    def card(self, card_id: str) -> Card:
        return self._small.card(card_id)

    def path(self, card_id: str, file: str) -> Path:
        return (self._small if card_id == CARD_ID else self._installed).path(card_id, file)


class Film:
    """A ``FrameSource`` of pictures in memory; counts what is asked of it."""

    fps = 25

    def __init__(self, pictures: list[ByteArray]) -> None:
        self._pictures = pictures
        self.height, self.width = pictures[0].shape[:2]
        self.frame_count = len(pictures)
        self.given = 0

    def frames(self) -> Iterator[ByteArray]:
        for picture in self._pictures:
            self.given += 1
            yield picture.copy()


@pytest.fixture(scope="module")
def engine(made: Path, weights: WeightsOnDisk) -> MuseTalkAvatar:
    return MuseTalkAvatar(Both(weights, store_of(made.parent)), lambda: NOW, device="cpu", batch=3)


@pytest.fixture(scope="module")
def said(speech: Speech) -> Speech:
    """Eight frames of it."""
    wave = speech.audio.waveform[: int(0.32 * 24_000)]
    return replace(speech, audio=AudioClip(waveform=wave, sample_rate=24_000), phonemes=())


@pytest.fixture(scope="module")
def points(finder: FaceFinder, presenter: Portrait) -> Float32Array:
    found = finder.landmarks(presenter.rgb)
    assert found is not None
    return found


def allowed_in(picture: ByteArray, points: Float32Array) -> np.ndarray:
    box = box_of(points)
    allowed = np.zeros(picture.shape[:2], bool)
    allowed[box.top : box.bottom, box.left : box.right] = jaw_mask(points, box) > 0
    return allowed


def test_a_portrait_speaks_and_only_its_jaw_changes(
    engine: MuseTalkAvatar, said: Speech, presenter: Portrait, points: Float32Array, grant_for: GrantFor
) -> None:
    take = engine.perform(said, still(presenter), grant=grant_for(presenter))
    frames = list(take.frames())
    assert len(frames) == take.frame_count == 8
    assert (take.width, take.height, take.fps) == (presenter.rgb.shape[1], presenter.rgb.shape[0], 25)
    picture = presenter.rgb[: take.height, : take.width]
    allowed = allowed_in(picture, points)
    for frame in frames:
        changed = (frame != picture).any(axis=2)
        assert not (changed & ~allowed).any()
        assert changed[allowed].mean() > 0.5
    assert not np.array_equal(frames[1], frames[6])  # other sounds, another mouth


def test_the_same_again_is_the_same_and_frames_are_the_callers_own(
    engine: MuseTalkAvatar, said: Speech, presenter: Portrait, grant_for: GrantFor
) -> None:
    take = engine.perform(said, still(presenter), grant=grant_for(presenter))
    first = []
    for frame in take.frames():
        first.append(frame.copy())
        frame[:] = 0
    again = engine.perform(said, still(presenter), grant=grant_for(presenter))
    for second in (take, again):
        assert all(np.array_equal(a, b) for a, b in zip(first, second.frames(), strict=True))


def test_the_batch_changes_nothing_that_is_seen(
    engine: MuseTalkAvatar, said: Speech, presenter: Portrait, grant_for: GrantFor
) -> None:
    one = MuseTalkAvatar(engine._weights, lambda: NOW, device="cpu", batch=1)
    alone = one.perform(said, still(presenter), grant=grant_for(presenter)).frames()
    together = engine.perform(said, still(presenter), grant=grant_for(presenter)).frames()
    for a, b in zip(alone, together, strict=True):
        assert np.abs(a.astype(int) - b).max() <= 1  # sums in another order


def test_another_sound_is_another_mouth(
    engine: MuseTalkAvatar, said: Speech, presenter: Portrait, grant_for: GrantFor
) -> None:
    quiet = replace(said, audio=AudioClip(waveform=np.zeros_like(said.audio.waveform), sample_rate=24_000))
    loud, silent = (
        list(engine.perform(one, still(presenter), grant=grant_for(presenter)).frames())[5] for one in (said, quiet)
    )
    assert not np.array_equal(loud, silent)


def test_no_picture_is_touched_before_it_is_asked_for_and_one_batch_at_a_time(
    engine: MuseTalkAvatar, said: Speech, presenter: Portrait, grant_for: GrantFor
) -> None:
    film = Film([presenter.rgb] * 20)
    shares: list[float] = []
    ground = Ground(frames=film, sha256=presenter.sha256)
    take = engine.perform(said, ground, grant=grant_for(presenter), progress=shares.append)
    assert (film.given, shares) == (0, [0.0])
    frames = take.frames()
    next(frames)
    assert film.given == 3
    rest = list(frames)
    assert (film.given, len(rest)) == (8, 7)
    assert shares[-1] == 1.0
    assert shares == sorted(shares)


def test_footage_that_is_too_short_begins_again(
    engine: MuseTalkAvatar, said: Speech, presenter: Portrait, points: Float32Array, grant_for: GrantFor
) -> None:
    brighter = np.clip(presenter.rgb.astype(int) + 30, 0, 255).astype(np.uint8)
    film = Film([presenter.rgb, presenter.rgb, brighter])
    ground = Ground(frames=film, sha256=presenter.sha256, landmarks=np.stack([points] * 3))
    frames = list(engine.perform(said, ground, grant=grant_for(presenter)).frames())
    assert len(frames) == 8
    corner = [frame[5, 5].tolist() for frame in frames]
    assert corner[2] == corner[5] == brighter[5, 5].tolist()
    assert corner[0] == corner[3] == corner[7] == presenter.rgb[5, 5].tolist()


def test_the_mouth_follows_a_head_that_the_photo_engine_moves(
    engine: MuseTalkAvatar,
    weights: WeightsOnDisk,
    speech: Speech,
    presenter: Portrait,
    stage: Stage,
    finder: FaceFinder,
    grant_for: GrantFor,
) -> None:
    photo = PhotoAvatar(weights, lambda: NOW)
    grant = grant_for(presenter)
    short = replace(speech, audio=AudioClip(waveform=speech.audio.waveform[: 24_000 // 5], sample_rate=24_000))
    motion = shut(photo.motion(short, portrait=presenter, grant=grant, seed=1))
    assert not motion.jaw.any()
    ground = Ground(frames=photo.perform(presenter, motion, stage, grant=grant), sha256=presenter.sha256)
    under = list(ground.frames.frames())
    frames = list(engine.perform(short, ground, grant=grant).frames())
    assert len(frames) == 5
    seen = None
    for frame, below in zip(frames, under, strict=True):
        seen = finder.landmarks(below, previous=seen)
        assert seen is not None
        changed = (frame != below).any(axis=2)
        assert changed.any()
        assert not (changed & ~allowed_in(below, seen)).any()


def test_a_still_picture_is_encoded_once(
    engine: MuseTalkAvatar, said: Speech, presenter: Portrait, grant_for: GrantFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = engine.perform(said, still(presenter), grant=grant_for(presenter))
    vae, calls = engine._open().vae, []
    encode = vae.encode
    monkeypatch.setattr(vae, "encode", lambda pictures: (calls.append(len(pictures)), encode(pictures))[1])
    list(take.frames())
    assert calls == [2]


def test_the_lower_half_is_black_where_the_net_must_not_look(
    engine: MuseTalkAvatar, monkeypatch: pytest.MonkeyPatch
) -> None:
    nets, seen = engine._open(), []
    encode = nets.vae.encode
    monkeypatch.setattr(nets.vae, "encode", lambda pictures: (seen.append(pictures), encode(pictures))[1])
    face = np.full((1, 256, 256, 3), 255, np.uint8)
    Inpainter(nets).faces(face, np.zeros((1, 50, 384), np.float32))
    masked, whole = seen[0]
    assert (masked[:, 128:] == -1).all()
    assert (masked[:, :128] == 1).all()
    assert (whole == 1).all()


REFUSED_GRANTS: dict[str, dict[str, object]] = {
    "voice only": {"modalities": frozenset({Modality.VOICE})},
    "another face": {"assets": frozenset({"1" * 64})},
    "another language": {"locale": "fr-FR"},
    "another script": {"script": "Something else."},
}


@pytest.mark.parametrize("name", REFUSED_GRANTS)
def test_a_grant_for_something_else_paints_nothing(
    name: str, engine: MuseTalkAvatar, said: Speech, presenter: Portrait, grant_for: GrantFor
) -> None:
    film = Film([presenter.rgb])
    with pytest.raises(ConsentRefusedError) as refusal:
        engine.perform(
            said, Ground(frames=film, sha256=presenter.sha256), grant=grant_for(presenter, **REFUSED_GRANTS[name])
        )
    assert {reason.code for reason in refusal.value.reasons} == {ReasonCode.GRANT_MISMATCH}
    assert film.given == 0


def test_no_grant_and_a_stale_grant_are_refused_before_anything_loads(
    said: Speech, presenter: Portrait, grant_for: GrantFor, root: Path
) -> None:
    store = store_of(root)
    (root / CARD_ID / "unet.pth").unlink()
    late = MuseTalkAvatar(store, lambda: NOW + timedelta(hours=3))
    with pytest.raises(ConsentRefusedError, match="grant_stale"):
        late.perform(said, still(presenter), grant=grant_for(presenter))
    fresh = MuseTalkAvatar(store, lambda: NOW)
    with pytest.raises(ConsentRefusedError, match="grant_missing"):
        fresh.perform(said, still(presenter), grant=None)  # type: ignore[arg-type]  # what an attacker does
    with pytest.raises(WeightsError, match="is not installed"):
        fresh.perform(said, still(presenter), grant=grant_for(presenter))


def test_input_is_checked_before_weights_load(
    said: Speech, presenter: Portrait, grant_for: GrantFor, root: Path
) -> None:
    store = store_of(root)
    (root / CARD_ID / "unet.pth").unlink()
    engine, grant = MuseTalkAvatar(store, lambda: NOW), grant_for(presenter)
    empty = replace(said, audio=AudioClip(waveform=np.zeros(0, np.float32), sample_rate=24_000))
    with pytest.raises(InputInvalidError, match="the speech is empty"):
        engine.perform(empty, still(presenter), grant=grant)
    with pytest.raises(InputInvalidError, match="60 times a second; give 10 to 50"):
        engine.perform(said, still(presenter, fps=60), grant=grant)
    with pytest.raises(CancelledError):
        engine.perform(said, still(presenter), grant=grant, cancel=_stop)


def _stop() -> None:
    raise CancelledError("stopped")


def test_a_take_can_be_stopped_between_batches(
    engine: MuseTalkAvatar, said: Speech, presenter: Portrait, grant_for: GrantFor
) -> None:
    made: list[ByteArray] = []

    def stop_after_one_batch() -> None:
        if made:
            _stop()

    take = engine.perform(said, still(presenter), grant=grant_for(presenter), cancel=stop_after_one_batch)
    with pytest.raises(CancelledError):
        made.extend(frame for frame in take.frames())
    assert len(made) == 3


def test_pictures_without_a_face_are_refused_and_a_short_loss_is_not(
    engine: MuseTalkAvatar, said: Speech, presenter: Portrait, grant_for: GrantFor
) -> None:
    blank = np.full_like(presenter.rgb, 120)
    grant = grant_for(presenter)
    with pytest.raises(FootageRefusedError, match=r"no face is seen at 0\.0 s"):
        list(engine.perform(said, Ground(frames=Film([blank]), sha256=presenter.sha256), grant=grant).frames())
    hidden = Film([presenter.rgb, *[blank] * 5, *[presenter.rgb] * 2])
    assert len(list(engine.perform(said, Ground(frames=hidden, sha256=presenter.sha256), grant=grant).frames())) == 8
    gone = Film([presenter.rgb, *[blank] * 7])
    with pytest.raises(FootageRefusedError, match=r"no face is seen at 0\.2 s"):
        list(engine.perform(said, Ground(frames=gone, sha256=presenter.sha256), grant=grant).frames())


@pytest.mark.parametrize(
    ("shape", "said"), [((4, 468, 3), "for 4 frames and 2 frames"), ((468, 3), "needed"), ((2, 68, 2), "needed")]
)
def test_landmarks_that_do_not_belong_to_the_frames_are_refused(
    shape: tuple[int, ...], said: str, presenter: Portrait
) -> None:
    film = Film([presenter.rgb] * 2)
    with pytest.raises(InputInvalidError, match=said):
        Ground(frames=film, sha256=presenter.sha256, landmarks=np.zeros(shape, np.float32))


def test_footage_without_frames_is_refused(presenter: Portrait) -> None:
    film = Film([presenter.rgb])
    film.frame_count = 0
    with pytest.raises(InputInvalidError, match="no frames"):
        Ground(frames=film, sha256=presenter.sha256)


def test_odd_sides_lose_a_line() -> None:
    source = StillPicture(np.zeros((31, 21, 3), np.uint8))
    assert (source.height, source.width, next(source.frames()).shape) == (30, 20, (30, 20, 3))


def test_lips_that_are_painted_late_are_seen_to_be_late(
    weights: WeightsOnDisk, speech: Speech, astronaut: Portrait, stage: Stage, finder: FaceFinder, grant_for: GrantFor
) -> None:
    """The photo engine's mouths stand for painted ones: random weights move no lips."""
    photo, grant = PhotoAvatar(weights, lambda: NOW), grant_for(astronaut)
    speech = replace(speech, audio=AudioClip(waveform=speech.audio.waveform[: 24_000 * 7 // 2], sample_rate=24_000))
    motion = photo.motion(speech, portrait=astronaut, grant=grant, seed=1)
    late = replace(motion, **{name: np.roll(getattr(motion, name), 4) for name in ("jaw", "wide", "upper_lip")})
    frames = photo.perform(astronaut, late, stage, grant=grant).frames()
    lag = seen_lag(frames, speech.audio, fps=25, finder=finder)
    assert lag is not None
    assert 0.10 < lag.late_s < 0.22
    assert seen_lag([np.zeros((90, 90, 3), np.uint8)], speech.audio, fps=25, finder=finder) is None
