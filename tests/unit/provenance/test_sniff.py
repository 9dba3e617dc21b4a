from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.provenance.sniff import kind_of, media_type_of, media_type_of_bytes
from tests.fakes.media_files import MEDIA_TYPES


def test_real_files_are_recognised_whatever_they_are_called(media: dict[str, Path], tmp_path: Path) -> None:
    for name, path in media.items():
        renamed = tmp_path / "holiday.docx"
        renamed.write_bytes(path.read_bytes())
        assert media_type_of(renamed) == MEDIA_TYPES[name]


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        (b"", None),
        (b"<html>", None),
        (b"#EXTM3U\nhttp://example.com", None),
        (b"\xff\xfb\x90\x64", "audio/mpeg"),
        (b"\xff\xfb\xf0\x64", None),
        (b"\xff\xff\xff\xff", None),
        (b"RIFF\0\0\0\0AVI ", "video/x-msvideo"),
        (b"RIFF\0\0\0\0evil", None),
        (b"\0\0\0\x18ftypM4A ", "audio/mp4"),
        (b"\0\0\0\x18ftypqt  ", "video/quicktime"),
        (b"\x1a\x45\xdf\xa3", "video/webm"),
    ],
)
def test_first_bytes_decide(head: bytes, wanted: str | None) -> None:
    assert media_type_of_bytes(head) == wanted


@given(st.binary(max_size=64))
def test_no_bytes_break_it(head: bytes) -> None:
    found = media_type_of_bytes(head)
    assert found is None or kind_of(found) in {"video", "audio", "image"}
