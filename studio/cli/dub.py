"""sayso dub: a recording's words as a table; its translation, spoken at the same times.

The first call listens and writes the table, the second one speaks what somebody wrote into it: the same command twice.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.session import HomeOption, JsonOption, complain, open_wiring, plain_errors, say, say_json

if TYPE_CHECKING:
    from pipelines.voice.dubbing.table import DubTable
    from studio.campaigns.brief import Brief
    from studio.campaigns.result import ProduceResult
    from studio.wiring.root import Wiring

EXAMPLE = "Example: sayso dub original.wav --brief dub.toml --out dubs"


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog=EXAMPLE)(dub)


def dub(
    recording: Annotated[
        Path, typer.Argument(metavar="FILE", help="The original: sound, or a video with sound.", show_default=False)
    ],
    brief: Annotated[Path, typer.Option("--brief", metavar="BRIEF.toml", help="Consent, locales, formats wav or mp3.")],
    table: Annotated[
        Path | None,
        typer.Option(
            "--table", metavar="FILE", help="Lines and translations (default: FILE.dub.toml).", show_default=False
        ),
    ] = None,
    stem: Annotated[
        Path | None,
        typer.Option("--stem", metavar="FILE", help="Music and effects without speech, kept under the voice."),
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", help="The original's language, if the listener mistakes it.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Where to copy released files.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write down what a recording says; once translations stand in that table, speak them at the same times."""
    with plain_errors():
        from pipelines.voice.dubbing.table import read_table  # noqa: PLC0415 - keeps --help fast
        from studio.campaigns.brief import read_brief  # noqa: PLC0415 - as above
        from studio.campaigns.dubbing import dub_brief  # noqa: PLC0415 - as above
        from studio.cli.campaign import report, run_brief  # noqa: PLC0415 - as above

        wiring = open_wiring(home)
        asked = read_brief(brief)
        lines = table or recording.with_name(f"{recording.name}.dub.toml")
        if not lines.exists():
            made = _listen(wiring, recording, lines, asked, language=language, quietly=as_json)
            _tell_table(made, lines, as_json=as_json)
            return
        result = run_brief(wiring, dub_brief(asked, read_table(lines), stem=stem), out=out, quietly=as_json)
        if not as_json:
            _tell_lines(wiring, result)
        report(result, as_json=as_json)
        raise typer.Exit(result.exit_code)


def _listen(
    wiring: Wiring, recording: Path, lines: Path, brief: Brief, *, language: str | None, quietly: bool
) -> DubTable:
    from rich.console import Console  # noqa: PLC0415 - keeps --help fast
    from rich.progress import Progress  # noqa: PLC0415 - as above

    from pipelines.intake.recording import read_sound  # noqa: PLC0415 - as above
    from pipelines.speech.passages import PassageListener  # noqa: PLC0415 - as above
    from pipelines.voice.dubbing.listening import listen_for_dub  # noqa: PLC0415 - as above
    from pipelines.voice.dubbing.table import write_table  # noqa: PLC0415 - as above

    audio = read_sound(recording)
    with Progress(console=Console(stderr=True), disable=quietly) as bars:
        bar = bars.add_task("listening", total=1.0)
        made = listen_for_dub(
            audio,
            PassageListener(wiring.weights),
            language=language,
            progress=lambda share: bars.update(bar, completed=share),
        )
    write_table(made, lines, locales=dict.fromkeys(take.locale for take in brief.model.takes))
    return made


def _tell_table(made: DubTable, lines: Path, *, as_json: bool) -> None:
    if as_json:
        rows = [{"start_s": s.start_s, "end_s": s.end_s, "text": s.text} for s in made.segments]
        say_json({"table": str(lines), "language": made.language, "segments": rows})
        return
    for segment in made.segments:
        say(f"{segment.start_s:8.2f} {segment.end_s:8.2f}  {segment.text}")
    say(f"{len(made.segments)} lines in {made.language!r} are in {lines}; translate them there and run this again")


def _tell_lines(wiring: Wiring, result: ProduceResult) -> None:
    """Say which lines do not fit; takes that were refused have none."""
    from studio.jobs.dub_file import placed_path, read_placed  # noqa: PLC0415 - keeps --help fast

    for take in result.takes:
        path = placed_path(wiring.settings.campaigns_dir / take.id.rpartition("-")[0], take.id)
        if path.is_file():
            for fault in read_placed(path).faults:
                complain(f"{take.id}: {fault}")
