"""Large files: hashed in pieces, in little memory, and both verifiers agree on them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import encypher_c2pa
import pytest

from pipelines.provenance import large
from pipelines.provenance.identity import SigningIdentity
from pipelines.provenance.large import LARGE_BYTES, PIECE_KB, OverlaidFile, long_headers
from pipelines.provenance.reading import read_manifest
from pipelines.provenance.signing import sign_file
from pipelines.provenance.xmp.bmff import boxes
from tests.fakes.media_files import ffmpeg
from tests.unit.provenance.conftest import spec_for

PIECE = PIECE_KB * 1024
NOISE = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=3,noise=alls=100:allf=t", "-f", "lavfi", "-i", "sine=d=3")
ENCODE = ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "1", "-c:a", "aac")


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Real films of 8 to 10 MiB in the layouts that muxers write."""
    folder = tmp_path_factory.mktemp("films")
    ffmpeg(*NOISE, *ENCODE, "-movflags", "+faststart", folder / "faststart.mp4")
    for name, flags in (("moov-last.mp4", "0"), ("moov-last.mov", "0"), ("fragmented.mp4", "frag_keyframe")):
        ffmpeg("-i", folder / "faststart.mp4", "-c", "copy", "-movflags", flags, folder / name)
    return {path.name: path for path in folder.iterdir()}


def second_opinion(path: Path, media_type: str, identity: SigningIdentity) -> tuple[object, object]:
    anchors = identity.trust_anchors_pem
    found = encypher_c2pa.verify(
        str(path), media_type, trust_pem=anchors, no_default_trust=True, telemetry=False, online=False
    )
    return found["validation_state"], found["validation_results"]["failure"]


def grown(path: Path, target: Path, *, to_bytes: int) -> Path:
    """A copy whose media box ends in a hole, so that a large film takes neither time to make nor room on the disk."""
    with path.open("rb") as file:
        last = list(boxes(file))[-1]
    assert (last.kind, last.header) == (b"mdat", 8)
    target.write_bytes(path.read_bytes())
    with target.open("r+b") as file:
        file.truncate(to_bytes)
        file.seek(last.start)
        file.write((to_bytes - last.start).to_bytes(4, "big"))
    return target


@pytest.mark.parametrize("name", ["faststart.mp4", "moov-last.mp4", "moov-last.mov", "fragmented.mp4"])
def test_both_verifiers_trust_a_large_film(
    name: str, films: dict[str, Path], identity: SigningIdentity, tmp_path: Path
) -> None:
    media_type = "video/quicktime" if name.endswith("mov") else "video/mp4"
    assert films[name].stat().st_size >= LARGE_BYTES
    assert (long_headers(films[name], media_type=media_type) is None) == name.startswith("fragmented")
    before = films[name].read_bytes()
    sign_file(films[name], tmp_path / name, spec_for(media_type), identity)
    reading = read_manifest(tmp_path / name, trust_anchors_pem=identity.trust_anchors_pem)
    assert (reading.state, reading.failures) == ("trusted", ())
    assert second_opinion(tmp_path / name, media_type, identity) == ("Trusted", [])
    assert films[name].read_bytes() == before


def test_the_long_header_moves_no_media_byte(films: dict[str, Path], identity: SigningIdentity, tmp_path: Path) -> None:
    sign_file(films["faststart.mp4"], tmp_path / "signed.mp4", spec_for("video/mp4"), identity)
    seen = []
    for path in (films["faststart.mp4"], tmp_path / "signed.mp4"):
        ffmpeg("-i", path, "-map", "0", "-c", "copy", "-f", "streamhash", path.with_suffix(".hash"))
        seen.append(path.with_suffix(".hash").read_text())
    assert seen[0] == seen[1]
    assert len(seen[0].splitlines()) == 2


@pytest.mark.parametrize("place", [0.0, 0.01, 0.5, 0.99, 1.0])
def test_any_flipped_media_byte_of_a_large_film_fails(
    place: float, films: dict[str, Path], identity: SigningIdentity, tmp_path: Path
) -> None:
    signed = tmp_path / "signed.mp4"
    sign_file(films["faststart.mp4"], signed, spec_for("video/mp4"), identity)
    with signed.open("rb") as file:
        media = next(box for box in boxes(file) if box.kind == b"mdat")
    spoiled = bytearray(signed.read_bytes())
    spoiled[media.start + media.header + int(place * (media.size - media.header - 1))] ^= 1
    signed.write_bytes(spoiled)
    assert read_manifest(signed, trust_anchors_pem=identity.trust_anchors_pem).state == "invalid"
    assert second_opinion(signed, "video/mp4", identity)[0] == "Invalid"


def long_media(size: int) -> bytes:
    return (1).to_bytes(4, "big") + b"mdat" + size.to_bytes(8, "big")


