"""sayso produce and sayso worker: making takes."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.session import (
    STOPPED,
    HomeOption,
    JsonOption,
    complain,
    open_wiring,
    plain_errors,
    say,
    say_json,
)

if TYPE_CHECKING:
    from studio.campaigns.brief import Brief
    from studio.campaigns.result import ProduceResult
    from studio.jobs.runner import JobRunner
    from studio.wiring.root import Wiring

TAKE_OVER_EVERY_S = 2.0


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command(epilog="Example: sayso produce brief.toml --out ads --json")(produce)
    app.command(epilog="Example: sayso worker")(worker)


def produce(
    brief: Annotated[Path, typer.Argument(metavar="BRIEF.toml", help="What to make.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where to copy released files.", show_default=False)
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make every take of a brief that consent allows. An interrupted brief goes on where it stopped."""
    with plain_errors():
        from studio.campaigns.brief import read_brief  # noqa: PLC0415 - keeps --help fast

        wiring = open_wiring(home)
        result = run_brief(wiring, read_brief(brief), out=out, quietly=as_json)
        report(result, as_json=as_json)
        raise typer.Exit(result.exit_code)


def run_brief(wiring: Wiring, brief: Brief, *, out: Path | None, quietly: bool) -> ProduceResult:
    """Open or resume the brief's campaign, run it to its end, and hand over what was released."""
    from studio.cli.watching import watching  # noqa: PLC0415 - keeps --help fast

    if out is not None:
        require_writable(out)
    campaign = wiring.producer.open(brief)
    if campaign.resumed and not quietly:
        complain(f"campaign {campaign.id} was interrupted; it goes on where it stopped")
    is_open = any(not row.status.is_final for row in wiring.campaigns.takes_of(campaign.id))
    if is_open:
        remote = wiring.remote_jobs()
        local = None if remote is not None else wiring.start_jobs("produce")
        try:
            with watching(quietly=quietly) as watch:
                wiring.producer.run(campaign.id, remote or _present(local), watch=watch)
        except KeyboardInterrupt:
            _stop_now(local)
        finally:
            if local is not None:
                local.close()
    return wiring.producer.results(campaign.id, out=out)


def report(result: ProduceResult, *, as_json: bool) -> None:
    """Print how the campaign ended."""
    if as_json:
        say_json(result.to_json())
    else:
        from studio.cli.tables import show_takes  # noqa: PLC0415 - keeps --help fast

        show_takes(result)


def require_writable(out: Path) -> None:
    """Raise before an hour of rendering if the result could not be handed over after it."""
    from studio.errors import UsageError  # noqa: PLC0415 - keeps --help fast

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise UsageError(f"cannot write to {out}: {e.strerror}; choose another --out") from e
    if not os.access(out, os.W_OK):
        raise UsageError(f"cannot write to {out}; choose another --out")


def worker(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Run takes that others enqueue (sayso produce, the studio's pages), until it is stopped."""
    with plain_errors():
        wiring = open_wiring(home)
        runner = wiring.start_jobs("worker")
        if as_json:
            say_json({"worker": runner.slot.name, "hosts": wiring.settings.hosts})
        else:
            hosts = wiring.settings.hosts
            say(f"{runner.slot.name} runs takes of {wiring.settings.home}, {hosts} at a time; Ctrl-C stops it")
        stop = threading.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: stop.set())
        while not stop.wait(TAKE_OVER_EVERY_S):
            runner.take_over()
        runner.pool.close()
        complain("stopped; unfinished takes go on with the next sayso worker or sayso produce")
        os._exit(0)  # a step that waits for its killed host would hold a clean exit up


def _present(runner: JobRunner | None) -> JobRunner:
    assert runner is not None, "there is a local runner where there is no remote one"
    return runner


def _stop_now(runner: JobRunner | None) -> None:
    if runner is not None:
        runner.pool.close()
    complain("stopped; run the same command again to go on where it stopped")
    os._exit(STOPPED)  # a step that waits for its killed host would hold a clean exit up
