"""sayso request …: ask a person for consent, from the draft to the answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.session import HomeOption, JsonOption, answer, open_wiring, plain_errors

if TYPE_CHECKING:
    from studio.requests.links import Link
    from studio.requests.overview import RequestFile, RequestLine

app = typer.Typer(no_args_is_help=True, help="Requests for consent: draft, send, answer, change, follow.")

IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The request's id, or its beginning.", show_default=False)
]
ByOption = Annotated[str, typer.Option("--as", metavar="EMAIL", help="Who does it; it is written down.")]
CONSOLE = "console"


@app.command(epilog="Example: sayso request new --deal paid_talent --from consent.toml --as legal@example.com")
def new(
    deal: Annotated[
        str,
        typer.Option(
            "--deal",
            metavar="DEAL",
            help="employee_spokesperson, paid_talent, celebrity_endorsement, customer_testimonial or "
            "synthetic_performer.",
            show_default=False,
        ),
    ],
    source: Annotated[Path, typer.Option("--from", metavar="FILE.toml", help="The terms.", show_default=False)],
    by: ByOption = CONSOLE,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draft a request. What the file does not say is filled in from the deal's template. Nothing is sent."""
    with plain_errors():
        row = open_wiring(home).request_room.requests.draft(source, deal=deal, by=by)
        answer(
            {"id": row.id, "stage": "drafted"},
            as_json=as_json,
            text=lambda: f"{row.id} is drafted; next: sayso request send {row.id}",
        )


