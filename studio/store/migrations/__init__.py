"""Alembic's scripts, run by ``studio.store.migrate``."""
