"""sayso bench: the benchmark tables, from a source checkout."""

from __future__ import annotations

import importlib
import sys
from typing import Annotated

import typer

from studio.cli.session import HomeOption, JsonOption, open_settings, plain_errors

# modules of bench/ that have a main() and need nothing but the weights
NAMES = (
    "render",
    "voices",
    "avatars",
    "languages",
    "tones",
    "quality",
    "timing",
    "consent",
    "evidence",
    "evidence_eye",
    "signing",
)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: sayso bench render --json")(bench)


def bench(
    name: Annotated[str, typer.Argument(help=f"Which bench: {', '.join(NAMES)}.", show_default=False)],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure, and print the table of one benchmark (or its bars with --json)."""
    with plain_errors():
        from studio.errors import UsageError  # noqa: PLC0415 - keeps --help fast

        if name not in NAMES:
            raise UsageError(f"there is no bench {name!r}; there are: {', '.join(NAMES)}")
        try:
            module = importlib.import_module(f"bench.{name}")
        except ModuleNotFoundError as e:
            raise UsageError(
                f"the benches need a source checkout with all extras ({e.name} is missing); run: make setup"
            ) from e
        weights = open_settings(home).weights_dir
        sys.argv = [f"bench.{name}", "--weights", str(weights), *(["--json"] if as_json else [])]
        module.main()
