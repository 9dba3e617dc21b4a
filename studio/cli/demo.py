"""sayso demo: the demo campaign, from nothing to finished files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studio.cli.session import HomeOption, JsonOption, complain, open_wiring, plain_errors, say


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: sayso demo --out demo-out")(demo)


def demo(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to copy the finished ads.")] = Path(
        "demo-out"
    ),
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Render the demo campaign: one fictional presenter, one script, nine languages. Asks nothing."""
    with plain_errors():
        from studio.campaigns.brief import read_brief  # noqa: PLC0415 - keeps --help fast
        from studio.cli.campaign import report, require_writable, run_brief  # noqa: PLC0415 - as above
        from studio.cli.models import pull_with_progress  # noqa: PLC0415 - as above
        from studio.wiring.demo import write_demo  # noqa: PLC0415 - as above

        require_writable(out)
        wiring = open_wiring(home)
        weights = wiring.weights
        missing = tuple(one for one in weights.default_ids if weights.state(one) != "installed")
        if missing:
            if not as_json:
                complain(f"fetching {len(missing)} model cards into {weights.root}, once")
            pull_with_progress(weights, missing, quietly=as_json)
        result = run_brief(wiring, read_brief(write_demo(wiring)), out=out, quietly=as_json)
        report(result, as_json=as_json)
        if not as_json:
            say("open the studio: make serve")
        raise typer.Exit(result.exit_code)
