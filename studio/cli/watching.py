"""Progress for people: one bar for each take, on stderr, so that stdout stays for the answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from studio.campaigns.produce import Watch
from studio.jobs.plan import TakePlan
from studio.jobs.steps import steps_of
from studio.store.campaigns import TakeRow, TakeStatus

_WEIGHT = {"speech": 0.15, "animate": 0.05, "compose": 0.01, "release": 0.79}  # of a video take, as measured


@contextmanager
def watching(*, quietly: bool) -> Iterator[Watch]:
    """Show how far each take is; ``quietly`` shows nothing."""
    if quietly:
        yield _ignore
        return
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[state]}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    ) as progress:
        tasks: dict[str, TaskID] = {}
        yield lambda rows: _draw(progress, tasks, rows)


def _ignore(_rows: tuple[TakeRow, ...]) -> None:
    return


def _draw(progress: Progress, tasks: dict[str, TaskID], rows: tuple[TakeRow, ...]) -> None:
    for row in rows:
        plan = TakePlan.model_validate_json(row.plan)
        if row.id not in tasks:
            tasks[row.id] = progress.add_task(f"{plan.locale:<6} {plan.format:<11}", total=1.0, state="", start=False)
        task = tasks[row.id]
        if row.status is not TakeStatus.QUEUED and not progress.tasks[task].started:
            progress.start_task(task)
        state = row.step if row.status is TakeStatus.RUNNING else row.status.value
        progress.update(task, completed=_share(row, plan), state=state)
        if row.status.is_final:
            progress.stop_task(task)


def _share(row: TakeRow, plan: TakePlan) -> float:
    if row.status.is_final:
        return 1.0
    steps = steps_of(plan)
    total = sum(_WEIGHT[s] for s in steps)
    done = sum(_WEIGHT[s] for s in steps if s in row.seconds)
    running = _WEIGHT[row.step] * row.share if row.step in steps and row.step not in row.seconds else 0.0
    return (done + running) / total
