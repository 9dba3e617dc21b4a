"""The schema that migrations make is the schema that the code uses."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from consent.grant import Modality
from studio.errors import StoreError
from studio.store.engine import open_engine
from studio.store.likenesses import LikenessStore
from studio.store.migrate import migrate
from studio.store.schema import HEAD, metadata


def test_migrations_make_the_tables_of_the_schema(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = open_engine(f"sqlite:///{tmp_path / 'db.sqlite'}")
    migrate(engine, lock_path=tmp_path / "lock")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD
    engine.dispose()


def test_migrating_again_changes_nothing(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'db.sqlite'}")
    for _ in range(2):
        migrate(engine, lock_path=tmp_path / "lock")
    engine.dispose()


def test_two_processes_may_start_at_the_same_time(tmp_path: Path) -> None:
    engines = [open_engine(f"sqlite:///{tmp_path / 'db.sqlite'}") for _ in range(3)]
    faults: list[Exception] = []

    def start(number: int) -> None:
        try:
            migrate(engines[number], lock_path=tmp_path / "lock")
        except Exception as e:  # noqa: BLE001 - shown by the assertion
            faults.append(e)

    threads = [threading.Thread(target=start, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert inspect(engines[0]).has_table("ledger_entries")
    for engine in engines:
        engine.dispose()


def test_database_of_a_newer_sayso_is_refused(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'db.sqlite'}")
    migrate(engine, lock_path=tmp_path / "lock")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer Sayso"):
        migrate(engine, lock_path=tmp_path / "lock")
    engine.dispose()


def test_unknown_kind_of_database_is_refused() -> None:
    with pytest.raises(StoreError, match="mysql"):
        open_engine("mysql://host/db")


def test_sqlite_is_tuned(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'db.sqlite'}")
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 1
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    engine.dispose()


def test_voices_of_an_older_database_are_kept(tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config

    import studio.store

    engine = open_engine(f"sqlite:///{tmp_path / 'db.sqlite'}")
    config = Config()
    config.set_main_option("script_location", str(Path(studio.store.__path__[0], "migrations")))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        connection.execute(
            text("INSERT INTO likenesses (id, record_id, created_at) VALUES ('l1', :record, '2026-11-22 12:00:00')"),
            {"record": "1" * 64},
        )
        connection.execute(
            text(
                "INSERT INTO likeness_versions (likeness_id, version, language, profile_item_id, profile_sha256, "
                "recordings, report, enrolled_by, enrolled_at) "
                "VALUES ('l1', 1, 'fr', 'a', 'b', '[]', '{}', 'x', '2026-11-22 12:00:00')"
            )
        )
    migrate(engine, lock_path=tmp_path / "lock")
    (row,) = LikenessStore(engine).all()
    assert (row.id, row.modality, [one.language for one in row.versions]) == ("l1", Modality.VOICE, ["fr"])
    with engine.begin() as connection, pytest.raises(IntegrityError):  # the versions still hold on to the likeness
        connection.execute(text("DELETE FROM likenesses"))
    engine.dispose()
