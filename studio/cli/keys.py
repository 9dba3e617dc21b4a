"""sayso keys …: Ed25519 keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studio.cli.session import HomeOption, JsonOption, answer, plain_errors

app = typer.Typer(no_args_is_help=True, help="Signing keys.")


@app.callback()
def keys() -> None:
    """Signing keys."""


@app.command(epilog="Example: sayso keys new --out subject.key")
def new(
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="Where to write the private key (0600).", show_default=False)
    ],
    home: HomeOption = None,  # noqa: ARG001 - every command has --home
    as_json: JsonOption = False,
) -> None:
    """Make an Ed25519 key and print the id of its public key."""
    with plain_errors():
        from consent.keys import SigningKey  # noqa: PLC0415 - keeps --help fast

        key = SigningKey.generate()
        key.write(out)
        answer(
            {"key_id": key.key_id, "public_key": key.public_key.hex, "path": str(out)},
            as_json=as_json,
            text=lambda: key.key_id,
        )
