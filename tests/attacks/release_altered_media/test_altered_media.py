"""One flipped byte in any region that carries meaning makes a release "altered"."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.provenance.xmp import bmff
from pipelines.release.verdict import VerdictKind
from tests.fakes.doors import House

pytestmark = pytest.mark.weights


@pytest.fixture
def house(tmp_path: Path, weights_home: Path) -> House:
    return House.open(tmp_path, weights_home)


def inside_box(kind: bytes, share: float) -> Callable[[Path], int]:
    def place(path: Path) -> int:
        with path.open("rb") as file:
            box = next(box for box in bmff.boxes(file) if box.kind == kind)
        return box.start + box.header + int((box.size - box.header - 1) * share)

    return place


def after(word: bytes, offset: int = 8) -> Callable[[Path], int]:
    return lambda path: path.read_bytes().index(word) + len(word) + offset


def share_of_file(share: float) -> Callable[[Path], int]:
    return lambda path: int(path.stat().st_size * share)


PLACES: dict[str, tuple[str, Callable[[Path], int]]] = {
    "mp4: first media data": ("960x540", inside_box(b"mdat", 0.01)),
    "mp4: middle of the media data": ("960x540", inside_box(b"mdat", 0.5)),
    "mp4: last media data": ("960x540", inside_box(b"mdat", 1.0)),
    "mp4: index": ("960x540", inside_box(b"moov", 0.5)),
    "mp4: XMP": ("960x540", after(b"Iptc4xmpExt:DigitalSourceType>")),
    "mp4: consent assertion": ("960x540", after(b"ledgerCheckpoint", 4)),
    "mp4: label assertion": ("960x540", after(b"labelBox", -20)),
    "mp4: action": ("960x540", after(b"c2pa.created", -2)),
    "png: picture": ("960x540.png", after(b"IDAT", 40)),
    "png: XMP": ("960x540.png", after(b"Iptc4xmpExt:DigitalSourceType>")),
    "jpg: picture": ("960x540.jpg", share_of_file(0.9)),
    "wav: sound": ("wav", after(b"data", 5000)),
    "mp3: sound": ("mp3", share_of_file(0.8)),
}


@pytest.mark.parametrize("name", PLACES)
def test_a_flipped_byte_is_seen(house: House, name: str) -> None:
    take_format, find = PLACES[name]
    release = house.release(request=house.studio.request(format=take_format))
    assert house.verify(release.path, with_engines=False).verdict is VerdictKind.AUTHENTIC
    data = bytearray(release.path.read_bytes())
    data[find(release.path)] ^= 0x10
    copy = release.path.with_name(f"copy{release.path.suffix}")
    copy.write_bytes(data)
    verdict = house.verify(copy)
    assert verdict.verdict is VerdictKind.ALTERED
    assert "changed after it was released" in verdict.summary
    assert verdict.take_id == "take-1"


def test_a_label_painted_over_is_seen_and_said(house: House) -> None:
    """The picture is decoded, the label covered and the picture put back under the old manifest."""
    import cv2
    import numpy as np

    release = house.release(request=house.studio.request(format="960x540.png"))
    picture = cv2.imread(str(release.path))
    assert picture is not None
    box = release.receipt.entry.label_box
    assert box is not None
    picture[box[1] : box[1] + box[3], box[0] : box[0] + box[2]] = 90
    cover = cv2.imencode(".png", np.ascontiguousarray(picture))[1].tobytes()
    data = release.path.read_bytes()
    manifest = data[data.index(b"caBX") - 4 : data.index(b"IDAT") - 4]
    copy = release.path.with_name("copy.png")
    copy.write_bytes(cover[:33] + manifest + cover[33:])
    verdict = house.verify(copy)
    assert verdict.verdict is VerdictKind.ALTERED
    assert verdict.label["seen"] is False
