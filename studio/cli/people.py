"""sayso people …: who of the company may come in, and as what."""

from __future__ import annotations

from typing import Annotated

import typer

from studio.cli.session import HomeOption, JsonOption, answer, open_wiring, plain_errors, say, say_json

app = typer.Typer(
    no_args_is_help=True, help="People of the company: invite them with a link of their own, list, remove."
)

EmailArgument = Annotated[str, typer.Argument(metavar="EMAIL", help="The person's address.", show_default=False)]


@app.command(epilog="Example: sayso people invite ada@example.com --role legal")
def invite(
    email: EmailArgument,
    role: Annotated[str, typer.Option("--role", help="legal (reviews and approves) or marketer.")] = "marketer",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a start link for one person: it works once, within seven days, and is shown only now."""
    with plain_errors():
        link = open_wiring(home).people.invite(email, role=role)
        until = link.expires_at.date().isoformat()
        answer(
            {"email": link.person.email, "role": link.person.role, "path": link.path, "expires": until},
            as_json=as_json,
            text=lambda: (
                f"{link.person.email} comes in as {link.person.role} by the studio's address followed by\n{link.path}\n"
                f"the link works once, until {until}; it is not shown again"
            ),
        )


@app.command("list", epilog="Example: sayso people list")
def list_(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List everybody who was invited."""
    with plain_errors():
        members = open_wiring(home).people.all()
        if as_json:
            lines = [
                {"email": one.email, "role": one.role, "state": one.state, "since": one.since.isoformat()}
                for one in members
            ]
            say_json({"people": lines})
        elif not members:
            say("nobody was invited yet; sayso people invite EMAIL --role legal makes a link")
        else:
            from studio.cli.review_tables import show_people  # noqa: PLC0415 - keeps --help fast

            show_people(members)


@app.command(epilog="Example: sayso people remove ada@example.com")
def remove(email: EmailArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Take a person off the list; they are out at once, wherever they are signed in."""
    with plain_errors():
        open_wiring(home).people.remove(email)
        answer({"email": email, "state": "removed"}, as_json=as_json, text=lambda: f"{email} is out")
