"""What is taken in as a recorded statement, and what is refused with which words."""

from __future__ import annotations

import struct
import zipfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipelines.errors import EvidenceRefusedError
from pipelines.intake.recording import CaptureLimits, read_capture, read_sound
from tests.fakes.recordings import Way, record

MP4: Way = ("mp4", "h264", "aac")
TAKEN: dict[str, dict[str, Any]] = {
    "webm from a browser": {"way": ("webm", "vp8", "opus"), "options": {"live": "1"}},
    "webm with vp9": {"way": ("webm", "vp9", "opus")},
    "matroska": {"way": ("matroska", "h264", "opus")},
    "mp4 from a phone": {"way": MP4},
    "mp4 in fragments": {"way": MP4, "options": {"movflags": "frag_keyframe+empty_moov"}},
    "mov with plain sound": {"way": ("mov", "h264", "pcm_s16le")},
}


@pytest.fixture(scope="session")
def webm(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return record(tmp_path_factory.mktemp("intake") / "a.webm").read_bytes()


@pytest.fixture(scope="session")
def mp4(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("intake") / "a.mp4"
    return record(path, way=MP4).read_bytes()


def _given(tmp_path: Path, content: bytes, name: str = "statement.webm") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def _refusal(path: Path, **limits: float) -> str:
    with pytest.raises(EvidenceRefusedError) as refused:
        read_capture(path, limits=CaptureLimits(**limits))
    return str(refused.value)


@pytest.mark.parametrize("way", TAKEN)
def test_recordings_of_browsers_and_phones_are_taken(way: str, tmp_path: Path) -> None:
    capture = read_capture(record(tmp_path / "named.txt", **TAKEN[way]))

    assert capture.audio.sample_rate == 16_000
    assert capture.audio.duration_s == pytest.approx(4.0, abs=0.1)
    assert capture.duration_s == pytest.approx(4.0, abs=0.15)
    assert capture.frames.shape[1:] == (120, 160, 3)
    assert len(capture.frames) == len(capture.times_s) == 20
    assert np.all(np.diff(capture.times_s) > 0.05)
    spectrum = np.abs(np.fft.rfft(capture.audio.waveform[16_000:32_000]))
    assert int(np.argmax(spectrum)) == pytest.approx(440, abs=2)


def test_a_large_picture_comes_out_small(tmp_path: Path) -> None:
    capture = read_capture(record(tmp_path / "a.webm", size=(1280, 720)))
    assert (capture.width, capture.height) == (640, 360)


def test_a_phone_held_upright_gives_upright_pictures(tmp_path: Path, mp4: bytes) -> None:
    upright, turn = struct.pack(">6i", 65536, 0, 0, 0, 65536, 0), struct.pack(">6i", 0, 65536, 0, -65536, 0, 0)
    film, tracks = mp4[: mp4.index(b"trak")], mp4[mp4.index(b"trak") :]
    turned = film + tracks.replace(upright, turn)
    assert turned != mp4
    capture = read_capture(_given(tmp_path, turned))
    assert (capture.width, capture.height) == (120, 160)
    straight = read_capture(_given(tmp_path, mp4)).frames[5].astype(int)
    assert np.abs(np.rot90(straight, -1) - capture.frames[5]).mean() < 2


NO_VIDEO = {
    "nothing": (b"", "empty file"),
    "text": (b"I agree to everything.\n" * 50, "no recording that we know"),
    "a playlist": (b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1/x.ts\n", "a playlist"),
    "a list of files": (b"ffconcat version 1.0\nfile /etc/passwd\n", "a playlist"),
    "a drawing": (
        b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        "a page or a drawing",
    ),
    "an archive": (b"PK\x03\x04" + bytes(200), "a zip archive"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), "a picture"),
    "a PDF": (b"%PDF-1.7\n" + bytes(200), "a PDF"),
    "an AVI": (b"RIFF\x00\x10\x00\x00AVI LIST" + bytes(200), "no recording that we know"),
}


@pytest.mark.parametrize("thing", NO_VIDEO)
def test_what_is_no_video_is_refused_by_content_not_by_name(thing: str, tmp_path: Path) -> None:
    content, words = NO_VIDEO[thing]
    sentence = _refusal(_given(tmp_path, content))
    assert words in sentence
    assert "record it again" in sentence


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9, 0.999])
@pytest.mark.parametrize("kind", ["webm", "mp4"])
def test_a_cut_off_file_is_refused(kind: str, share: float, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    whole: bytes = request.getfixturevalue(kind)
    assert "record it again" in _refusal(_given(tmp_path, whole[: int(len(whole) * share)]))


def _zip() -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("payload.exe", b"MZ" + bytes(100))
    return packed.getvalue()


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, name) + content


def test_a_video_that_is_also_an_archive_is_refused(tmp_path: Path, webm: bytes, mp4: bytes) -> None:
    assert zipfile.is_zipfile(BytesIO(webm + _zip()))
    assert "another document" in _refusal(_given(tmp_path, webm + _zip()))
    hidden = mp4 + _box(b"free", _zip())
    assert zipfile.is_zipfile(BytesIO(hidden))
    assert "another document" in _refusal(_given(tmp_path, hidden))


