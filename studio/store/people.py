"""Start links of people, on disk: only hashes of tokens. Who may do what follows from the links that were used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import Engine, Row, insert, select, update

from studio.store.engine import reading
from studio.store.schema import start_links

Role: TypeAlias = Literal["legal", "marketer", "admin", "viewer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartLinkRow:
    """One link of one person. ``removed_at``: the person was taken off the list."""

    token_sha256: str
    email: str
    role: Role
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    removed_at: datetime | None = None


class StartLinkStore:
    """Reads and writes start links; each call is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, link: StartLinkRow) -> None:
        """Store a new link; the person's older links that were not used end with it."""
        with self._engine.begin() as connection:
            connection.execute(
                update(start_links)
                .where(
                    start_links.c.email == link.email,
                    start_links.c.used_at.is_(None),
                    start_links.c.expires_at > link.created_at,
                )
                .values(expires_at=link.created_at)
            )
            connection.execute(
                insert(start_links).values(
                    token_sha256=link.token_sha256,
                    email=link.email,
                    role=link.role,
                    created_at=link.created_at,
                    expires_at=link.expires_at,
                )
            )

    def find(self, token_sha256: str) -> StartLinkRow | None:
        """The link of this token's hash, or None."""
        with reading(self._engine) as connection:
            row = connection.execute(select(start_links).where(start_links.c.token_sha256 == token_sha256)).first()
        return None if row is None else _link(row)

    def use(self, token_sha256: str, *, at: datetime) -> bool:
        """Use a link up; False if it was used, has run out or was taken back."""
        statement = (
            update(start_links)
            .where(
                start_links.c.token_sha256 == token_sha256,
                start_links.c.used_at.is_(None),
                start_links.c.removed_at.is_(None),
                start_links.c.expires_at > at,
            )
            .values(used_at=at)
        )
        with self._engine.begin() as connection:
            return connection.execute(statement).rowcount == 1

    def remove(self, email: str, *, at: datetime) -> bool:
        """Take a person off the list, with every link of theirs; False if nothing was left to take."""
        statement = (
            update(start_links)
            .where(start_links.c.email == email, start_links.c.removed_at.is_(None))
            .values(removed_at=at)
        )
        with self._engine.begin() as connection:
            return connection.execute(statement).rowcount > 0

    def of_email(self, email: str) -> tuple[StartLinkRow, ...]:
        """Every link of a person, oldest first."""
        return tuple(link for link in self.all() if link.email == email)

    def all(self) -> tuple[StartLinkRow, ...]:
        """Every link, oldest first."""
        query = select(start_links).order_by(start_links.c.created_at, start_links.c.token_sha256)
        with reading(self._engine) as connection:
            return tuple(_link(row) for row in connection.execute(query))


def _link(row: Row[tuple[object, ...]]) -> StartLinkRow:
    return StartLinkRow(
        token_sha256=row.token_sha256,
        email=row.email,
        role=row.role,
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        removed_at=row.removed_at,
    )
