"""``python -m studio.wiring.host``: one host process. It belongs to a ``HostPool`` and answers it alone."""

from __future__ import annotations

import os
import sys

from consent.decide import authorize
from consent.grant import Grant, TakeRequest
from studio.jobs.host import claim_stdout, serve
from studio.jobs.steps import StepRunner, TakeEngines
from studio.settings import load_settings
from studio.wiring.root import Wiring


def step_runner(wiring: Wiring, engines: TakeEngines) -> StepRunner:
    """Put a runner together; every grant is decided from the record and ledger as they are at that moment."""

    def ask(request: TakeRequest) -> Grant:
        envelope, ledger = wiring.records.to_decide(request.record_id)
        return authorize(request, envelope=envelope, ledger=ledger, rulebook=wiring.rulebook, at=wiring.clock())

    return StepRunner(
        engines=engines,
        authorize=ask,
        campaigns=wiring.campaigns,
        work_dir=wiring.settings.work_dir,
        home=wiring.settings.home,
        clock=wiring.clock,
        likenesses=wiring.likenesses,
    )


def _open() -> StepRunner:
    from studio.wiring.engines import RealEngines  # noqa: PLC0415 - seconds; the pipe is read meanwhile

    wiring = Wiring(load_settings(None, environ=os.environ), environ=os.environ)
    return step_runner(wiring, RealEngines(wiring))


def main() -> None:
    """Serve until the parent is gone."""
    serve(_open, requests=sys.stdin, answers=claim_stdout())


if __name__ == "__main__":
    main()
