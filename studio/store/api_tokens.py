"""Tokens of machines on disk: only hashes; and what was asked with an idempotency key, so that it is done once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, Row, delete, insert, select, update

from studio.store.engine import reading
from studio.store.schema import api_requests, api_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """One token, made by or for the account ``email``."""

    id: str
    token_sha256: str
    name: str
    email: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRequest:
    """What was asked with an idempotency key. ``campaign_id`` is None while it is at work."""

    body_sha256: str
    campaign_id: str | None


class TokenStore:
    """Reads and writes tokens; each call is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, token: TokenRow) -> None:
        """Store a new token."""
        with self._engine.begin() as connection:
            connection.execute(
                insert(api_tokens).values(
                    id=token.id,
                    token_sha256=token.token_sha256,
                    name=token.name,
                    email=token.email,
                    scopes=" ".join(token.scopes),
                    created_at=token.created_at,
                    expires_at=token.expires_at,
                )
            )

    def find(self, token_sha256: str) -> TokenRow | None:
        """The token of this hash, or None."""
        with reading(self._engine) as connection:
            row = connection.execute(select(api_tokens).where(api_tokens.c.token_sha256 == token_sha256)).first()
        return None if row is None else _token(row)

    def all(self) -> tuple[TokenRow, ...]:
        """Every token, oldest first."""
        query = select(api_tokens).order_by(api_tokens.c.created_at, api_tokens.c.id)
        with reading(self._engine) as connection:
            return tuple(_token(row) for row in connection.execute(query))

    def revoke(self, token_id: str, *, at: datetime) -> bool:
        """Revoke one; False if there is none of this name, or it was revoked before."""
        statement = update(api_tokens).where(api_tokens.c.id == token_id, api_tokens.c.revoked_at.is_(None))
        with self._engine.begin() as connection:
            return connection.execute(statement.values(revoked_at=at)).rowcount == 1

    def begin_request(self, token_id: str, key: str, *, body_sha256: str, at: datetime) -> KeyedRequest | None:
        """Take an idempotency key; if it was taken before, what was asked with it then."""
        mine = (api_requests.c.token_id == token_id, api_requests.c.key == key)
        with self._engine.begin() as connection:
            row = connection.execute(select(api_requests).where(*mine)).first()
            if row is not None:
                return KeyedRequest(body_sha256=row.body_sha256, campaign_id=row.campaign_id)
            connection.execute(insert(api_requests).values(token_id=token_id, key=key, body_sha256=body_sha256, at=at))
        return None

    def end_request(self, token_id: str, key: str, *, campaign_id: str | None) -> None:
        """Note what came of it; nothing came of it: the key is free again."""
        mine = (api_requests.c.token_id == token_id, api_requests.c.key == key)
        with self._engine.begin() as connection:
            if campaign_id is None:
                connection.execute(delete(api_requests).where(*mine))
            else:
                connection.execute(update(api_requests).where(*mine).values(campaign_id=campaign_id))


def _token(row: Row[tuple[object, ...]]) -> TokenRow:
    return TokenRow(
        id=row.id,
        token_sha256=row.token_sha256,
        name=row.name,
        email=row.email,
        scopes=tuple(row.scopes.split()),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
