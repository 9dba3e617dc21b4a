"""sayso models …: weights and their model cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.session import FAILED, HomeOption, JsonOption, complain, open_wiring, plain_errors, say, say_json

if TYPE_CHECKING:
    from pipelines.weights.store import WeightsStore

app = typer.Typer(no_args_is_help=True, help="Weights: what is installed, fetch it, check it.")

IdsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ID]...", help="Model cards (default: those the demo needs).", show_default=False),
]


@app.command("list", epilog="Example: sayso models list")
def list_(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List every model card, its licence and whether it is installed."""
    with plain_errors():
        weights = open_wiring(home).weights
        cards = [(card, weights.status(card.id)) for card in weights.cards.values()]
        if as_json:
            say_json(
                {
                    "models": [
                        {
                            "id": card.id,
                            "title": card.title,
                            "kind": card.kind,
                            "licence": card.licence,
                            "commercial_use": card.commercial_use,
                            "default": card.default,
                            "state": status.state,
                        }
                        for card, status in cards
                    ],
                    "folder": str(weights.root),
                }
            )
            return
        for card, status in cards:
            use = "" if card.commercial_use else "  (not for commercial use)"
            say(f"{card.id:<28} {status!s:<12} {card.licence:<14} {card.title}{use}")


@app.command(epilog="Example: sayso models pull kokoro-82m kokoro-voices")
def pull(ids: IdsArgument = None, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Fetch weights, checked by size and SHA-256; what is there already is not fetched again."""
    with plain_errors():
        weights = open_wiring(home).weights
        wanted = tuple(ids) if ids else weights.default_ids
        pull_with_progress(weights, wanted, quietly=as_json)
        if as_json:
            say_json(
                {"models": [{"id": one, "state": weights.state(one)} for one in wanted], "folder": str(weights.root)}
            )
        else:
            say(f"{len(wanted)} model cards are installed in {weights.root}")


@app.command(epilog="Example: sayso models verify")
def verify(ids: IdsArgument = None, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Hash every installed file again."""
    with plain_errors():
        weights = open_wiring(home).weights
        found = weights.verify(tuple(ids) if ids else weights.default_ids)
        if as_json:
            say_json(
                {"models": [{"id": one.card_id, "state": one.state, "damaged": list(one.damaged)} for one in found]}
            )
        else:
            for one in found:
                say(f"{one.card_id:<28} {one}")
        bad = [one.card_id for one in found if one.state != "installed"]
        if bad:
            complain(f"sayso: not usable: {', '.join(bad)}; run: sayso models pull {' '.join(bad)}")
            raise typer.Exit(FAILED)


def pull_with_progress(weights: WeightsStore, ids: tuple[str, ...], *, quietly: bool) -> None:
    """Fetch the cards, with a bar for each on stderr."""
    if quietly:
        weights.pull(ids)
        return
    from rich.console import Console  # noqa: PLC0415 - keeps --help fast
    from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn  # noqa: PLC0415 - as above

    with Progress(
        TextColumn("{task.description:<28}"), BarColumn(), DownloadColumn(), console=Console(stderr=True)
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def show(card_id: str, done: int, wanted: int) -> None:
            if card_id not in tasks:
                tasks[card_id] = bars.add_task(card_id, total=wanted)
            bars.update(tasks[card_id], completed=done, total=wanted)

        weights.pull(ids, progress=show)
