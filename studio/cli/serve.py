"""sayso serve: the studio's pages."""

from __future__ import annotations

import socket
from typing import Annotated

import typer

from studio.cli.session import HomeOption, JsonOption, complain, open_wiring, plain_errors, say, say_json
from studio.errors import UsageError

ALONE = (
    "the link works once; Ctrl-C closes the studio\n"
    "more than one of you? open the link, then /sign-in/first: it makes an admin's account, and everybody signs in"
)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: sayso serve --port 8000")(serve)


def serve(
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="The port to listen on; 0 takes a free one.")] = 7860,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open the studio in a browser; takes run in the same process."""
    with plain_errors():
        import uvicorn  # noqa: PLC0415 - keeps --help fast

        from studio.wiring.serving import serving  # noqa: PLC0415 - loads gradio: seconds

        wiring = open_wiring(home)
        listener = _listen(host, port)
        # Browsers treat localhost as a secure place, 127.0.0.1 not everywhere.
        name = "localhost" if host == "127.0.0.1" else host
        address = f"http://{name}:{listener.getsockname()[1]}"
        names = tuple(sorted({host, "127.0.0.1", "localhost"}))
        with serving(wiring, announce=lambda path: complain(f"open {address}{path}"), hosts=names) as served:
            link = address + served.start_path
            if as_json:
                say_json({"url": link, "home": str(wiring.settings.home)})
            else:
                note = ALONE if served.is_start_link else "Ctrl-C closes the studio"
                say(f"the studio is open: {link}\n{note}")
            uvicorn.Server(uvicorn.Config(served.app, log_level="warning")).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as e:
        raise UsageError(f"cannot listen on {host}:{port} ({e.strerror}); choose another with --port") from e
