"""sayso consent …: acts on consent records."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.session import (
    REFUSED,
    HomeOption,
    JsonOption,
    answer,
    complain,
    open_wiring,
    plain_errors,
    say,
    say_json,
)

if TYPE_CHECKING:
    from studio.wiring.root import Wiring

app = typer.Typer(no_args_is_help=True, help="Consent records: draft, sign, approve, check, suspend, withdraw, export.")

IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The record's id, or its first digits.", show_default=False)
]
ReasonOption = Annotated[
    str, typer.Option("--reason", help="Why; only a salted hash of it enters the ledger.", show_default=False)
]


@app.command(epilog="Example: sayso consent new --from consent.toml")
def new(
    source: Annotated[Path, typer.Option("--from", metavar="FILE.toml", help="The terms.", show_default=False)],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """File a draft and print its record id. The pictures it names are hashed into it."""
    with plain_errors():
        envelope = open_wiring(home).acts.new(source)
        answer({"id": envelope.record_id, "status": "draft"}, as_json=as_json, text=lambda: envelope.record_id)


@app.command(epilog="Example: sayso consent sign 3fa1b2 --key subject.key")
def sign(
    record: IdArgument,
    key: Annotated[Path, typer.Option("--key", metavar="KEYFILE", help="The subject's key.", show_default=False)],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sign a record as its subject."""
    with plain_errors():
        from consent.keys import SigningKey  # noqa: PLC0415 - keeps --help fast

        wiring = open_wiring(home)
        record_id = wiring.records.resolve(record)
        signing = SigningKey.load(key)
        wiring.acts.sign(record_id, key=signing)
        answer(
            {"id": record_id, "signed_by": signing.key_id},
            as_json=as_json,
            text=lambda: (
                f"{record_id} is signed by {signing.key_id}; next: sayso consent approve {record_id[:12]} --as EMAIL"
            ),
        )


