"""How alembic reaches the database: over the connection that ``studio.store.migrate`` holds the lock with."""

from __future__ import annotations

from alembic import context

from studio.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
