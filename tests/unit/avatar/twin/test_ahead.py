"""Pictures fetched ahead are the same pictures, and nobody is left waiting."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from pipelines.avatar.twin.ahead import AHEAD, fetched_ahead
from pipelines.media import ByteArray


class Source:
    """Counts what was taken of it, and whether it was closed."""

    def __init__(self, count: int, *, fails_at: int | None = None) -> None:
        self.count, self.fails_at = count, fails_at
        self.given, self.is_closed = 0, False

    def pictures(self) -> Iterator[ByteArray]:
        try:
            for number in range(self.count):
                if number == self.fails_at:
                    raise ValueError("damaged inside")
                self.given += 1
                yield np.full((2, 2, 3), number, np.uint8)
        finally:
            self.is_closed = True


def test_all_pictures_come_in_order() -> None:
    source = Source(30)
    assert [int(one[0, 0, 0]) for one in fetched_ahead(source.pictures())] == list(range(30))
    assert source.is_closed


def test_fault_of_the_source_comes_after_the_pictures_before_it() -> None:
    source, seen = Source(30, fails_at=10), []
    with pytest.raises(ValueError, match="damaged inside"):
        seen.extend(fetched_ahead(source.pictures()))
    assert len(seen) == 10
    assert source.is_closed


def test_who_stops_early_stops_the_source() -> None:
    source = Source(1000)
    pictures = fetched_ahead(source.pictures())
    next(pictures)
    pictures.close()  # type: ignore[attr-defined]  # a generator
    assert source.is_closed
    assert source.given <= AHEAD + 3
    assert not any(thread.name == "pictures ahead" for thread in threading.enumerate())
