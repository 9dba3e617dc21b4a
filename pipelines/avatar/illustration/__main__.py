"""``python -m pipelines.avatar.illustration --out FOLDER [--only NAME]``: draw the demo's presenters."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pipelines.avatar.illustration.canvas import Frame
from pipelines.avatar.illustration.gallery import write_index, write_presenter
from pipelines.avatar.illustration.people import PEOPLE


def main(arguments: list[str] | None = None) -> int:
    """Draw and report each file."""
    parser = argparse.ArgumentParser(
        prog="python -m pipelines.avatar.illustration", description="Draw the demo's fictional presenters."
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for the pictures, for example assets/demo/presenters"
    )
    parser.add_argument("--only", choices=[person.name for person in PEOPLE], help="draw one presenter")
    chosen = parser.parse_args(arguments)
    for person in PEOPLE:
        if chosen.only in (None, person.name):
            path = write_presenter(person, Frame(), chosen.out)
            sys.stdout.write(f"{path}  {path.stat().st_size // 1000} kB\n")
    write_index(PEOPLE, chosen.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
