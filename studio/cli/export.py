"""sayso export: the package that a marketer uploads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studio.cli.session import HomeOption, JsonOption, open_wiring, plain_errors, say, say_json


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: sayso export c0ffee-01 --out packages")(export)


def export(  # noqa: PLR0917 - typer reads options from the signature
    take: Annotated[str, typer.Argument(metavar="TAKE", help="The id of a released take.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the package shall stand.")],
    channel: Annotated[
        str | None, typer.Option(help="Refuse if the take is for another channel.", show_default=False)
    ] = None,
    market: Annotated[
        str | None, typer.Option(help="Refuse if the take is for another market.", show_default=False)
    ] = None,
    locale: Annotated[
        str | None, typer.Option(help="Refuse if the take is in another language.", show_default=False)
    ] = None,
    language: Annotated[str, typer.Option(help="Of the disclosure sheet: en, de or fr.")] = "en",
    zipped: Annotated[bool, typer.Option("--zip", help="Write one .zip in place of a folder.")] = False,
    by: Annotated[str, typer.Option("--as", help="Who exports; stands in the log of acts.")] = "console",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the package of a released take: media as released, captions, thumbnail, disclosure sheet, checksums."""
    with plain_errors():
        from studio.exports.asked import Wanted  # noqa: PLC0415 - keeps --help fast

        exported = open_wiring(home).exporter.export(
            Wanted(
                take_id=take,
                out=out,
                channel=channel,
                market=market,
                locale=locale,
                language=language,
                zipped=zipped,
                by=by,
            )
        )
        if as_json:
            say_json(exported.to_json())
            return
        say(str(exported.path))
        say(f"thumbnail: {exported.thumbnail}")
        for check in exported.checks:
            if not check.holds:
                where = f" ({check.placement})" if check.placement else ""
                say(f"advice{where}: {check.what} is {check.found}; {check.needed} is better")
