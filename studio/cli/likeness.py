"""sayso likeness …: a consenting person's own voice and face, from recordings to a take that is made in them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.session import HomeOption, JsonOption, answer, open_wiring, plain_errors
from studio.errors import UsageError

if TYPE_CHECKING:
    from pipelines.avatar.footage.report import FootageReport
    from studio.likenesses.desk import LikenessDesk
    from studio.likenesses.listening import Report
    from studio.store.likenesses import LikenessRow, LikenessVersion

app = typer.Typer(no_args_is_help=True, help="Likenesses: a consenting person's own voice, and twin.")

IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The likeness's id, or its beginning.", show_default=False)
]
ByOption = Annotated[str, typer.Option("--as", metavar="EMAIL", help="Who does it; it is written down.")]
CONSOLE = "console"


@app.command(epilog="Example: sayso likeness enrol --consent 3fa1b2 --voice recordings --language fr")
def enrol(
    consent: Annotated[
        str,
        typer.Option("--consent", metavar="ID", help="The record that allows it (its beginning).", show_default=False),
    ],
    voice: Annotated[
        Path | None,
        typer.Option(
            "--voice",
            metavar="DIR",
            help="Recordings that the record binds; NAME.txt beside NAME.wav is what is said in it. Without it: what "
            "the person recorded on their own page.",
            show_default=False,
        ),
    ] = None,
    footage: Annotated[
        Path | None,
        typer.Option(
            "--footage",
            metavar="FILE",
            help="A film of the person that the record binds: a twin is trained from it, in place of a voice.",
            show_default=False,
        ),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option("--language", metavar="TAG", help="Default: the subject's language.", show_default=False),
    ] = None,
    by: ByOption = CONSOLE,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fit a voice to a person's recordings, or train a twin from footage: minutes. Legal lets it be used afterwards.

    What is not good enough is refused, with what to record or film again; then nothing of it is kept.
    """
    with plain_errors():
        from studio.wiring.likenesses import open_likenesses  # noqa: PLC0415 - keeps --help fast

        wiring = open_wiring(home)
        room = open_likenesses(wiring)
        record_id = wiring.records.resolve(consent)
        if footage is not None and (voice is not None or language is not None):
            raise UsageError("a twin needs no --voice and no --language; enrol the voice by a call of its own")
        with _reporting(quietly=as_json) as report:
            if footage is not None:
                row = room.filming.enrol(record_id, footage=footage, by=by, report=report)
            else:
                row = room.enrolling.enrol(record_id, voice=voice, language=language, by=by, report=report)
        answer(_row(row, room.desk), as_json=as_json, text=lambda: _enrolled(row))


