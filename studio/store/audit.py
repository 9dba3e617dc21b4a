"""The log of sign-ins and changes: rows are added and never changed, and each names the hash of the row before.

Whoever changes or takes out a row breaks the chain behind it. Rows cut off at the end leave no gap: the newest hash,
which ``sayso users audit`` prints, is written down elsewhere by whoever needs that too. Consent's own events are in the
ledger, not here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, Row, insert, select, text

from studio.store.engine import reading
from studio.store.schema import audit_log

START = "0" * 64  # what the first row names as the row before


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """Something that happened. ``origin`` is the address it came from, or "console"."""

    at: datetime
    actor: str
    action: str
    about: str = ""
    origin: str = "console"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """An event with its place in the chain."""

    position: int
    event: AuditEvent
    before_sha256: str
    sha256: str


class AuditLog:
    """Adds and reads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, event: AuditEvent) -> None:
        """Add a row behind the newest one."""
        with self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":  # SQLite's BEGIN IMMEDIATE has already seen to it
                connection.execute(text("SELECT pg_advisory_xact_lock(734022)"))
            newest = connection.execute(select(audit_log).order_by(audit_log.c.position.desc()).limit(1)).first()
            position, before = (0, START) if newest is None else (newest.position + 1, newest.sha256)
            connection.execute(
                insert(audit_log).values(
                    position=position,
                    at=event.at,
                    actor=event.actor,
                    action=event.action,
                    about=event.about,
                    origin=event.origin,
                    before_sha256=before,
                    sha256=row_sha256(position, event, before),
                )
            )

    def all(self) -> tuple[AuditRow, ...]:
        """Every row, oldest first."""
        with reading(self._engine) as connection:
            return tuple(_row(row) for row in connection.execute(select(audit_log).order_by(audit_log.c.position)))


def row_sha256(position: int, event: AuditEvent, before_sha256: str) -> str:
    """The hash of a row: over everything it says, and the hash of the row before."""
    said = [position, event.at.timestamp(), event.actor, event.action, event.about, event.origin, before_sha256]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def first_broken(rows: Iterable[AuditRow]) -> int | None:
    """The position of the first row that was changed, or before which one is missing; None if the chain holds."""
    before = START
    for expected, row in enumerate(rows):
        fits = row.position == expected and row.before_sha256 == before
        if not fits or row.sha256 != row_sha256(row.position, row.event, before):
            return expected
        before = row.sha256
    return None


def _row(row: Row[tuple[object, ...]]) -> AuditRow:
    event = AuditEvent(at=row.at, actor=row.actor, action=row.action, about=row.about, origin=row.origin)
    return AuditRow(position=row.position, event=event, before_sha256=row.before_sha256, sha256=row.sha256)
