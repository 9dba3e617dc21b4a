"""A studio with requests for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.request_home import RequestHome


@pytest.fixture
def home(tmp_path: Path) -> Iterator[RequestHome]:
    made = RequestHome(tmp_path)
    yield made
    made.close()
