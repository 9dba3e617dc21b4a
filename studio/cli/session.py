"""What every command shares: the home, the way to answer, and one sentence for each error."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from studio.settings import Settings
    from studio.wiring.root import Wiring

DONE, FAILED, WRONG_USE, REFUSED, NOT_VERIFIED = 0, 1, 2, 3, 4  # DESIGN's exit codes
STOPPED = 130  # what shells expect of a program that Ctrl-C ended

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="The studio's folder (default ~/.sayso, or SAYSO_HOME).", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines, and nothing else, on stdout.")]


def open_settings(home: Path | None) -> Settings:
    """Read the settings of this call."""
    from studio.settings import load_settings  # noqa: PLC0415 - keeps --help fast

    return load_settings(home, environ=os.environ)


def open_wiring(home: Path | None) -> Wiring:
    """Wire the studio of this call."""
    from studio.wiring.root import Wiring  # noqa: PLC0415 - keeps --help fast

    return Wiring(open_settings(home), environ=os.environ)


def say_json(value: object) -> None:
    """Print one JSON document."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """Print a line for people."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """Print a line on stderr."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn each error of ours into one sentence on stderr and DESIGN's exit code."""
    try:
        yield
    except typer.Exit:
        raise
    except KeyboardInterrupt:
        complain("stopped; the same command goes on where it stopped")
        raise typer.Exit(STOPPED) from None
    except Exception as e:
        code = _exit_code(e)
        if code is None:
            if os.environ.get("SAYSO_DEBUG") == "1":
                raise
            complain(f"sayso: {type(e).__name__}: {e}; run again with SAYSO_DEBUG=1 to see where")
            raise typer.Exit(FAILED) from e
        if os.environ.get("SAYSO_DEBUG") == "1":
            traceback.print_exc()
        complain(f"sayso: {e}")
        raise typer.Exit(code) from e


def _exit_code(error: Exception) -> int | None:
    from consent.errors import (  # noqa: PLC0415 - keeps --help fast
        ConsentError,
        ConsentRefusedError,
        ConsentStateError,
        FileInvalidError,
        KeyFileError,
    )
    from pipelines.errors import InputInvalidError, PipelineError  # noqa: PLC0415 - as above
    from studio.errors import InterruptedByPersonError, StudioError, UsageError  # noqa: PLC0415 - as above

    table: tuple[tuple[type[Exception], int], ...] = (
        (ConsentRefusedError, REFUSED),
        (ConsentStateError, WRONG_USE),
        (FileInvalidError, WRONG_USE),
        (KeyFileError, WRONG_USE),
        (UsageError, WRONG_USE),
        (InputInvalidError, WRONG_USE),
        (InterruptedByPersonError, STOPPED),
        (ConsentError, FAILED),
        (PipelineError, FAILED),
        (StudioError, FAILED),
    )
    return next((code for kind, code in table if isinstance(error, kind)), None)


def answer(value: object, *, as_json: bool, text: Callable[[], str]) -> None:
    """Print the value as JSON, or its text for people."""
    if as_json:
        say_json(value)
    else:
        say(text())
