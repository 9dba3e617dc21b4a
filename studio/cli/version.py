"""sayso version."""

from __future__ import annotations

import typer

from studio.cli.session import HomeOption, JsonOption, answer


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: sayso version")(version)


def version(home: HomeOption = None, as_json: JsonOption = False) -> None:  # noqa: ARG001 - every command has --home
    """Print the version."""
    from importlib.metadata import version as installed  # noqa: PLC0415 - keeps --help fast

    number = installed("sayso")
    answer({"version": number}, as_json=as_json, text=lambda: number)