@app.command(epilog="Example: sayso consent approve 3fa1b2 --as legal@example.com --evidence contract.pdf")
def approve(
    record: IdArgument,
    approver: Annotated[str, typer.Option("--as", metavar="EMAIL", help="Who approves.", show_default=False)],
    evidence: Annotated[
        Path | None,
        typer.Option(
            "--evidence", metavar="FILE", help="A signed contract; it is kept in the home.", show_default=False
        ),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Approve (countersign) a signed record with the company's key."""
    with plain_errors():
        wiring = open_wiring(home)
        record_id = wiring.records.resolve(record)
        envelope = wiring.acts.approve(record_id, approver=approver, evidence=evidence)
        level = wiring.dossiers.show(record_id)["assurance"]
        answer(
            {"id": record_id, "approved_by": approver, "approvals": len(envelope.approvals), "assurance": level},
            as_json=as_json,
            text=lambda: f"{record_id} is approved by {approver}; assurance: {level or 'none yet'}",
        )


@app.command(
    "approve-script", epilog="Example: sayso consent approve-script 3fa1b2 --text script.txt --key subject.key"
)
def approve_script(
    record: IdArgument,
    text: Annotated[
        Path, typer.Option("--text", metavar="FILE", help="The script, word for word, in UTF-8.", show_default=False)
    ],
    key: Annotated[
        Path | None, typer.Option("--key", metavar="KEYFILE", help="The subject's key.", show_default=False)
    ] = None,
    approver: Annotated[
        str | None,
        typer.Option("--as", metavar="EMAIL", help="Who approves, with the company's key.", show_default=False),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Approve one script of a record that asks for it. A single newline at the end of the file does not count."""
    with plain_errors():
        from consent.grant import Sha256Hex  # noqa: PLC0415 - keeps --help fast
        from consent.keys import SigningKey  # noqa: PLC0415 - as above
        from pipelines.voice.markup.agreed import agreed_text  # noqa: PLC0415 - as above
        from studio.errors import UsageError  # noqa: PLC0415 - as above

        if (key is None) == (approver is None):
            raise UsageError(
                "give --key KEYFILE (the subject approves) or --as EMAIL (the company approves); one of the two"
            )
        try:
            script = text.read_text(encoding="utf-8").removesuffix("\n")
        except (OSError, UnicodeDecodeError) as e:
            raise UsageError(f"cannot read the script {text}: {e}") from e
        wiring = open_wiring(home)
        record_id = wiring.records.resolve(record)
        digest = Sha256Hex(hashlib.sha256(agreed_text(script).encode()).hexdigest())
        signing = None if key is None else SigningKey.load(key)
        wiring.acts.approve_script(record_id, script_sha256=digest, approver=approver or "subject", key=signing)
        answer(
            {"id": record_id, "script_sha256": digest},
            as_json=as_json,
            text=lambda: f"the script {digest[:12]} is approved for {record_id}",
        )


@app.command(epilog='Example: sayso consent suspend 3fa1b2 --reason "contract under review"')
def suspend(record: IdArgument, reason: ReasonOption, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Stop every use of a record until it is resumed."""
    with plain_errors():
        wiring = open_wiring(home)
        record_id = wiring.records.resolve(record)
        wiring.acts.suspend(record_id, reason=reason)
        answer({"id": record_id, "status": "suspended"}, as_json=as_json, text=lambda: f"{record_id} is suspended")


@app.command(epilog='Example: sayso consent resume 3fa1b2 --reason "review is over"')
def resume(record: IdArgument, reason: ReasonOption, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Let use go on after a suspension."""
    with plain_errors():
        wiring = open_wiring(home)
        record_id = wiring.records.resolve(record)
        wiring.acts.resume(record_id, reason=reason)
        answer({"id": record_id, "status": "resumed"}, as_json=as_json, text=lambda: f"{record_id} is resumed")


@app.command(epilog='Example: sayso consent revoke 3fa1b2 --reason "the subject withdrew"')
def revoke(record: IdArgument, reason: ReasonOption, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Withdraw a consent for ever: running takes stop, unreleased ones are destroyed."""
    with plain_errors():
        wiring = open_wiring(home)
        record_id = wiring.records.resolve(record)
        wiring.acts.revoke(record_id, reason=reason)
        take_down = wiring.take_down(record_id)
        sent = _send_notices(wiring)
        lines = [f"{record_id} is withdrawn"]
        lines += [
            f"tell the owner of {channel} to take down: {', '.join(takes)}" for channel, takes in take_down.items()
        ]
        answer(
            {"id": record_id, "status": "revoked", "take_down": take_down, "notices": sent},
            as_json=as_json,
            text=lambda: "\n".join(lines),
        )


def _send_notices(wiring: Wiring) -> dict[str, int] | None:
    """Send what is due now; None, and a sentence, if that cannot be tried. The withdrawal stands in any case."""
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - keeps --help fast

    from studio.errors import StudioError  # noqa: PLC0415 - as above

    try:
        sent = wiring.keeping.postman.send_due()
    except (StudioError, SQLAlchemyError, OSError, ValueError) as e:
        complain(f"sayso: the notices were not sent ({e}); mend it, then: sayso consent notices --again")
        return None
    if sent.failed or sent.held:
        complain("sayso: some notices were not sent; see: sayso consent notices")
    return {"sent": sent.sent, "failed": sent.failed, "held": sent.held}


@app.command(epilog="Example: sayso consent show 3fa1b2 --json")
def show(record: IdArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show a record with its signatures, approvals and history."""
    with plain_errors():
        wiring = open_wiring(home)
        found = wiring.dossiers.show(wiring.records.resolve(record))
        if as_json:
            say_json(found)
        else:
            from studio.cli.tables import show_record  # noqa: PLC0415 - keeps --help fast

            show_record(found)


@app.command("list", epilog="Example: sayso consent list")
def list_(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List every record of this home."""
    with plain_errors():
        lines = open_wiring(home).dossiers.all()
        if as_json:
            say_json({"records": lines})
        else:
            from studio.cli.tables import show_records  # noqa: PLC0415 - keeps --help fast

            show_records(lines)


@app.command(epilog="Example: sayso consent check 3fa1b2 --brief brief.toml --json")
def check(
    record: IdArgument,
    brief: Annotated[Path, typer.Option("--brief", metavar="BRIEF.toml", help="The brief.", show_default=False)],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Explain, clause by clause, what a record says to a brief. Nothing is rendered."""
    with plain_errors():
        from studio.campaigns.brief import read_brief  # noqa: PLC0415 - keeps --help fast

        wiring = open_wiring(home)
        result = wiring.checker.check(wiring.records.resolve(record), read_brief(brief))
        if as_json:
            say_json(result.report)
        else:
            from studio.cli.tables import show_check  # noqa: PLC0415 - keeps --help fast

            show_check(result.report)
        if not result.all_granted:
            raise typer.Exit(REFUSED)


@app.command(epilog="Example: sayso consent export 3fa1b2 --out dossier.zip")
def export(
    record: IdArgument,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The zip file to write.", show_default=False)],
    with_evidence: Annotated[
        bool, typer.Option("--with-evidence", help="Put the statement and contracts in as well.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a dossier that anyone can check: record, signatures, ledger entries with their proofs."""
    with plain_errors():
        wiring = open_wiring(home)
        record_id = wiring.records.resolve(record)
        wiring.dossiers.export(record_id, out=out, with_evidence=with_evidence)
        if as_json:
            say_json({"id": record_id, "path": str(out)})
        else:
            say(str(out))
