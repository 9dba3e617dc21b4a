"""Private links on disk: only hashes of their secrets, and how often somebody has tried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, Row, delete, func, insert, select, update

from studio.store.engine import reading
from studio.store.requests import Side
from studio.store.schema import link_tries, links


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """One link. ``claim_sha256`` is of the secret of the browser that used it up."""

    token_sha256: str
    request_id: str
    party: Side
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    claim_sha256: str | None = None
    claimed_at: datetime | None = None
    sent_to: str | None = None

    @property
    def id(self) -> str:
        """Short name for people; it opens nothing."""
        return self.token_sha256[:12]


class LinkStore:
    """Reads and writes links; each call is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, link: LinkRow) -> None:
        """Store a new link."""
        with self._engine.begin() as connection:
            connection.execute(
                insert(links).values(
                    token_sha256=link.token_sha256,
                    request_id=link.request_id,
                    party=link.party,
                    created_by=link.created_by,
                    created_at=link.created_at,
                    expires_at=link.expires_at,
                    revoked_at=link.revoked_at,
                    claim_sha256=link.claim_sha256,
                    claimed_at=link.claimed_at,
                    sent_to=link.sent_to,
                )
            )

    def find(self, token_sha256: str) -> LinkRow | None:
        """The link of this token's hash, or None."""
        with reading(self._engine) as connection:
            row = connection.execute(select(links).where(links.c.token_sha256 == token_sha256)).first()
        return None if row is None else _link(row)

    def of_request(self, request_id: str) -> tuple[LinkRow, ...]:
        """Every link of a request, oldest first."""
        query = select(links).where(links.c.request_id == request_id).order_by(links.c.created_at)
        with reading(self._engine) as connection:
            return tuple(_link(row) for row in connection.execute(query))

    def claim(self, link: LinkRow, *, claim_sha256: str, at: datetime) -> bool:
        """Use the link up for one browser, and end the older links of the same person; False if it was used before."""
        with self._engine.begin() as connection:
            claimed = connection.execute(
                update(links)
                .where(links.c.token_sha256 == link.token_sha256, links.c.claim_sha256.is_(None))
                .values(claim_sha256=claim_sha256, claimed_at=at)
            )
            if claimed.rowcount != 1:
                return False
            connection.execute(
                update(links)
                .where(
                    links.c.request_id == link.request_id,
                    links.c.party == link.party,
                    links.c.token_sha256 != link.token_sha256,
                    links.c.created_at <= link.created_at,
                    links.c.revoked_at.is_(None),
                )
                .values(revoked_at=at)
            )
        return True

    def revoke(self, token_sha256: str, *, at: datetime) -> bool:
        """End a link; False if it had ended before."""
        statement = (
            update(links)
            .where(links.c.token_sha256 == token_sha256, links.c.revoked_at.is_(None))
            .values(revoked_at=at)
        )
        with self._engine.begin() as connection:
            return connection.execute(statement).rowcount == 1

    def extend(self, token_sha256: str, *, until: datetime) -> None:
        """Let a link live longer; never shorter."""
        statement = (
            update(links)
            .where(links.c.token_sha256 == token_sha256, links.c.expires_at < until)
            .values(expires_at=until)
        )
        with self._engine.begin() as connection:
            connection.execute(statement)

    def note_try(self, client: str, *, at: datetime, forget_before: datetime) -> None:
        """Count one try of a client (a hash), and forget the old ones of everybody."""
        with self._engine.begin() as connection:
            connection.execute(delete(link_tries).where(link_tries.c.at < forget_before))
            connection.execute(insert(link_tries).values(client=client, at=at))

    def tries(self, client: str, *, since: datetime) -> int:
        """How often a client has tried."""
        query = (
            select(func.count()).select_from(link_tries).where(link_tries.c.client == client, link_tries.c.at >= since)
        )
        with reading(self._engine) as connection:
            return connection.execute(query).scalar_one()


def _link(row: Row[tuple[object, ...]]) -> LinkRow:
    return LinkRow(
        token_sha256=row.token_sha256,
        request_id=row.request_id,
        party=row.party,
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        claim_sha256=row.claim_sha256,
        claimed_at=row.claimed_at,
        sent_to=row.sent_to,
    )
