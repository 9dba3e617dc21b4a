from __future__ import annotations

import pytest

from pipelines.errors import InputInvalidError
from pipelines.release.formats import parse_take_format


@pytest.mark.parametrize(
    ("text", "kind", "size", "media_type"),
    [
        ("1080x1920", "video", (1080, 1920), "video/mp4"),
        ("1080x1080.png", "still", (1080, 1080), "image/png"),
        ("1200x628.jpg", "still", (1200, 628), "image/jpeg"),
        ("wav", "audio", (0, 0), "audio/wav"),
        ("mp3", "audio", (0, 0), "audio/mpeg"),
    ],
)
def test_formats_that_leave(text: str, kind: str, size: tuple[int, int], media_type: str) -> None:
    found = parse_take_format(text)
    assert (found.kind, (found.width, found.height), found.media_type) == (kind, size, media_type)


@pytest.mark.parametrize("text", ["", "gif", "1080", "1080x1920.gif", "0x0", "1080x1920 ", "٣٣٣x٣٣٣", "99999x1", "MP3"])
def test_other_formats_are_refused_with_the_known_ones(text: str) -> None:
    with pytest.raises(InputInvalidError, match="1080x1920"):
        parse_take_format(text)
