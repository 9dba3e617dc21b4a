"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_media() -> Path:
    """Real speech and footage, for engine tests only; never part of the repo."""
    folder = REPO.parent / "shared" / "media"
    if not folder.is_dir():
        pytest.skip("real speech and footage (../shared/media) are not on this machine")
    return folder


@pytest.fixture(scope="session")
def weights_home() -> Path:
    """The folder with the default weights (`make weights` fills it)."""
    folder = Path(
        os.environ.get("SAYSO_WEIGHTS") or Path(os.environ.get("SAYSO_HOME", "~/.sayso")).expanduser() / "weights"
    )
    if not (folder / "kokoro-82m").is_dir():
        pytest.skip("the default weights are not installed; run: make weights")
    return folder
