"""sayso ledger …: the append-only trace."""

from __future__ import annotations

import json
from collections import Counter

import typer

from studio.cli.session import FAILED, HomeOption, JsonOption, open_wiring, plain_errors, say, say_json

app = typer.Typer(no_args_is_help=True, help="The ledger: verify it, print its signed checkpoint, show its entries.")


@app.command(epilog="Example: sayso ledger verify --json")
def verify(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Recompute everything from the entries, and compare it with every signed checkpoint and the witness."""
    with plain_errors():
        from consent.ledger import verify_whole  # noqa: PLC0415 - keeps --help fast

        ledger = open_wiring(home).ledger
        entries, notes = ledger.everything()
        if not entries:
            ledger.view()  # raises if a witness says that there were some
            if as_json:
                say_json({"ok": True, "size": 0, "root": None, "checkpoints": 0, "counts": {}, "irregularities": []})
            else:
                say("the ledger is empty")
            return
        found = verify_whole(
            entries, notes, origin=ledger.origin, public_key=ledger.public_key, witness=ledger.read_witness()
        )
        if as_json:
            say_json(
                {
                    "ok": not found.irregularities,
                    "size": found.size,
                    "root": found.root.hex(),
                    "checkpoints": found.checkpoints,
                    "counts": dict(found.counts),
                    "irregularities": [str(one) for one in found.irregularities],
                }
            )
        else:
            say(f"{found.size} entries under {found.checkpoints} signed checkpoints fit; root {found.root.hex()}")
            for one in found.irregularities:
                say(f"irregular: {one}")
        if found.irregularities:
            raise typer.Exit(FAILED)


@app.command(epilog="Example: sayso ledger checkpoint > checkpoint.txt")
def checkpoint(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Print the newest signed checkpoint, a C2SP signed note."""
    with plain_errors():
        from consent.ledger import verifier_key  # noqa: PLC0415 - keeps --help fast

        ledger = open_wiring(home).ledger
        view = ledger.view()
        if as_json:
            say_json(
                {
                    "checkpoint": view.checkpoint,
                    "size": view.size,
                    "root": view.root.hex(),
                    "verifier_key": verifier_key(ledger.origin, ledger.public_key),
                }
            )
        else:
            typer.echo(view.checkpoint, nl=False)


@app.command(epilog="Example: sayso ledger show")
def show(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Print every entry in its order."""
    with plain_errors():
        ledger = open_wiring(home).ledger
        ledger.view()
        entries = [json.loads(body) for body in ledger.everything()[0]]
        if as_json:
            say_json({"entries": entries})
            return
        for index, entry in enumerate(entries):
            more = entry.get("take_id", "")
            say(f"{index:>6}  {entry['at']}  {entry['kind']:<16} {entry['public_hash'][:12]}  {more}")
        counts = Counter(entry["kind"] for entry in entries)
        say(", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) or "the ledger is empty")
