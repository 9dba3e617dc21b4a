"""The sweep as a DBOS schedule: once a day and once for each day missed, in one process of those that run jobs.

DBOS is one per process. Register between ``DBOS(...)`` and ``DBOS.launch()``, schedule after it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dbos import DBOS, StepOptions

WORKFLOW = "daily_sweep"
DAILY = "17 3 * * *"  # at night in most offices that are near UTC, and not on the hour with everybody else


@dataclass(frozen=True, slots=True)
class Daily:
    """A registered workflow that waits for its schedule."""

    workflow: Callable[[datetime, Any], Any]

    def start(self, cron: str = DAILY) -> None:
        """Let it run from now on; a schedule that is there already stays, with what it remembers."""
        known = [one for one in DBOS.list_schedules() if one["schedule_name"] == WORKFLOW]
        if any(one["schedule"] == cron for one in known):
            return
        DBOS.apply_schedules(
            [
                {
                    "schedule_name": WORKFLOW,
                    "workflow_fn": self.workflow,
                    "schedule": cron,
                    "context": None,
                    "automatic_backfill": True,  # days in which no process ran
                }
            ]
        )


def schedule_daily(sweep: Callable[[], object]) -> Daily:
    """Register the sweep with DBOS; ``sweep`` reads the clock itself, for a late run is a run of now."""
    return Daily(_registered(sweep))


def _registered(sweep: Callable[[], object]) -> Callable[[datetime, Any], Any]:
    async def run() -> None:
        await asyncio.to_thread(sweep)

    @DBOS.workflow(name=WORKFLOW)
    async def daily_sweep(scheduled_at: datetime, context: Any) -> None:  # noqa: ANN401, ARG001 - DBOS's signature
        await DBOS.run_step_async(StepOptions(name="sweep"), run)

    return daily_sweep
