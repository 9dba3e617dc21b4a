"""sayso serve: the studio's pages."""

from __future__ import annotations

from typing import Annotated

import typer

from studio.cli.session import FAILED, HomeOption, JsonOption, complain, open_wiring, plain_errors, say, say_json


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: sayso serve --port 8000")(serve)


def serve(
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="The port to listen on.")] = 8000,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open the studio in a browser; takes run in the same process."""
    with plain_errors():
        try:
            from importlib import import_module  # noqa: PLC0415 - keeps --help fast

            pages = import_module("studio.web.app")
        except ModuleNotFoundError as e:
            if e.name is None or not e.name.startswith("studio.web"):
                raise
            complain("sayso: the studio's pages are not part of this build yet; use sayso produce meanwhile")
            raise typer.Exit(FAILED) from e
        import uvicorn  # noqa: PLC0415 - keeps --help fast

        wiring = open_wiring(home)
        address = f"http://{host}:{port}"
        if as_json:
            say_json({"url": address, "home": str(wiring.settings.home)})
        else:
            say(f"the studio is open at {address} (Ctrl-C closes it)")
        uvicorn.run(pages.create_app(wiring), host=host, port=port, log_level="warning")