def test_a_video_that_is_also_a_pdf_is_refused(tmp_path: Path, mp4: bytes) -> None:
    ftyp = struct.unpack(">I", mp4[:4])[0]
    assert "another document" in _refusal(_given(tmp_path, mp4[:ftyp] + _box(b"free", b"%PDF-1.7\n") + mp4[ftyp:]))


def test_unknown_boxes_and_bytes_after_the_end_are_refused(tmp_path: Path, mp4: bytes, webm: bytes) -> None:
    assert "more than a video" in _refusal(_given(tmp_path, mp4 + _box(b"evil", b"x" * 50)))
    assert _refusal(_given(tmp_path, mp4 + b"<script>"))
    assert _refusal(_given(tmp_path, webm + b"<script>alert(1)</script>"))


def test_attachments_are_refused(tmp_path: Path, webm: bytes) -> None:
    attached = bytes.fromhex("1941a469") + b"\x01" + (10).to_bytes(7, "big") + bytes(10)
    at = webm.rindex(bytes.fromhex("1654ae6b"))  # the first one is its entry in the index
    assert "attached files" in _refusal(_given(tmp_path, _with_open_segment(webm[:at] + attached + webm[at:])))


def _with_open_segment(webm: bytes) -> bytes:
    """The same with a segment of unknown length, as a browser writes it."""
    at = webm.index(bytes.fromhex("18538067")) + 4
    return webm[:at] + b"\x01" + b"\xff" * 7 + webm[at + 8 :]


def test_media_that_lie_elsewhere_are_refused(tmp_path: Path, mp4: bytes) -> None:
    at = mp4.index(b"url \x00\x00\x00\x01")
    sentence = _refusal(_given(tmp_path, mp4[:at] + b"url \x00\x00\x00\x00" + mp4[at + 8 :]))
    assert "outside the file" in sentence


def test_sound_alone_and_pictures_alone_are_refused(tmp_path: Path) -> None:
    silent = record(tmp_path / "a.webm", way=("webm", "vp8", None))
    assert "one picture and one sound track are needed, and this file has 1 and 0" in _refusal(silent)
    blind = record(tmp_path / "b.webm", way=("webm", None, "opus"))
    assert "this file has 0 and 1" in _refusal(blind)


def test_too_short_too_long_too_big_too_small_are_refused(tmp_path: Path) -> None:
    short = record(tmp_path / "a.webm", seconds=1.5)
    assert "1.5 seconds, and 3 to 90 are needed" in _refusal(short)
    assert "longer than 5 seconds" in _refusal(record(tmp_path / "b.webm", seconds=8), seconds_max=5)
    assert "MB, and 0 are taken" in _refusal(short, bytes_max=100)
    assert "64 x 64" in _refusal(record(tmp_path / "c.webm", size=(64, 64)))


def test_huge_pictures_are_refused_before_one_is_decoded(tmp_path: Path, webm: bytes) -> None:
    width = webm.index(b"\xb0\x81\xa0")  # PixelWidth, one byte, 160
    assert "the picture is" in _refusal(record(tmp_path / "a.webm", size=(1280, 720)), side_max=640)
    lied = webm[:width] + b"\xb0\x81\xff" + webm[width + 3 :]
    read_capture(_given(tmp_path, lied))  # the decoder's own size counts


def test_a_codec_that_is_not_on_the_list_is_refused(tmp_path: Path) -> None:
    odd = record(tmp_path / "a.mkv", way=("matroska", "ffv1", "opus"))
    assert "a way of storing" in _refusal(odd)


def test_a_decoder_that_runs_out_of_its_limits_is_a_refusal(tmp_path: Path, webm: bytes) -> None:
    path = _given(tmp_path, webm)
    assert "within the limits" in _refusal(path, memory_bytes=50_000_000)
    assert "within the limits" in _refusal(path, wall_s=0.01)


def test_damage_inside_a_file_never_raises_anything_else(tmp_path: Path, mp4: bytes) -> None:
    rng = np.random.default_rng(3)
    for _ in range(6):
        spoilt = bytearray(mp4)
        for at in rng.integers(0, len(mp4), 200):
            spoilt[at] = int(rng.integers(256))
        with suppress(EvidenceRefusedError):
            read_capture(_given(tmp_path, bytes(spoilt)))


def test_links_and_folders_are_refused(tmp_path: Path, webm: bytes) -> None:
    link = tmp_path / "link.webm"
    link.symlink_to(_given(tmp_path, webm))
    assert "not a plain file" in _refusal(link)
    assert "not a plain file" in _refusal(tmp_path)
    assert "cannot be opened" in _refusal(tmp_path / "absent.webm")


@pytest.mark.parametrize("kind", ["wav", "flac", "ogg", "mp3", "webm"])
def test_voice_recordings_are_taken(kind: str, tmp_path: Path) -> None:
    codec = {"wav": "pcm_s16le", "flac": "flac", "ogg": "opus", "mp3": "mp3", "webm": "opus"}[kind]
    clip = read_sound(record(tmp_path / "voice", way=(kind, None, codec)))
    assert clip.sample_rate == 16_000
    assert clip.duration_s == pytest.approx(4.0, abs=0.15)


def test_a_voice_recording_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvidenceRefusedError):
        read_sound(_given(tmp_path, b"RIFF\x00\x00\x00\x00WAVEjunk" * 20))
    with pytest.raises(EvidenceRefusedError):
        read_sound(_given(tmp_path, b"text"))
