"""sayso doctor: is everything here that takes need?"""

from __future__ import annotations

import typer

from studio.cli.session import FAILED, HomeOption, JsonOption, open_wiring, plain_errors, say, say_json


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: sayso doctor")(doctor)


def doctor(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Check this machine; every line that is not ok says what to do."""
    with plain_errors():
        from studio.wiring.checkup import check_machine  # noqa: PLC0415 - keeps --help fast

        findings = check_machine(open_wiring(home))
        is_well = all(one.state != "missing" for one in findings)
        if as_json:
            checks = [{"name": one.name, "state": one.state, "detail": one.detail} for one in findings]
            say_json({"ok": is_well, "checks": checks})
        else:
            for one in findings:
                say(f"{one.state:<8} {one.name:<12} {one.detail}")
        if not is_well:
            raise typer.Exit(FAILED)
