"""sayso consent sweep, notices, certificate: what is destroyed on time, and who is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.session import FAILED, HomeOption, JsonOption, answer, open_wiring, plain_errors

if TYPE_CHECKING:
    from studio.consents.destruction import DestructionCertificate
    from studio.retention.sweep import SweepReport
    from studio.store.outbox import Queued

_HASH = r"[0-9a-f]{64}"


def add_to(app: typer.Typer) -> None:
    """Add the commands to ``sayso consent``."""
    app.command(epilog="Example: sayso consent sweep")(sweep)
    app.command(epilog="Example: sayso consent notices --again")(notices)
    app.command(epilog="Example: sayso consent certificate 3fa1b2 --out certificate.pdf")(certificate)


def sweep(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Destroy what has reached the end of its time, give notice of what ends soon, send what waits.

    A server does this each night; where none runs, run it daily.
    """
    with plain_errors():
        from studio.wiring.keeping import open_keeping  # noqa: PLC0415 - keeps --help fast

        wiring = open_wiring(home)
        report = open_keeping(wiring).sweeper.sweep(wiring.clock())
        answer(report.to_json(), as_json=as_json, text=lambda: _swept(report))
        if report.troubles:
            raise typer.Exit(FAILED)


def notices(
    again: Annotated[
        bool, typer.Option("--again", help="Try everything once more that failed or was given up.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the notices that wait or failed, and send what is due."""
    with plain_errors():
        from studio.wiring.keeping import open_keeping  # noqa: PLC0415 - keeps --help fast

        wiring = open_wiring(home)
        keeping = open_keeping(wiring)
        if again:
            keeping.outbox.again(at=wiring.clock())
        keeping.postman.send_due()
        unsent = [one for one in keeping.outbox.all() if one.state != "sent"]
        answer(
            {"unsent": [_as_json(one) for one in unsent]},
            as_json=as_json,
            text=lambda: "\n".join(map(_line, unsent)) or "every notice was sent",
        )
        if any(one.state == "given_up" for one in unsent):
            raise typer.Exit(FAILED)


def certificate(
    record: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="The record's id, or its first digits; once it is erased, its public hash.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="FILE",
            help="FILE.pdf: one page for people each (FILE-1.pdf ... if there are more). Else the signed JSON.",
            show_default=False,
        ),
    ],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the certificates of what was destroyed of a record, each signed with the company's key."""
    with plain_errors():
        from consent.grant import Sha256Hex  # noqa: PLC0415 - keeps --help fast
        from studio.errors import NotFoundError  # noqa: PLC0415 - as above
        from studio.wiring.keeping import open_keeping  # noqa: PLC0415 - as above

        wiring = open_wiring(home)
        shelf = open_keeping(wiring).destruction.certificates
        # A record that was erased is known by its public hash alone, and in no language.
        found, language = shelf.of(Sha256Hex(record)) if re.fullmatch(_HASH, record) else (), "en"
        if not found:
            record_id = wiring.records.resolve(record)
            envelope = wiring.records.find(record_id)
            name = None if envelope is None else envelope.public_hash
            found = () if name is None else shelf.of(name)
            language = language if envelope is None else envelope.record().subject.language
        if not found:
            raise NotFoundError(f"nothing of {record} was destroyed yet, so there is no certificate")
        paths = _write(out, found, language=language, fonts=wiring.weights.path)
        answer(
            {"id": record, "path": str(paths[0]), "paths": list(map(str, paths)), "certificates": len(found)},
            as_json=as_json,
            text=lambda: "\n".join(map(str, paths)),
        )


def _write(
    out: Path, found: tuple[DestructionCertificate, ...], *, language: str, fonts: Callable[[str, str], Path]
) -> tuple[Path, ...]:
    """Write the certificates; returns the files."""
    if out.suffix.lower() != ".pdf":
        out.write_bytes(b"\n".join(one.to_bytes() for one in found) + b"\n")
        return (out,)
    from studio.paper.destruction import destruction_pdf  # noqa: PLC0415 - loads fonts

    paths = []
    for one in found:
        path = out if len(found) == 1 else out.with_name(f"{out.stem}-{one.number}{out.suffix}")
        path.write_bytes(destruction_pdf(one, language=language, fonts=fonts))
        paths.append(path)
    return tuple(paths)


def _swept(report: SweepReport) -> str:
    lines = [f"{record_id[:12]}: {count} destroyed" for record_id, count in report.destroyed.items()]
    lines += [f"{record_id[:12]}: ends soon" for record_id in report.expiring]
    lines += [f"{name[:12]}: forgotten" for name in report.forgotten]
    sent = report.sent
    lines.append(f"notices: {sent.sent} sent, {sent.failed} failed, {sent.held} wait for a way to send")
    lines += [f"not done: {trouble}" for trouble in report.troubles]
    return "\n".join(lines)


def _line(queued: Queued) -> str:
    to = queued.message.recipient or queued.message.channel
    state = "given up" if queued.state == "given_up" else "waits"
    return f"{state}: to {to}: {queued.message.subject}" + (f" ({queued.error})" if queued.error else "")


def _as_json(queued: Queued) -> dict[str, object]:
    return {
        "channel": queued.message.channel,
        "recipient": queued.message.recipient,
        "subject": queued.message.subject,
        "state": queued.state,
        "attempts": queued.attempts,
        "error": queued.error,
    }
