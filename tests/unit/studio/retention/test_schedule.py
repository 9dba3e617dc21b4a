"""The sweep runs by DBOS's schedule, in the process that runs jobs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.retention.schedule import WORKFLOW, schedule_daily
from studio.store.engine import open_jobs_engine

pytestmark = pytest.mark.slow


@pytest.fixture
def dbos(tmp_path: Path) -> Iterator[None]:
    from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer

    url = f"sqlite:///{tmp_path / 'jobs.sqlite'}"
    engine = open_jobs_engine(url)
    DBOS(
        config=DBOSConfig(
            name="sayso",
            system_database_url=url,
            system_database_engine=engine,
            application_version="test",
            executor_id="test",
            serializer=DBOSPortableJSONSerializer(),
            log_level="CRITICAL",
        )
    )
    yield
    DBOS.destroy(destroy_registry=True)
    engine.dispose()


@pytest.mark.enable_socket
def test_the_schedule_runs_the_sweep_and_is_made_once(dbos: None) -> None:
    from dbos import DBOS

    ran = threading.Event()
    daily = schedule_daily(ran.set)
    DBOS.launch()
    daily.start("* * * * * *")
    daily.start("* * * * * *")
    assert [one["schedule_name"] for one in DBOS.list_schedules()] == [WORKFLOW]
    assert ran.wait(20)
