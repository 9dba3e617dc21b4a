"""Card files shown to Coqui, never given to it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelines.voice.coqui.staging import staged


def test_links_copies_and_texts_lie_where_they_are_wanted_and_are_gone_afterwards(tmp_path: Path) -> None:
    card = tmp_path / "model.pth"
    card.write_bytes(b"weights")
    with staged({"deep/link.pth": card}, copies={"copy.pth": card}, texts={"config.json": "{}"}) as folder:
        assert (folder / "deep" / "link.pth").read_bytes() == b"weights"
        (folder / "copy.pth").write_bytes(b"rewritten")
        assert (folder / "config.json").read_text() == "{}"
    assert not folder.exists()
    assert card.read_bytes() == b"weights"


def test_the_home_of_coqui_is_the_folder_and_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTS_HOME", "before")
    with staged({}) as folder:
        assert os.environ["TTS_HOME"] == str(folder)
    assert os.environ["TTS_HOME"] == "before"
    monkeypatch.delenv("TTS_HOME")

    def fails() -> None:
        with staged({}):
            raise ValueError("while loading")

    with pytest.raises(ValueError, match="while loading"):
        fails()
    assert "TTS_HOME" not in os.environ
