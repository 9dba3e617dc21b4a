"""sayso markets …: what each jurisdiction asks of a label."""

from __future__ import annotations

from typing import Annotated

import typer

from studio.cli.session import HomeOption, JsonOption, plain_errors, say, say_json

app = typer.Typer(
    no_args_is_help=True, help="Market profiles: the label rules of each jurisdiction, with their sources."
)


@app.command("list", epilog="Example: sayso markets list")
def list_(home: HomeOption = None, as_json: JsonOption = False) -> None:  # noqa: ARG001 - every command has --home
    """List the market profiles."""
    with plain_errors():
        from pipelines.disclosure.market import load_market, market_ids  # noqa: PLC0415 - keeps --help fast

        profiles = [load_market(one) for one in market_ids()]
        if as_json:
            say_json(
                {
                    "markets": [
                        {
                            "id": p.id,
                            "name": p.name,
                            "status": p.status,
                            "as_of": p.as_of.isoformat(),
                            "summary": p.summary,
                        }
                        for p in profiles
                    ]
                }
            )
            return
        for p in profiles:
            say(f"{p.id:<8} {p.name} ({p.status}, as of {p.as_of}): {p.summary}")


@app.command(epilog="Example: sayso markets show US-NY")
def show(
    market: Annotated[
        str, typer.Argument(metavar="MARKET", help='A territory, such as "FR" or "US-NY".', show_default=False)
    ],
    home: HomeOption = None,  # noqa: ARG001 - every command has --home
    as_json: JsonOption = False,
) -> None:
    """Show the rules that apply in a market, with their sources."""
    with plain_errors():
        from pipelines.disclosure.market import load_market  # noqa: PLC0415 - keeps --help fast

        profile = load_market(market)
        if as_json:
            say_json(profile.model_dump(mode="json"))
            return
        say(f"{profile.id}: {profile.name} ({profile.status}, as of {profile.as_of})\n{profile.summary}")
        for rule in profile.rules:
            say(f"- {rule.text}\n  {rule.source} {rule.url}")
        if profile.needs_counsel:
            say("Ask counsel before you rely on this profile.")
