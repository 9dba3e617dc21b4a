"""Sessions on disk: the hash of a cookie, whose it is, and until when. A restart of the studio ends none of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import Engine, Row, delete, insert, select, update

from studio.store.engine import reading
from studio.store.schema import sessions

Stage: TypeAlias = Literal["half", "full"]  # half: the password was right, the second factor is missing


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """One session."""

    token_sha256: str
    email: str
    stage: Stage
    began_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None

    @property
    def id(self) -> str:
        """Short name for people; it opens nothing."""
        return self.token_sha256[:12]


class SessionStore:
    """Reads and writes sessions; each call is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, session: SessionRow, *, forget_before: datetime) -> None:
        """Store a session; those that ran out before ``forget_before`` are forgotten."""
        with self._engine.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at < forget_before))
            connection.execute(
                insert(sessions).values(
                    token_sha256=session.token_sha256,
                    email=session.email,
                    stage=session.stage,
                    began_at=session.began_at,
                    expires_at=session.expires_at,
                )
            )

    def find(self, token_sha256: str, *, stage: Stage, at: datetime) -> SessionRow | None:
        """The session that is open now, or None."""
        query = select(sessions).where(
            sessions.c.token_sha256 == token_sha256,
            sessions.c.stage == stage,
            sessions.c.ended_at.is_(None),
            sessions.c.expires_at > at,
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return None if row is None else _session(row)

    def open(self, *, at: datetime) -> tuple[SessionRow, ...]:
        """Every open session, by person, oldest first."""
        query = (
            select(sessions)
            .where(sessions.c.stage == "full", sessions.c.ended_at.is_(None), sessions.c.expires_at > at)
            .order_by(sessions.c.email, sessions.c.began_at, sessions.c.token_sha256)
        )
        with reading(self._engine) as connection:
            return tuple(_session(row) for row in connection.execute(query))

    def end(self, token_sha256: str, *, at: datetime) -> bool:
        """End one; False if it was not open."""
        statement = update(sessions).where(sessions.c.token_sha256 == token_sha256, sessions.c.ended_at.is_(None))
        with self._engine.begin() as connection:
            return connection.execute(statement.values(ended_at=at)).rowcount == 1

    def end_all(self, email: str, *, at: datetime) -> int:
        """End every session of a person; returns how many were open."""
        statement = update(sessions).where(sessions.c.email == email, sessions.c.ended_at.is_(None))
        with self._engine.begin() as connection:
            return connection.execute(statement.values(ended_at=at)).rowcount


def _session(row: Row[tuple[object, ...]]) -> SessionRow:
    return SessionRow(
        token_sha256=row.token_sha256,
        email=row.email,
        stage=row.stage,
        began_at=row.began_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
    )
