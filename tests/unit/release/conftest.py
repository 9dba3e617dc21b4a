from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.doors import House


@pytest.fixture
def house(tmp_path: Path, weights_home: Path) -> House:
    return House.open(tmp_path, weights_home)