# Of a signed file: what is before its media, the media's bytes, and what is after.
TAMPERED: dict[str, Callable[[bytes, bytes, bytes], bytes]] = {
    "a media box more": lambda head, media, tail: (
        head + long_media(len(media) + 16) + media + tail + b"\0\0\0\x0cmdatmore"
    ),
    "an empty one more": lambda head, media, tail: (
        head + long_media(len(media) + 16) + media + tail + b"\0\0\0\x08mdat"
    ),
    "more media at the end": lambda head, media, tail: head + long_media(len(media) + 20) + media + b"more" + tail,
    "less media at the end": lambda head, media, tail: head + long_media(len(media) + 12) + media[:-4] + tail,
    "a piece less": lambda head, media, tail: head + long_media(len(media) + 16 - PIECE) + media[:-PIECE] + tail,
    "two pieces changed about": lambda head, media, tail: (
        head + long_media(len(media) + 16) + media[PIECE : 2 * PIECE] + media[:PIECE] + media[2 * PIECE :] + tail
    ),
    "a short header again": lambda head, media, tail: (
        head + b"\0\0\0\x08free" + (len(media) + 8).to_bytes(4, "big") + b"mdat" + media + tail
    ),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_pieces_cannot_be_added_taken_away_or_changed_about(
    name: str, films: dict[str, Path], identity: SigningIdentity, tmp_path: Path
) -> None:
    signed = tmp_path / "signed.mp4"
    sign_file(films["faststart.mp4"], signed, spec_for("video/mp4"), identity)
    with signed.open("rb") as file:
        box = next(box for box in boxes(file) if box.kind == b"mdat")
    data, end = signed.read_bytes(), box.start + box.size
    signed.write_bytes(TAMPERED[name](data[: box.start], data[box.start + box.header : end], data[end:]))
    assert read_manifest(signed, trust_anchors_pem=identity.trust_anchors_pem).state == "invalid"
    assert second_opinion(signed, "video/mp4", identity)[0] == "Invalid"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")
def test_memory_does_not_grow_with_the_film(films: dict[str, Path], tmp_path: Path) -> None:
    """Hashed in one piece, 200 MB take 200 MB more; with the library's own threshold, too."""
    film = grown(films["faststart.mp4"], tmp_path / "film.mp4", to_bytes=200_000_000)
    peaks = {}
    for what in ("idle", "sign", "read"):
        command = [sys.executable, "-m", "bench.signing", "--step", what, film, "video/mp4", tmp_path / "keys"]
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[3])
        step = json.loads(done.stdout)
        peaks[what] = step["peak_mb"]
    assert step["state"] == "trusted"
    assert peaks["sign"] - peaks["idle"] < 40, peaks  # measured: 13
    assert peaks["read"] - peaks["idle"] < 40, peaks  # measured: 16


def test_what_has_no_room_for_the_long_header_is_hashed_in_one_piece(
    films: dict[str, Path], identity: SigningIdentity, tmp_path: Path
) -> None:
    data = films["faststart.mp4"].read_bytes()
    cramped = tmp_path / "cramped.mp4"
    place = (
        data.index(b"free") - 4
    )  # the box becomes one byte longer, at the cost of the byte after it: offsets go wrong
    cramped.write_bytes(data[:place] + b"\0\0\0\x09free\0" + data[place + 8 :])
    assert long_headers(cramped, media_type="video/mp4") is None
    sign_file(cramped, tmp_path / "signed.mp4", spec_for("video/mp4"), identity)
    assert read_manifest(tmp_path / "signed.mp4", trust_anchors_pem=identity.trust_anchors_pem).state == "trusted"


NOT_IN_PIECES = {
    "another kind of file": ("image/png", b"\0" * LARGE_BYTES),
    "small": ("video/mp4", b"\0\0\0\x08free\0\0\0\x10mdat12345678"),
    "no media": ("video/mp4", (LARGE_BYTES + 8).to_bytes(4, "big") + b"free" + b"\0" * LARGE_BYTES),
    "two media boxes": (
        "video/mp4",
        b"\0\0\0\x08free\0\0\0\x08mdat" + (LARGE_BYTES + 8).to_bytes(4, "big") + b"mdat" + b"\0" * LARGE_BYTES,
    ),
    "boxes that do not fit": ("video/mp4", b"\0\0\0\x07mdat" + b"\0" * LARGE_BYTES),
}


@pytest.mark.parametrize("name", NOT_IN_PIECES)
def test_only_large_whole_films_are_hashed_in_pieces(name: str, tmp_path: Path) -> None:
    media_type, content = NOT_IN_PIECES[name]
    (tmp_path / "file").write_bytes(content)
    assert long_headers(tmp_path / "file", media_type=media_type) is None


def test_a_long_header_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "LARGE_BYTES", 8)
    (tmp_path / "file").write_bytes(b"\0\0\0\x01mdat" + (20).to_bytes(8, "big") + b"abcd")
    assert long_headers(tmp_path / "file", media_type="video/mp4") == {}


def test_an_overlay_reads_like_the_changed_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"0123456789")
    with (tmp_path / "file").open("rb") as file:
        overlaid = OverlaidFile(file, {2: b"abc", 8: b"yz"})
        for start in range(11):
            for size in (-1, *range(11)):
                overlaid.seek(start)
                whole = b"01abc567yz"
                assert overlaid.read(size) == (whole[start:] if size < 0 else whole[start : start + size])
        assert overlaid.seek(0, os.SEEK_END) == overlaid.tell() == 10
        overlaid.flush()
        with pytest.raises(OSError, match="reading"):
            overlaid.write(b"x")
