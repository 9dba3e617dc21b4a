"""Make the model card of a painting model.

    python -m bench.pin_diffusers z-image-turbo --folder DIR --revision COMMIT

Run it on a machine that reaches the hub, on a folder with the snapshot of one commit (the hub's own client fetches it),
look at what it prints, and put it at the end of ``assets/weights.toml``; from then on ``sayso models pull`` brings
those bytes and no others. The folder is read as data and nothing in it is loaded: files that are no safetensors,
JSON or text are left out of the card, and a folder that asks for code is refused.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from pipelines.compose.painting.models import PAINT_MODELS, PaintModel, paint_model
from pipelines.compose.painting.trust import INDEX, SUFFIXES, check_folder
from pipelines.errors import InputInvalidError

HUB: Final = "https://huggingface.co"
_COMMIT: Final = re.compile(r"[0-9a-f]{40}")
_LEFT_OUT: Final = frozenset({"LICENSE.txt", "README.txt"})
_NOTES: Final = "Read by diffusers with use_safetensors; its index and configs are checked before a class is built."


def card_files(folder: Path, model: PaintModel) -> list[Path]:
    """The files of a snapshot that loading the model needs, relative and in order.

    Raises:
        InputInvalidError: there is no index.
        WeightsError: what is there is another model, or asks for code.
    """
    if not (folder / INDEX).is_file():
        raise InputInvalidError(f"{folder} has no {INDEX}; give the folder of one snapshot")
    parts = {name for name, _ in model.components}
    found = [path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file()]
    kept = [
        path
        for path in found
        if path.suffix in SUFFIXES
        and not any(part.startswith(".") for part in path.parts)
        and path.name not in _LEFT_OUT
        and (path.as_posix() == INDEX or path.parts[0] in parts)
    ]
    with tempfile.TemporaryDirectory() as made:  # judge what the card will bring, and not what lies beside it
        for path in kept:
            place = Path(made) / path
            place.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".safetensors":
                place.touch()  # gigabytes of numbers, and no word among them
            else:
                shutil.copyfile(folder / path, place)
        check_folder(Path(made), model, pinned={path.as_posix() for path in kept})
    return kept


def card_text(model: PaintModel, folder: Path, *, revision: str) -> str:
    """The card of a snapshot as it stands in ``assets/weights.toml``.

    Raises:
        InputInvalidError: the revision is no commit, or the folder no snapshot.
        WeightsError: the folder is another model, or asks for code.
    """
    if not _COMMIT.fullmatch(revision):
        raise InputInvalidError(f"{revision!r} is no commit; give its 40 hexadecimal digits, never a branch")
    rows = []
    for path in card_files(folder, model):
        with (folder / path).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = (folder / path).stat().st_size
        rows.append(f'    {{ name = "{path.as_posix()}", bytes = {size:_}, sha256 = "{digest}" }},')
    lines = [
        "[[card]]", f'id = "{model.card_id}"', f'title = "{model.title}"', 'kind = "text-to-image"', "default = false",
        f'licence = "{model.licence}"', "commercial_use = true",
        f'commercial_source = "{model.licence}, as the model card of {model.repo} says at this revision"',
        'languages = ["mul"]', 'hardware = "GPU with 16 GB and more; minutes a picture on a processor"',
        f'notes = "{_NOTES}"', "files = [", *rows, "]", "",
        "[[card.sources]]", 'kind = "hub"', f'host = "{HUB}"', f'repo = "{model.repo}"', f'revision = "{revision}"',
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def main() -> None:
    """Hash and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help=", ".join(model.card_id for model in PAINT_MODELS))
    parser.add_argument("--folder", type=Path, required=True, help="the snapshot")
    parser.add_argument("--revision", required=True, help="its commit on the hub")
    arguments = parser.parse_args()
    model = paint_model(arguments.name)
    print(card_text(model, arguments.folder, revision=arguments.revision))
    print(f"# Look at the licence at {HUB}/{model.repo}/tree/{arguments.revision} first", file=sys.stderr)


if __name__ == "__main__":
    main()
