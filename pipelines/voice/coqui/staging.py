"""Lays a card's files out as Coqui wants to find them, for the moment of loading.

Coqui finds WavLM below ``$TTS_HOME``, OpenVoice by the word in its path, and XTTS rewrites an old checkpoint where it
lies. So the files are shown to it in a folder of their own, by link or, where it may write, as a copy; and the folder
goes when the model is in memory. The installed files are never touched.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_HOME: Final = "TTS_HOME"
_HOME_LOCK: Final = threading.Lock()  # the environment is the whole process's


@contextmanager
def staged(
    links: Mapping[str, Path], *, copies: Mapping[str, Path] | None = None, texts: Mapping[str, str] | None = None
) -> Iterator[Path]:
    """A folder with the files under the given names; it is also ``$TTS_HOME`` for as long as it lasts."""
    with tempfile.TemporaryDirectory(prefix="sayso-coqui-") as made:
        folder = Path(made)
        for name, source in links.items():
            _place(folder, name).symlink_to(source.resolve())
        for name, source in (copies or {}).items():
            shutil.copyfile(source, _place(folder, name))
        for name, text in (texts or {}).items():
            _place(folder, name).write_text(text, encoding="utf-8")
        with _home(folder):
            yield folder


def _place(folder: Path, name: str) -> Path:
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


@contextmanager
def _home(folder: Path) -> Iterator[None]:
    with _HOME_LOCK:
        before = os.environ.get(_HOME)
        os.environ[_HOME] = str(folder)
        try:
            yield
        finally:
            if before is None:
                del os.environ[_HOME]
            else:
                os.environ[_HOME] = before
