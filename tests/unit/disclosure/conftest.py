"""Real fonts, from the weights folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.disclosure.fonts import FontSet, load_fonts


@dataclass(frozen=True, slots=True)
class FolderStore:
    """Weights as they lie in a folder, without cards."""

    root: Path

    def path(self, card_id: str, file: str) -> Path:
        return self.root / card_id / file


@pytest.fixture(scope="session")
def fonts(weights_home: Path) -> FontSet:
    return load_fonts(FolderStore(weights_home))
