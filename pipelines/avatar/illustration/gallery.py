"""Presenters on disk: ``<name>.png``, ``<name>.anchors.json`` and one ``presenters.json`` that introduces them."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pipelines.avatar.illustration.anchors import anchors
from pipelines.avatar.illustration.canvas import Frame
from pipelines.avatar.illustration.person import Person
from pipelines.avatar.illustration.portrait import draw
from pipelines.media import ByteArray

_TITLE = "Illustrated portrait of a fictional person"


def png_bytes(picture: ByteArray, *, title: str) -> bytes:
    """A PNG with a title in its own text."""
    text = PngInfo()
    text.add_text("Title", title)
    text.add_text("Software", "sayso illustration")
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG", optimize=True, pnginfo=text)
    return buffer.getvalue()


def write_presenter(person: Person, frame: Frame, folder: Path) -> Path:
    """Draw one presenter; return the path of the picture."""
    folder.mkdir(parents=True, exist_ok=True)
    content = png_bytes(draw(person, frame), title=_TITLE)
    path = folder / f"{person.name}.png"
    path.write_bytes(content)
    described = anchors(person, frame, image=path.name, sha256=hashlib.sha256(content).hexdigest())
    (folder / f"{person.name}.anchors.json").write_text(json.dumps(described) + "\n", encoding="utf-8")
    return path


def write_index(people: Iterable[Person], folder: Path) -> Path:
    """Names, voices and age bands, for whoever casts a demo."""
    entries = [
        {"name": person.name, "display_name": person.display_name, "voice": person.voice, "age_band": person.age_band}
        for person in people
    ]
    path = folder / "presenters.json"
    content = {"spec_version": 1, "fictional": True, "presenters": entries}
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return path
