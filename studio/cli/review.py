"""sayso review …: legal's side of a request, as on the pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.session import HomeOption, JsonOption, answer, open_wiring, plain_errors, say_json

if TYPE_CHECKING:
    from consent.grant import RecordId
    from studio.review.desk import ReviewDesk

app = typer.Typer(no_args_is_help=True, help="Legal's review of requests: queue, assessment, approval, suspension.")

IdArgument = Annotated[
    str, typer.Argument(metavar="REQUEST", help="The request's id, or its first letters.", show_default=False)
]
AsOption = Annotated[str, typer.Option("--as", metavar="EMAIL", help="Who acts.", show_default=False)]
ReasonOption = Annotated[
    str, typer.Option("--reason", help="Why; only a salted hash of it enters the ledger.", show_default=False)
]
MessageOption = Annotated[str, typer.Option("--message", help="What the person reads.", show_default=False)]


@app.command("list", epilog="Example: sayso review list --show waiting")
def list_(
    show: Annotated[str, typer.Option("--show", help="waiting, with_person, in_force, ended or all.")] = "waiting",
    deal: Annotated[str, typer.Option("--deal", help="Only this kind of deal.", show_default=False)] = "",
    flagged: Annotated[bool, typer.Option("--flagged", help="Only those with red flags.")] = False,
    older_than: Annotated[int, typer.Option("--older-than", help="Days in which nothing has happened.")] = 0,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List requests: what waits for legal first, and there the oldest first."""
    with plain_errors():
        from studio.errors import UsageError  # noqa: PLC0415 - keeps --help fast
        from studio.review.queue import SHOWN, Filter, pick  # noqa: PLC0415 - as above

        shown = next((one for one in SHOWN if one == show), None)
        if shown is None:
            raise UsageError(f"{show!r} is no list; choose from {', '.join(SHOWN)}")
        desk = open_wiring(home).review
        wanted = Filter(shown=shown, deal=deal, flagged=flagged, older_than_days=older_than)
        lines = pick(desk.reader.lines(), wanted, at=desk.clock())
        from studio.cli.review_tables import lines_json, show_queue  # noqa: PLC0415 - keeps --help fast

        if as_json:
            say_json({"requests": lines_json(lines)})
        else:
            show_queue(lines)


