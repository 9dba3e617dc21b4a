"""Bringing a database to the newest migration, once, however many processes start at the same time."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from studio.errors import StoreError
from studio.store.engine import reading
from studio.store.filelock import locked
from studio.store.schema import HEAD

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(engine: Engine, *, lock_path: Path) -> None:
    """Upgrade to ``HEAD``; does nothing (and does not even load alembic) when the database is there already.

    Raises:
        StoreError: the database cannot be read, or a newer Sayso has written it.
    """
    try:
        if _version(engine) == HEAD:
            return
        with locked(lock_path), engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(734020)"))
            _upgrade(connection)
    except DBAPIError as e:
        raise StoreError(
            f"the database cannot be opened ({e.orig}); check SAYSO_DATABASE_URL and the home's permissions"
        ) from e


def _version(engine: Engine) -> str | None:
    with reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - 0.2 s, and needed once in a database's life
    from alembic.config import Config  # noqa: PLC0415 - as above
    from alembic.util.exc import CommandError  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as e:
        raise StoreError(f"the database was written by a newer Sayso ({e}); update Sayso") from e
