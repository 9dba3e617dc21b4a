from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipelines.disclosure.channel import load_channel
from pipelines.disclosure.label import LabelPlate, draw_label, label_for
from pipelines.disclosure.market import load_market
from pipelines.disclosure.presence import label_is_present
from pipelines.errors import ReleaseError
from pipelines.media import ByteArray, never_cancel
from pipelines.release.labelled import labelled_frames
from tests.fakes.doors import FontFolder
from tests.fakes.scenes import MovingPicture, Spoiled

pytestmark = pytest.mark.weights


@pytest.fixture
def plate(weights_home: Path) -> LabelPlate:
    from pipelines.disclosure.fonts import load_fonts

    spec = label_for(
        load_market("FR"), load_channel("web"), locale="fr-FR", subject_class="replica", width=960, height=540
    )
    return draw_label(spec, load_fonts(FontFolder(root=weights_home)), reserved=())


def test_every_frame_carries_the_label(plate: LabelPlate) -> None:
    source = MovingPicture(frame_count=5)
    frames = list(labelled_frames(source, plate, cancel=never_cancel))
    assert len(frames) == 5
    assert all(label_is_present(frame, plate).present for frame in frames)


def test_a_source_that_keeps_its_frame_cannot_wipe_the_label(plate: LabelPlate) -> None:
    kept: list[ByteArray] = []
    source = Spoiled(source=MovingPicture(frame_count=3), spoil=lambda _i, frame: kept.append(frame) or frame)
    for frame in labelled_frames(source, plate, cancel=never_cancel):
        for mine in kept:
            mine[:] = 0
        assert label_is_present(frame, plate).present


def test_read_only_frames_are_labelled_too(plate: LabelPlate) -> None:
    def freeze(_index: int, frame: ByteArray) -> ByteArray:
        frame.setflags(write=False)
        return frame

    frames = list(
        labelled_frames(Spoiled(source=MovingPicture(frame_count=1), spoil=freeze), plate, cancel=never_cancel)
    )
    assert label_is_present(frames[0], plate).present


WRONG_FRAMES = {
    "too small": lambda frame: frame[:-2],
    "grey": lambda frame: frame[..., 0],
    "with alpha": lambda frame: np.dstack([frame, frame[..., 0]]),
    "floats": lambda frame: frame.astype(np.float32),
}


@pytest.mark.parametrize("name", WRONG_FRAMES)
def test_frames_of_another_shape_stop_the_take(plate: LabelPlate, name: str) -> None:
    source = Spoiled(source=MovingPicture(frame_count=3), spoil=lambda _i, frame: WRONG_FRAMES[name](frame))
    with pytest.raises(ReleaseError, match="frame 0"):
        list(labelled_frames(source, plate, cancel=never_cancel))


@pytest.mark.parametrize(("announced", "made"), [(5, 3), (2, 3), (0, 1)])
def test_more_or_fewer_frames_than_announced_stop_the_take(plate: LabelPlate, announced: int, made: int) -> None:
    source = Spoiled(source=MovingPicture(frame_count=made), spoil=lambda _i, frame: frame, announced=announced)
    with pytest.raises(ReleaseError):
        list(labelled_frames(source, plate, cancel=never_cancel))
