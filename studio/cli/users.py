"""sayso users …: who may come in, as what, from where; and what is on record of it. ``sayso people`` is the same."""

from __future__ import annotations

from typing import Annotated

import typer

from studio.cli.session import (
    FAILED,
    HomeOption,
    JsonOption,
    answer,
    complain,
    open_wiring,
    plain_errors,
    say,
    say_json,
)

app = typer.Typer(no_args_is_help=True, help="Accounts: invite, list, remove, reset, sessions, and the log.")
people = typer.Typer(no_args_is_help=True, help="The same as sayso users: invite people, list them, remove them.")

EmailArgument = Annotated[str, typer.Argument(metavar="EMAIL", help="The person's address.", show_default=False)]


@people.command(epilog="Example: sayso people invite ada@example.com --role legal")
@app.command(epilog="Example: sayso users invite ada@example.com --role legal")
def invite(
    email: EmailArgument,
    role: Annotated[
        str, typer.Option("--role", help="marketer, legal (reviews and approves), admin, or viewer (opens files).")
    ] = "marketer",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a link for one person: it works once, within seven days, and is shown only now."""
    with plain_errors():
        link = open_wiring(home).accounts.invite(email, role=role)
        until = link.expires_at.date().isoformat()
        answer(
            {"email": link.person.email, "role": link.person.role, "path": link.path, "expires": until},
            as_json=as_json,
            text=lambda: (
                f"{link.person.email} comes in as {link.person.role} by the studio's address followed by\n{link.path}\n"
                f"the link works once, until {until}; it is not shown again"
            ),
        )


@people.command("list", epilog="Example: sayso people list")
@app.command("list", epilog="Example: sayso users list")
def list_(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List everybody who was invited."""
    with plain_errors():
        listed = open_wiring(home).accounts.all()
        if as_json:
            lines = [
                {
                    "email": one.email,
                    "role": one.role,
                    "state": one.state,
                    "second_factor": one.has_second_factor,
                    "since": one.since.isoformat(),
                }
                for one in listed
            ]
            say_json({"people": lines})
        elif not listed:
            say("nobody was invited yet; sayso users invite EMAIL --role admin makes a link")
        else:
            from studio.cli.users_tables import show_people  # noqa: PLC0415 - keeps --help fast

            show_people(listed)


@people.command(epilog="Example: sayso people remove ada@example.com")
@app.command(epilog="Example: sayso users remove ada@example.com")
def remove(email: EmailArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Take a person off the list; they are out at once, wherever they are signed in."""
    with plain_errors():
        open_wiring(home).accounts.remove(email)
        answer({"email": email, "state": "removed"}, as_json=as_json, text=lambda: f"{email} is out")


@app.command(epilog="Example: sayso users reset ada@example.com --second-factor")
def reset(
    email: EmailArgument,
    second_factor: Annotated[
        bool, typer.Option("--second-factor", help="The second factor is set up anew as well: the device is lost.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a link to set a new password: it works once, within a day; using it ends the person's sessions."""
    with plain_errors():
        link = open_wiring(home).accounts.reset(email, with_second_factor=second_factor)
        until = link.expires_at.isoformat(timespec="minutes")
        answer(
            {"email": link.email, "path": link.path, "expires": until},
            as_json=as_json,
            text=lambda: (
                f"{link.email} sets a new password at the studio's address followed by\n{link.path}\n"
                f"the link works once, until {until}; it is not shown again"
            ),
        )


@app.command(epilog="Example: sayso users sessions")
def sessions(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List who is signed in."""
    with plain_errors():
        found = open_wiring(home).accounts.open_sessions()
        if as_json:
            lines = [
                {
                    "id": one.id,
                    "email": one.email,
                    "began": one.began_at.isoformat(),
                    "expires": one.expires_at.isoformat(),
                }
                for one in found
            ]
            say_json({"sessions": lines})
        elif not found:
            say("nobody is signed in with an account")
        else:
            from studio.cli.users_tables import show_sessions  # noqa: PLC0415 - keeps --help fast

            show_sessions(found)


@app.command("end-session", epilog="Example: sayso users end-session 3fa9c1")
def end_session(
    name: Annotated[str, typer.Argument(metavar="SESSION", help="The id that sayso users sessions lists.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """End one session; its browser is out with its next request."""
    with plain_errors():
        ended = open_wiring(home).accounts.end_session(name)
        answer(
            {"id": ended.id, "email": ended.email, "state": "ended"},
            as_json=as_json,
            text=lambda: f"the session {ended.id} of {ended.email} has ended",
        )


@app.command(epilog="Example: sayso users audit --json")
def audit(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List sign-ins and changes, oldest first, and check that none was altered or taken out (exit code 1 if so)."""
    with plain_errors():
        from studio.store.audit import first_broken  # noqa: PLC0415 - keeps --help fast

        rows = open_wiring(home).accounts.log()
        broken = first_broken(rows)
        newest = rows[-1].sha256 if rows else None
        if as_json:
            lines = [
                {
                    "position": row.position,
                    "at": row.event.at.isoformat(),
                    "actor": row.event.actor,
                    "action": row.event.action,
                    "about": row.event.about,
                    "origin": row.event.origin,
                    "sha256": row.sha256,
                }
                for row in rows
            ]
            say_json({"log": lines, "newest": newest, "first_broken": broken})
        else:
            from studio.cli.users_tables import show_log  # noqa: PLC0415 - keeps --help fast

            show_log(rows)
            if broken is None:
                say(f"{len(rows)} entries, the chain holds; the newest is {newest}")
        if broken is not None:
            complain(f"sayso: entry {broken} was changed, or one before it taken out; compare with a backup")
            raise typer.Exit(FAILED)


@app.command(epilog="Example: sayso users token --name ci --scope campaigns:write --scope campaigns:read")
def token(
    name: Annotated[str, typer.Option("--name", help="By which you know it again.", show_default=False)],
    scope: Annotated[
        list[str], typer.Option("--scope", help="campaigns:read, campaigns:write, takes:read or verify; repeat it.")
    ],
    for_: Annotated[str, typer.Option("--for", metavar="EMAIL", help="Whose it is; it ends with them.")] = "console",
    days: Annotated[int, typer.Option("--days", help="How long it works.")] = 90,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a token for a program that uses the API; it is shown only now."""
    with plain_errors():
        made = open_wiring(home).tokens.make(name, email=for_, scopes=tuple(scope), days=days)
        until = made.row.expires_at.date().isoformat()
        answer(
            {"token": made.token, "id": made.row.id, "scopes": list(made.row.scopes), "expires": until},
            as_json=as_json,
            text=lambda: f"{made.token}\nworks until {until} for: {', '.join(made.row.scopes)}; it is not shown again",
        )


@app.command(epilog="Example: sayso users tokens")
def tokens(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List tokens; the tokens themselves are not kept."""
    with plain_errors():
        rows = open_wiring(home).tokens.all()
        if as_json:
            lines = [
                {
                    "id": one.id,
                    "name": one.name,
                    "for": one.email,
                    "scopes": list(one.scopes),
                    "expires": one.expires_at.isoformat(),
                    "is_revoked": one.revoked_at is not None,
                }
                for one in rows
            ]
            say_json({"tokens": lines})
        elif not rows:
            say("there is no token yet; sayso users token makes one")
        else:
            from studio.cli.users_tables import show_tokens  # noqa: PLC0415 - keeps --help fast

            show_tokens(rows)


@app.command("revoke-token", epilog="Example: sayso users revoke-token 3fa9c1d2e4b5")
def revoke_token(
    name: Annotated[str, typer.Argument(metavar="TOKEN-ID", help="The id that sayso users tokens lists.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a token at once."""
    with plain_errors():
        open_wiring(home).tokens.revoke(name)
        answer({"id": name, "state": "revoked"}, as_json=as_json, text=lambda: f"the token {name} opens nothing now")
