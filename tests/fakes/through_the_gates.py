"""A take in its right, and then every wrong one, through the gates of a house: for interpreters with other switches.

``python [-O] -m tests.fakes.through_the_gates FOLDER WEIGHTS [--with-vectors]`` prints JSON: how the good take ended,
and for each vector the reason codes of each gate (``["let through"]`` where there were none). No assert stands in here,
because -O would take it out.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from studio.store.campaigns import TakeStatus
from tests.attacks.three_gates.test_three_gates import VECTORS, Vector
from tests.fakes.gates import Gates

LET_THROUGH = ["let through"]


def at_enqueue(gates: Gates, vector: Vector) -> list[str]:
    ask = vector.asked(gates)
    vector.do(gates)
    row = gates.wiring.campaigns.take(gates.enqueue(ask))
    return [fault.code for fault in row.reasons] if row.status is TakeStatus.REFUSED else LET_THROUGH


def at_start(gates: Gates, vector: Vector) -> list[str]:
    take_id = gates.enqueue()
    ask = vector.asked(gates)
    vector.do(gates)
    gates.change_plan(take_id, ask)
    outcome = gates.run_until(take_id, "speech")
    return [fault.code for fault in outcome.faults] if outcome.status == "refused" else LET_THROUGH


def at_the_door(gates: Gates, vector: Vector) -> list[str]:
    take_id = gates.enqueue()
    gates.engines.ask, gates.engines.forges_grants = vector.asked(gates), True
    gates.engines.before_release = lambda: vector.do(gates)
    outcome = gates.run_until(take_id, "release")
    is_clean = not gates.files_outside(take_id) and not gates.release_entries(take_id)
    return [fault.code for fault in outcome.faults] if outcome.status == "refused" and is_clean else LET_THROUGH


def main() -> None:
    folder, weights, *options = sys.argv[1:]
    template = Path(folder) / "template"
    made = Gates(template, Path(weights))
    _ = made.engines  # makes the certificate
    made.wiring.engine.dispose()
    good = Gates(Path(folder) / "good", Path(weights), template=template)
    outcome = good.run_until(good.enqueue(), "release")
    refusals: dict[str, dict[str, list[str]]] = {}
    for number, (name, vector) in enumerate(VECTORS.items() if options else ()):
        refusals[name] = {
            gate.__name__: gate(
                Gates(Path(folder) / f"{gate.__name__}-{number}", Path(weights), template=template), vector
            )
            for gate in (at_enqueue, at_start, at_the_door)
        }
    answer = {
        "optimize": sys.flags.optimize,
        "status": outcome.status,
        "path": outcome.path,
        "refusals": refusals,
    }
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