@app.command(epilog="Example: sayso review show r3fa1 --json")
def show(request: IdArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show a request: its words, flags, checks, approvals and history."""
    with plain_errors():
        desk = open_wiring(home).review
        case = desk.reader.case(_resolve(desk, request))
        from studio.cli.review_tables import case_json, show_case  # noqa: PLC0415 - keeps --help fast

        if as_json:
            say_json(case_json(case))
        else:
            show_case(case)


@app.command(epilog="Example: sayso review assess r3fa1 --answers answers.toml --as legal@example.com")
def assess(
    request: IdArgument,
    by: AsOption,
    answers: Annotated[
        Path,
        typer.Option(
            "--answers",
            metavar="FILE.toml",
            help="Tables dignity, sensitive_context, vulnerable_audiences, deception_risk and brand_fit, each with "
            "level (none, low, high) and text.",
            show_default=False,
        ),
    ],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer the impact assessment; it is signed with the company's key."""
    with plain_errors():
        from consent.assessment import Answers  # noqa: PLC0415 - keeps --help fast
        from consent.tomlfile import read_toml  # noqa: PLC0415 - as above

        read = read_toml(answers).validate(Answers)
        desk = open_wiring(home).review
        request_id = _resolve(desk, request)
        envelope = desk.acts.assess(request_id, record_id=_newest(desk, request_id), answers=read, by=by)
        digest = envelope.assessments[-1].sha256
        answer(
            {"request": request_id, "assessment_sha256": digest},
            as_json=as_json,
            text=lambda: f"{request_id} is assessed by {by}; next: sayso review approve {request_id} --as EMAIL",
        )


@app.command(epilog="Example: sayso review approve r3fa1 --as legal@example.com")
def approve(
    request: IdArgument,
    by: AsOption,
    evidence: Annotated[
        Path | None, typer.Option("--evidence", metavar="FILE", help="A signed contract.", show_default=False)
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Approve (countersign) the newest version as one person."""
    with plain_errors():
        desk = open_wiring(home).review
        request_id = _resolve(desk, request)
        desk.acts.approve(request_id, record_id=_newest(desk, request_id), by=by, evidence=evidence)
        after = desk.reader.case(request_id)
        needed = after.oversight.needed if after.oversight else 1
        given = after.oversight.given if after.oversight else 0
        answer(
            {"request": request_id, "approvals": given, "needed": needed, "status": str(after.status)},
            as_json=as_json,
            text=lambda: f"{request_id}: {given} of {needed} approvals; it is now {after.phase.replace('_', ' ')}",
        )


@app.command(
    "answer", epilog='Example: sayso review answer r3fa1 --message "Yes, without YouTube." --as legal@example.com'
)
def answer_(
    request: IdArgument, by: AsOption, message: MessageOption = "", home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Answer what the person asked, or agree to what they offered: the same version goes back to them."""
    with plain_errors():
        desk = open_wiring(home).review
        request_id = _resolve(desk, request)
        desk.acts.answer(request_id, record_id=_newest(desk, request_id), message=message, by=by)
        answer({"request": request_id}, as_json=as_json, text=lambda: f"{request_id} is with the person")


@app.command(epilog='Example: sayso review ask r3fa1 --message "The sound broke off." --as legal@example.com')
def ask(
    request: IdArgument, by: AsOption, message: MessageOption, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Ask for statement and signature again, on the same terms."""
    with plain_errors():
        desk = open_wiring(home).review
        request_id = _resolve(desk, request)
        version = desk.acts.ask_again(request_id, record_id=_newest(desk, request_id), message=message, by=by)
        answer(
            {"request": request_id, "version": version.version, "record": version.record_id},
            as_json=as_json,
            text=lambda: f"{request_id} is with the person again, as version {version.version}",
        )


@app.command(epilog='Example: sayso review suspend r3fa1 --reason "a complaint" --as legal@example.com')
def suspend(
    request: IdArgument, by: AsOption, reason: ReasonOption, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Stop every use of the version in force until it is resumed."""
    with plain_errors():
        desk = open_wiring(home).review
        request_id = _resolve(desk, request)
        desk.acts.suspend(request_id, reason=reason, by=by)
        answer({"request": request_id}, as_json=as_json, text=lambda: f"{request_id} is suspended")


@app.command(epilog='Example: sayso review resume r3fa1 --reason "settled" --as legal@example.com')
def resume(
    request: IdArgument, by: AsOption, reason: ReasonOption, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Let use go on after a suspension."""
    with plain_errors():
        desk = open_wiring(home).review
        request_id = _resolve(desk, request)
        desk.acts.resume(request_id, reason=reason, by=by)
        answer({"request": request_id}, as_json=as_json, text=lambda: f"{request_id} is in force again")


@app.command(epilog='Example: sayso review revoke r3fa1 --reason "no basis any more" --as legal@example.com')
def revoke(
    request: IdArgument, by: AsOption, reason: ReasonOption, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Withdraw the consent for ever: what runs stops, copies are destroyed."""
    with plain_errors():
        desk = open_wiring(home).review
        request_id = _resolve(desk, request)
        desk.acts.revoke(request_id, reason=reason, by=by)
        answer({"request": request_id}, as_json=as_json, text=lambda: f"{request_id} is withdrawn for ever")


def _resolve(desk: ReviewDesk, text: str) -> str:
    return desk.reader.requests.resolve(text)


def _newest(desk: ReviewDesk, request_id: str) -> RecordId:
    """The version that the links show now: at the command line, nobody has read another one."""
    from studio.errors import UsageError  # noqa: PLC0415 - keeps --help fast

    found = desk.reader.case(request_id).record_id
    if found is None:
        raise UsageError(f"request {request_id} was not sent yet; sayso request send {request_id}")
    return found