@app.command(epilog="Example: sayso request send r3fa1b2 --mail --as legal@example.com")
def send(
    request: IdArgument,
    by: ByOption = CONSOLE,
    guardian: Annotated[bool, typer.Option("--guardian", help="For the guardian, not for the subject.")] = False,
    valid_days: Annotated[int, typer.Option("--valid-days", help="How long the link waits to be opened.")] = 14,
    mail: Annotated[bool, typer.Option("--mail", help="Also mail it to the contact in the record.")] = False,
    qr: Annotated[
        Path | None, typer.Option("--qr", metavar="FILE.svg", help="Write a QR code.", show_default=False)
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a private link, and file the terms if they were not sent before. The link is shown once."""
    with plain_errors():
        room = open_wiring(home).request_room
        request_id = room.requests.requests.resolve(request)
        record = room.overview.show(request_id).record
        contact = record.guardian.contact if guardian and record.guardian is not None else record.subject.contact
        link = room.requests.send(
            request_id,
            by=by,
            party="guardian" if guardian else "subject",
            valid_days=valid_days,
            to=contact if mail else None,
        )
        if qr is not None:
            qr.write_text(link.qr_svg, encoding="utf-8")
        answer(
            _link(request_id, link), as_json=as_json, text=lambda: _link_text(link, mailed_to=contact if mail else "")
        )


@app.command("revoke-link", epilog="Example: sayso request revoke-link r3fa1b2 0f9c3b7a1d2e --as legal@example.com")
def revoke_link(
    request: IdArgument,
    link: Annotated[str, typer.Argument(metavar="LINK", help="The link's id.", show_default=False)],
    by: ByOption = CONSOLE,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a link, opened or not."""
    with plain_errors():
        room = open_wiring(home).request_room
        request_id = room.requests.requests.resolve(request)
        room.requests.revoke_link(request_id, link, by=by)
        answer(
            {"id": request_id, "link": link}, as_json=as_json, text=lambda: f"the link {link} opens nothing any more"
        )


@app.command("answer", epilog='Example: sayso request answer r3fa1b2 --message "agreed" --as legal@example.com')
def answer_(
    request: IdArgument,
    message: Annotated[str, typer.Option("--message", help="What the subject reads.")] = "",
    by: ByOption = CONSOLE,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question, or agree to a counter-offer: the same version goes back to the subject."""
    with plain_errors():
        room = open_wiring(home).request_room
        request_id = room.requests.requests.resolve(request)
        room.requests.hand_back(request_id, by=by, message=message)
        answer(
            {"id": request_id, "stage": "asked"},
            as_json=as_json,
            text=lambda: f"{request_id} is with the subject again",
        )


@app.command(epilog="Example: sayso request amend r3fa1b2 --set scope.max_takes=5 --as legal@example.com")
def amend(
    request: IdArgument,
    changes: Annotated[
        list[str],
        typer.Option("--set", metavar="PATH=JSON", help="A term and its new value; null removes.", show_default=False),
    ],
    message: Annotated[str, typer.Option("--message", help="What the subject reads.")] = "",
    by: ByOption = CONSOLE,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """File other terms as the next version, which the subject reads and signs again."""
    with plain_errors():
        room = open_wiring(home).request_room
        request_id = room.requests.requests.resolve(request)
        record = room.requests.amended(request_id, dict(map(_change, changes)))
        version = room.requests.new_version(request_id, record, by=by, message=message)
        answer(
            {"id": request_id, "version": version.version, "record_id": version.record_id},
            as_json=as_json,
            text=lambda: f"version {version.version} of {request_id} is with the subject",
        )


@app.command(epilog="Example: sayso request script r3fa1b2 --text script.txt --locale fr-FR --campaign Spring")
def script(
    request: IdArgument,
    text: Annotated[
        Path, typer.Option("--text", metavar="FILE", help="The script, word for word, in UTF-8.", show_default=False)
    ],
    locale: Annotated[str, typer.Option("--locale", help="The script's language.", show_default=False)],
    campaign: Annotated[str, typer.Option("--campaign", help="What it is for; the subject reads it.")] = "",
    by: ByOption = CONSOLE,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a script before the subject for approval. A single newline at the end of the file does not count."""
    with plain_errors():
        from pipelines.voice.markup.agreed import agreed_text  # noqa: PLC0415 - keeps --help fast
        from studio.errors import UsageError  # noqa: PLC0415 - keeps --help fast

        try:
            words = text.read_text(encoding="utf-8").removesuffix("\n")
        except (OSError, UnicodeDecodeError) as e:
            raise UsageError(f"cannot read the script {text}: {e}") from e
        room = open_wiring(home).request_room
        request_id = room.requests.requests.resolve(request)
        sha256 = room.requests.request_script(
            request_id, text=agreed_text(words), locale=locale, campaign=campaign, by=by
        )
        answer(
            {"id": request_id, "script_sha256": sha256},
            as_json=as_json,
            text=lambda: f"the script {sha256[:12]} waits on the subject's page",
        )


@app.command("list", epilog="Example: sayso request list")
def list_(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List every request of this home, newest first."""
    with plain_errors():
        lines = open_wiring(home).request_room.overview.list()
        answer(
            {"requests": [_line(one) for one in lines]},
            as_json=as_json,
            text=lambda: "\n".join(map(_line_text, lines)) or "no requests yet; sayso request new drafts one",
        )


@app.command(epilog="Example: sayso request show r3fa1b2 --json")
def show(request: IdArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show a request: its versions, links, messages, attempts and acts."""
    with plain_errors():
        room = open_wiring(home).request_room
        found = room.overview.show(room.requests.requests.resolve(request))
        answer(_file(found), as_json=as_json, text=lambda: "\n".join(_file_lines(found)))


def _change(text: str) -> tuple[str, object]:
    from studio.errors import UsageError  # noqa: PLC0415 - keeps --help fast

    path, equals, value = text.partition("=")
    try:
        return path.strip(), json.loads(value)
    except ValueError as e:
        hint = 'scope.max_takes=5 or scope.channels=["web"]'
        raise UsageError(
            f"--set {text!r} is no path with a JSON value{'' if equals else ' (no =)'}; write {hint}"
        ) from e


def _link(request_id: str, link: Link) -> dict[str, object]:
    return {
        "id": request_id,
        "link": link.id,
        "party": link.party,
        "url": link.url,
        "expires_at": link.expires_at.isoformat(),
    }


def _link_text(link: Link, *, mailed_to: str) -> str:
    where = f"; it is on its way to {mailed_to}" if mailed_to else "; give it to that person alone"
    return f"{link.url}\nopens once, until {link.expires_at:%Y-%m-%d %H:%M} UTC{where}"


def _line(line: RequestLine) -> dict[str, object]:
    return {
        "id": line.id,
        "deal": line.deal,
        "stage": line.stage,
        "subject": line.subject,
        "description": line.description,
        "version": line.version,
        "record_id": line.record_id,
        "updated_at": line.updated_at.isoformat(),
    }


def _line_text(line: RequestLine) -> str:
    return f"{line.id}  {line.stage:<10}  v{line.version}  {line.deal:<22}  {line.subject}: {line.description}"


def _file(found: RequestFile) -> dict[str, object]:
    return {
        "id": found.request.id,
        "deal": found.request.deal,
        "stage": found.stage,
        "status": None if found.status is None else str(found.status),
        "record_id": found.record_id,
        "record": found.record.model_dump(mode="json", by_alias=True, exclude_none=True),
        "versions": [
            {"version": one.version, "record_id": one.record_id, "by": one.made_by, "at": one.created_at.isoformat()}
            for one in found.versions
        ],
        "links": [
            {
                "id": one.id,
                "party": one.party,
                "expires_at": one.expires_at.isoformat(),
                "opened": one.claimed_at is not None,
                "revoked": one.revoked_at is not None,
            }
            for one in found.links
        ],
        "messages": [{"by": one.author, "at": one.at.isoformat(), "text": one.text} for one in found.messages],
        "attempts": [
            {"at": one.received_at.isoformat(), "capture": one.capture, "refusal": one.refusal, "sha256": one.sha256}
            for one in found.attempts
        ],
        "acts": [
            {"at": one.at.isoformat(), "by": one.actor, "action": one.action, "reason": one.reason}
            for one in found.acts
        ],
    }


def _file_lines(found: RequestFile) -> list[str]:
    record = found.record
    return [
        f"{found.request.id}  {found.request.deal}  {found.stage}",
        f"{record.subject.name}: {record.scope.description}",
        *(f"version {one.version}  {one.record_id}  by {one.made_by}" for one in found.versions),
        *(
            f"link {one.id}  {one.party}  "
            + ("revoked" if one.revoked_at else "opened" if one.claimed_at else "not opened")
            for one in found.links
        ),
        *(f"{one.at:%Y-%m-%d %H:%M}  {one.author} wrote: {one.text}" for one in found.messages),
        *(
            f"{one.received_at:%Y-%m-%d %H:%M}  statement ({one.capture}) refused: {one.refusal}"
            for one in found.attempts
            if one.refusal
        ),
        *(f"{one.at:%Y-%m-%d %H:%M}  {one.actor}: {one.action}" for one in found.acts),
    ]