@app.command(epilog="Example: sayso likeness train --consent 3fa1b2")
def train(
    consent: Annotated[
        str,
        typer.Option("--consent", metavar="ID", help="The record that allows it (its beginning).", show_default=False),
    ],
    by: ByOption = CONSOLE,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train a twin from the footage that is kept: a training that was stopped or killed goes on."""
    with plain_errors():
        from studio.wiring.likenesses import open_likenesses  # noqa: PLC0415 - keeps --help fast

        wiring = open_wiring(home)
        room = open_likenesses(wiring)
        with _reporting(quietly=as_json) as report:
            row = room.filming.train(wiring.records.resolve(consent), by=by, report=report)
        answer(_row(row, room.desk), as_json=as_json, text=lambda: _enrolled(row))


@app.command(epilog="Example: sayso likeness check --consent 3fa1b2 --footage film.mp4")
def check(
    consent: Annotated[
        str,
        typer.Option("--consent", metavar="ID", help="The record that allows it (its beginning).", show_default=False),
    ],
    footage: Annotated[
        Path,
        typer.Option(
            "--footage", metavar="FILE", help="A film of the person, as the camera wrote it.", show_default=False
        ),
    ],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge footage of a person for a twin, and say what to film again. Nothing of it is kept.

    Exit code 1 where it is not good enough.
    """
    with plain_errors():
        from studio.wiring.filming import check_footage  # noqa: PLC0415 - keeps --help fast

        wiring = open_wiring(home)
        record_id = wiring.records.resolve(consent)
        with _reporting(quietly=as_json) as report:
            found = check_footage(wiring, record_id, footage, report=report)
        answer(_footage(found), as_json=as_json, text=lambda: "\n".join(_footage_lines(found)))
        raise typer.Exit(0 if found.is_good else 1)


@app.command("list", epilog="Example: sayso likeness list")
def list_(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List every likeness of this home."""
    with plain_errors():
        desk = _desk(home)
        rows = desk.all()
        answer(
            {"likenesses": [_row(row, desk) for row in rows]},
            as_json=as_json,
            text=lambda: "\n".join(_line(row, desk) for row in rows) or "no likenesses; sayso likeness enrol makes one",
        )


@app.command(epilog="Example: sayso likeness show l3fa1b2 --json")
def show(likeness: IdArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show a likeness: its versions, from what each was fitted, how good it is, who let it be used."""
    with plain_errors():
        desk = _desk(home)
        row = desk.find(likeness)
        answer(_row(row, desk), as_json=as_json, text=lambda: "\n".join(_lines(row, desk)))


@app.command(epilog='Example: sayso likeness preview l3fa1b2 --text "Good morning." --locale en-US --out previews')
def preview(
    likeness: IdArgument,
    text: Annotated[str, typer.Option("--text", help="What is said; 300 characters before legal's release.")],
    locale: Annotated[str, typer.Option("--locale", metavar="TAG", help="Its language, for example fr-FR.")],
    market: Annotated[
        str | None, typer.Option("--market", help="Default: the first that the consent names.", show_default=False)
    ] = None,
    channel: Annotated[
        str | None, typer.Option("--channel", help="Default: the first that the consent names.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where to copy the file.", show_default=False)
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try a likeness: a sound, or for a twin a small film; asked of the consent, labelled, signed, and on record."""
    with plain_errors():
        from studio.campaigns.previewing import preview_brief  # noqa: PLC0415 - keeps --help fast
        from studio.cli.campaign import report, run_brief  # noqa: PLC0415 - as above
        from studio.wiring.likenesses import open_likenesses  # noqa: PLC0415 - as above

        wiring = open_wiring(home)
        room = open_likenesses(wiring)
        row = room.desk.find(likeness)
        record, _ = room.desk.right[row.modality].require(row.record_id)
        with tempfile.TemporaryDirectory(prefix="sayso-preview-") as folder:
            brief = preview_brief(
                Path(folder),
                likeness=row,
                record=record,
                text=text,
                locale=locale,
                market=market,
                channel=channel,
            )
            result = run_brief(wiring, brief, out=out, quietly=as_json)
        report(result, as_json=as_json)
        raise typer.Exit(result.exit_code)


@app.command(epilog="Example: sayso likeness release l3fa1b2 --as legal@example.com")
def release(
    likeness: IdArgument,
    by: Annotated[str, typer.Option("--as", metavar="EMAIL", help="Who of legal does it.", show_default=False)],
    version: Annotated[
        int | None, typer.Option("--version", help="Default: the newest.", min=1, show_default=False)
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a likeness be used: from now on briefs that name it are made in this version."""
    with plain_errors():
        from studio.likenesses.gate import KEYS  # noqa: PLC0415 - keeps --help fast

        desk = _desk(home)
        row = desk.release(likeness, version=version, by=by)
        answer(
            _row(row, desk),
            as_json=as_json,
            text=lambda: f'{row.id} may be used; write {KEYS[row.modality]} = "{row.id}" into a brief',
        )


@app.command(epilog="Example: sayso likeness erase l3fa1b2 --as legal@example.com")
def erase(likeness: IdArgument, by: ByOption = CONSOLE, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Destroy a likeness with its recordings, for ever; takes in the making are stopped. The consent stands."""
    with plain_errors():
        desk = _desk(home)
        row = desk.find(likeness)
        count = desk.erase(row.id, by=by)
        answer(
            {"id": row.id, "erased": count},
            as_json=as_json,
            text=lambda: f"{row.id} is erased: {count} files; their keys are gone, so no copy can be read again",
        )


def _desk(home: Path | None) -> LikenessDesk:
    from studio.wiring.likenesses import open_likenesses  # noqa: PLC0415 - keeps --help fast

    return open_likenesses(open_wiring(home)).desk


@contextmanager
def _reporting(*, quietly: bool) -> Iterator[Report]:
    """A bar for each step, on stderr."""
    if quietly:
        yield lambda _step, _share: None
        return
    from rich.console import Console  # noqa: PLC0415 - keeps --help fast
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - as above

    columns = (TextColumn("{task.description:<8}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as progress:
        tasks: dict[str, TaskID] = {}

        def report(step: str, share: float) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(step, total=1.0)
            progress.update(tasks[step], completed=share)

        yield report


def _enrolled(row: LikenessRow) -> str:
    newest = row.versions[-1]
    locale = newest.language or "TAG"
    return (
        f"{row.id} version {newest.version} is enrolled from {_length(newest)}\n"
        f'try it:         sayso likeness preview {row.id} --locale {locale} --text "…"\n'
        f"let it be used: sayso likeness release {row.id} --as EMAIL"
    )


def _length(version: LikenessVersion) -> str:
    footage = version.report.get("footage")
    if isinstance(footage, Mapping):
        return f"{footage.get('seconds')} s of footage, score {footage.get('score')} of 1"
    return f"{version.report.get('speech_s')} s of speech"


def _footage(found: FootageReport) -> dict[str, object]:
    return {
        "is_good": found.is_good,
        "score": round(found.score, 3),
        "findings": [
            {"check": one.check, "severity": one.severity, "at_s": round(one.at_s, 2), "message": one.sentence}
            for one in found.findings
        ],
        "values": {check: value for check, value, _ in found.values},
        "not_measured": list(found.not_measured),
    }


def _footage_lines(found: FootageReport) -> list[str]:
    verdict = "good enough for a twin" if found.is_good else "not good enough for a twin"
    lines = [f"{verdict}; score {found.score:.2f} of 1"]
    lines += [f"{one.severity:<6}  {one.check}, {one.at_s:.1f} s: {one.sentence}" for one in found.findings]
    if found.not_measured:
        lines.append(f"not measured: {', '.join(found.not_measured)}")
    return lines


def _in_words(value: object) -> str:
    return ("; ".join(map(str, value)) or "none") if isinstance(value, list) else str(value)


def _row(row: LikenessRow, desk: LikenessDesk) -> dict[str, object]:
    return {
        "id": row.id,
        "consent": row.record_id,
        "modality": row.modality.value,
        "created_at": row.created_at.isoformat(),
        "versions": [_version(row, one, desk) for one in row.versions],
    }


def _version(row: LikenessRow, version: LikenessVersion, desk: LikenessDesk) -> dict[str, object]:
    return {
        "version": version.version,
        "state": desk.state(row, version),
        "language": version.language,
        "profile_sha256": version.profile_sha256,
        "recordings": len(version.recordings),
        "enrolled_at": version.enrolled_at.isoformat(),
        "enrolled_by": version.enrolled_by,
        "released_at": None if version.released_at is None else version.released_at.isoformat(),
        "released_by": version.released_by,
        "report": dict(version.report),
    }


def _line(row: LikenessRow, desk: LikenessDesk) -> str:
    newest = row.versions[-1]
    state = desk.state(row, newest)
    return (
        f"{row.id}  {row.modality:<5}  {state:<8}  v{newest.version}  {newest.language:<6}  "
        f"consent {row.record_id[:12]}"
    )


def _lines(row: LikenessRow, desk: LikenessDesk) -> list[str]:
    lines = [f"{row.id}  {row.modality}  under consent {row.record_id}"]
    for one in row.versions:
        let = f", let by {one.released_by}" if one.released_by else ""
        lines.append(
            f"version {one.version}  {desk.state(row, one)}  {one.language}  {len(one.recordings)} recordings, "
            f"{_length(one)}, by {one.enrolled_by} at {one.enrolled_at:%Y-%m-%d %H:%M}{let}"
        )
        for part in ("footage", "fit"):
            found = one.report.get(part)
            if isinstance(found, Mapping):
                lines += [f"  {name}: {_in_words(value)}" for name, value in found.items()]
    return lines
