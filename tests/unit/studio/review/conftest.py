"""A studio with requests and legal's desk for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.review_home import ReviewHome


@pytest.fixture
def home(tmp_path: Path) -> Iterator[ReviewHome]:
    made = ReviewHome(tmp_path)
    yield made
    made.close()
