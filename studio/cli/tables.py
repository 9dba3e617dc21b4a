"""Tables for people, drawn with rich. Machines get JSON instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from studio.campaigns.result import ProduceResult

_STATUS_STYLE = {"released": "green", "refused": "yellow", "failed": "red", "active": "green", "granted": "green"}


def show_takes(result: ProduceResult) -> None:
    """Print how every take of a campaign ended: status, file, seconds per step, and why not."""
    # Without rules between the columns a format fits into a terminal of 80 columns.
    table = Table(title=f"campaign {result.campaign}", title_justify="left", box=SIMPLE, pad_edge=False)
    for column in ("locale", "market", "format", "status", "speech", "animate", "compose", "release"):
        table.add_column(column, justify="right" if column in _STEP_NAMES else "left", no_wrap=True)
    for take in result.takes:
        seconds = (f"{take.seconds[s]:.1f}s" if s in take.seconds else "" for s in _STEP_NAMES)
        table.add_row(take.locale, take.market, take.format, _styled(take.status), *seconds)
    console = Console()
    console.print(table)
    for take in result.takes:
        console.print(f"[bold]{take.locale} {take.format}[/bold]", end=" ")
        for line in [str(take.path)] if take.path else [f"{f.code}: {f.message}" for f in take.reasons]:
            console.print(line, soft_wrap=True, markup=False, highlight=False)


_STEP_NAMES = ("speech", "animate", "compose", "release")


def show_records(lines: Sequence[Mapping[str, object]]) -> None:
    """Print one line for each record."""
    table = Table()
    for column in ("id", "status", "class", "subject", "description", "valid until"):
        table.add_column(column, overflow="fold")
    for line in lines:
        table.add_row(
            str(line["id"])[:12],
            _styled(str(line["status"])),
            str(line["class"]),
            escape(str(line["subject"])),
            escape(str(line["description"])),
            str(line["valid_until"]),
        )
    Console().print(table)


def show_record(found: Mapping[str, object]) -> None:
    """Print one record: its state, its terms, its history."""
    console = Console()
    table = Table(show_header=False, title=f"consent record {str(found['id'])[:12]}", title_justify="left")
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    table.add_row("id", str(found["id"]))
    table.add_row("status", _styled(str(found["status"])))
    table.add_row("assurance", str(found["assurance"] or "none yet"))
    record = found["record"]
    if isinstance(record, Mapping):
        _add_terms(table, record)
    console.print(table)
    for release in _rows(found["releases"]):
        todo = ": to be taken down" if release["taken_down_needed"] else ""
        console.print(f"  released: take {release['take']} on {release['channel']}{todo}", highlight=False)
    history = found["ledger"]
    if isinstance(history, Mapping):
        for entry in _rows(history.get("entries")):
            console.print(f"  {entry.get('at')}  {entry.get('kind')}", highlight=False)


def show_check(report: Mapping[str, object]) -> None:
    """Print the decision on each take; of the clauses, those that do not hold."""
    console = Console()
    for take in _rows(report["takes"]):
        console.print(
            f"{take['locale']} {take['market']} {take['channel']} {take['format']}: {_styled(str(take['decision']))}",
            highlight=False,
        )
        for step in _rows(take["steps"]):
            if step["state"] == "failed":
                console.print(f"  {step['clause']} {step['code']}: {escape(str(step['message']))}", highlight=False)


def _add_terms(table: Table, record: Mapping[str, object]) -> None:
    for group in ("subject", "controller", "scope"):
        terms = record.get(group)
        if isinstance(terms, Mapping):
            for key, value in terms.items():
                shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
                table.add_row(f"{group}.{key}", escape(shown))


def _rows(value: object) -> list[Mapping[str, object]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def _styled(status: str) -> str:
    style = _STATUS_STYLE.get(status, "yellow")
    return f"[{style}]{status}[/{style}]"
