"""Opening a database: SQLite tuned for several processes, or Postgres as it comes.

SQLite: WAL so that readers never wait, ``synchronous=NORMAL`` (safe with WAL against a crash of the process),
``BEGIN IMMEDIATE`` so that two writers queue up instead of failing when one of them upgrades its lock.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine, event, text

from studio.errors import StoreError

BUSY_TIMEOUT_MS = 30_000  # longer than any transaction of ours; a writer that waits longer has met a fault
FORGET_TIMEOUT_MS = 1_000  # an erasure must not keep a person waiting
READ_ONLY = "sayso_read_only"


def open_engine(url: str) -> Engine:
    """Make an engine for ``sqlite:///file`` or ``postgresql+psycopg://``.

    Raises:
        StoreError: the address names another kind of database.
    """
    if url.startswith("sqlite:"):
        engine = create_engine(url, connect_args={"check_same_thread": False})
        event.listen(engine, "connect", _tune_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if url.startswith("postgresql+psycopg:"):
        return create_engine(url, pool_pre_ping=True)
    raise StoreError(f"{url.split(':', 1)[0]!r} is not a database we know; use sqlite:/// or postgresql://")


def open_jobs_engine(url: str) -> Engine:
    """Make an engine for DBOS, which begins its transactions itself: same tuning, but sqlite3 sends the BEGIN."""
    if not url.startswith("sqlite:"):
        return open_engine(url)
    engine = create_engine(url, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _tune_sqlite_for_dbos)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that takes no write lock."""
    with engine.connect().execution_options(**{READ_ONLY: True}) as connection, connection.begin():
        yield connection


def forget_old_pages(engine: Engine) -> None:
    """Fold SQLite's write-ahead log back and cut it off: until then it holds pages as they were before an erasure.

    Waits a second at most; while somebody reads an old page it stays, and the next erasure tries again.
    """
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()  # not one of SQLAlchemy's: they begin a transaction, which would be in the way
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={FORGET_TIMEOUT_MS}")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # answers "busy" instead of raising
        finally:
            cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
            cursor.close()
    finally:
        connection.close()


def lock_ledger(connection: Connection) -> None:
    """Let one transaction at a time append to the ledger (SQLite's BEGIN IMMEDIATE has already seen to it)."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(734021)"))


def _tune_sqlite_for_dbos(connection: sqlite3.Connection, _record: object) -> None:
    _set_pragmas(connection)
    connection.isolation_level = "IMMEDIATE"


def _tune_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # or sqlite3 itself would begin transactions, and not IMMEDIATE ones
    _set_pragmas(connection)


def _set_pragmas(connection: sqlite3.Connection) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")  # a wrapped key that is deleted must not stay in a free page
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    is_read_only = bool(connection.get_execution_options().get(READ_ONLY))
    connection.exec_driver_sql("BEGIN" if is_read_only else "BEGIN IMMEDIATE")
