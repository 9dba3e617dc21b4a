"""The label is burned in last: nothing that a scene does can cover it, and what cannot be labelled does not leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipelines.errors import ReleaseError
from pipelines.geometry import Box
from pipelines.media import AudioClip, ByteArray
from pipelines.release.verdict import VerdictKind
from tests.fakes.doors import House
from tests.fakes.scenes import MovingPicture, Spoiled, film, sound

pytestmark = pytest.mark.weights
SOURCE = MovingPicture(frame_count=30)
KEPT: list[ByteArray] = []


@pytest.fixture
def house(tmp_path: Path, weights_home: Path) -> House:
    return House.open(tmp_path, weights_home)


def white_corner(_index: int, frame: ByteArray) -> ByteArray:
    frame[:120, 480:] = 255
    return frame


def dark_corner(_index: int, frame: ByteArray) -> ByteArray:
    frame[:120, 480:] = (17, 19, 26)
    return frame


def noise(index: int, frame: ByteArray) -> ByteArray:
    rng = np.random.default_rng(index)
    frame[:120, 480:] = rng.integers(0, 256, (120, 480, 3), dtype=np.uint8)
    return frame


def strobe(index: int, frame: ByteArray) -> ByteArray:
    frame[:] = 255 * (index % 2)
    return frame


def paint_over_later(_index: int, frame: ByteArray) -> ByteArray:
    for earlier in KEPT:
        earlier[:] = 0
    KEPT.append(frame)
    return frame


COVERS: dict[str, Callable[[int, ByteArray], ByteArray]] = {
    "a white corner": white_corner,
    "a corner in the label's own ground": dark_corner,
    "noise in the corner": noise,
    "a strobe": strobe,
    "painting over frames already handed out": paint_over_later,
}


@pytest.mark.parametrize("name", COVERS)
def test_the_label_is_seen_all_the_same(house: House, name: str) -> None:
    release = house.release(replace(film(), frames=Spoiled(source=SOURCE, spoil=COVERS[name])))
    verdict = house.verify(release.path)
    assert verdict.verdict is VerdictKind.AUTHENTIC
    assert verdict.label["seen"] is True


def fail_in_the_middle(index: int, frame: ByteArray) -> ByteArray:
    if index == 15:
        raise RuntimeError("engine fault")
    return frame


@pytest.mark.parametrize(
    ("spoil", "announced", "error"),
    [
        (fail_in_the_middle, None, RuntimeError),
        (lambda _i, frame: frame, 40, ReleaseError),
        (lambda _i, frame: frame, 10, ReleaseError),
        (lambda i, frame: frame if i < 20 else frame[:100], None, ReleaseError),
    ],
    ids=["raises in the middle", "fewer frames than announced", "more frames than announced", "shrinks"],
)
def test_a_source_that_breaks_leaves_nothing(
    house: House, spoil: Callable[[int, ByteArray], ByteArray], announced: int | None, error: type[Exception]
) -> None:
    scene = replace(film(), frames=Spoiled(source=SOURCE, spoil=spoil, announced=announced))
    with pytest.raises(error):
        house.release(scene)
    assert house.left_behind() == []
    assert house.studio.releases == {}


def test_a_scene_that_reserves_every_place_does_not_leave(house: House) -> None:
    scene = replace(film(), reserved=(Box(x=0, y=0, width=960, height=540),))
    with pytest.raises(ReleaseError, match="does not fit into"):
        house.release(scene)
    assert house.left_behind() == []


class SilentSpeaker:
    def speak_notice(self, text: str, *, locale: str) -> AudioClip:
        return AudioClip(waveform=np.zeros(24000, dtype=np.float32), sample_rate=24000)


def test_a_silent_notice_stops_sound(house: House, tmp_path: Path) -> None:
    house = replace(house, door=replace(house.door, notice_speaker=SilentSpeaker()))
    with pytest.raises(ReleaseError, match="silent"):
        house.release(sound(), request=house.studio.request(format="mp3"))
    assert house.left_behind() == []


def test_a_notice_dropped_on_the_way_is_missed_when_read_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the mixing step lost it: the programme alone is encoded."""
    from pipelines.release import disclosing

    def drop(notice: AudioClip, programme: AudioClip, **_: float) -> AudioClip:
        return programme

    monkeypatch.setattr(disclosing, "with_notice", drop)
    with pytest.raises(ReleaseError, match="does not begin with the spoken notice"):
        house.release(sound(), request=house.studio.request(format="wav"))
    assert house.left_behind() == []


def test_a_label_dropped_on_the_way_is_missed_when_read_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if burning did nothing: every frame is found without a label, and nothing leaves."""
    from pipelines.release import labelled

    monkeypatch.setattr(labelled, "burn", lambda _frame, _plate: None)
    for take_format in ("960x540", "960x540.png"):
        with pytest.raises(ReleaseError, match="label"):
            house.release(request=house.studio.request(format=take_format))
        assert house.left_behind() == []
        assert house.studio.releases == {}
