"""A list of people for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.accounts_home import AccountsHome


@pytest.fixture
def home(tmp_path: Path) -> Iterator[AccountsHome]:
    made = AccountsHome(tmp_path)
    yield made
    made.engine.dispose()
