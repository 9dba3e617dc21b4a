"""sayso verify: what is this file?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studio.cli.session import NOT_VERIFIED, HomeOption, JsonOption, open_wiring, plain_errors, say, say_json


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: sayso verify ad.mp4 --json")(verify)


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="mp4, wav, mp3, png or jpg.", show_default=False)],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether a file was made here, whether it was altered, and whether its consent still stands."""
    with plain_errors():
        verdict = open_wiring(home).verify(file)
        if as_json:
            say_json(verdict.to_json())
        else:
            say(f"{verdict.verdict}: {verdict.summary}")
            if verdict.fingerprint.get("checked") is False:
                say(f"fingerprint and label are not checked: {verdict.fingerprint.get('reason')}")
        if verdict.verdict != "authentic":
            raise typer.Exit(NOT_VERIFIED)
