"""Accounts on disk: who has one, what their password hashes to, links to set a new one, and tries that failed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine, Row, delete, insert, select, update

from studio.store.engine import reading
from studio.store.people import Role
from studio.store.schema import account_links, accounts, sign_in_tries

_IS_ADMIN = (accounts.c.role == "admin", accounts.c.removed_at.is_(None), accounts.c.totp_set_at.is_not(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One account. ``totp`` is the sealed secret; it counts once ``totp_set_at`` says that a code confirmed it."""

    id: str
    email: str
    role: Role
    password: str = field(repr=False)
    totp: bytes | None = field(repr=False, default=None)
    totp_set_at: datetime | None = None
    totp_step: int = 0
    created_at: datetime
    removed_at: datetime | None = None

    @property
    def has_second_factor(self) -> bool:
        """Whether a code is asked for."""
        return self.totp is not None and self.totp_set_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetLinkRow:
    """One link to set a new password; ``with_second_factor``: the second factor is set anew as well."""

    token_sha256: str
    email: str
    with_second_factor: bool
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class AccountStore:
    """Reads and writes accounts; each call is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, email: str) -> AccountRow | None:
        """The account of an address, removed or not."""
        with reading(self._engine) as connection:
            row = connection.execute(select(accounts).where(accounts.c.email == email)).first()
        return None if row is None else _account(row)

    def all(self) -> tuple[AccountRow, ...]:
        """Every account by address."""
        with reading(self._engine) as connection:
            return tuple(_account(row) for row in connection.execute(select(accounts).order_by(accounts.c.email)))

    def put(self, account: AccountRow) -> None:
        """Store a new account, or the same one as it is now."""
        values = {
            "email": account.email,
            "role": account.role,
            "password": account.password,
            "totp": account.totp,
            "totp_set_at": account.totp_set_at,
            "totp_step": account.totp_step,
            "created_at": account.created_at,
            "removed_at": account.removed_at,
        }
        with self._engine.begin() as connection:
            changed = connection.execute(update(accounts).where(accounts.c.id == account.id).values(**values))
            if changed.rowcount == 0:
                connection.execute(insert(accounts).values(id=account.id, **values))

    def put_first(self, account: AccountRow) -> bool:
        """Store the first admin; False if there is one already, who may have come in at the same moment."""
        with self._engine.begin() as connection:
            if connection.execute(select(accounts.c.id).where(*_IS_ADMIN)).first() is not None:
                return False
            connection.execute(accounts.delete().where(accounts.c.email == account.email))
            connection.execute(
                insert(accounts).values(
                    id=account.id,
                    email=account.email,
                    role=account.role,
                    password=account.password,
                    totp_step=account.totp_step,
                    created_at=account.created_at,
                )
            )
        return True

    def has_admin(self) -> bool:
        """Whether an admin has an account that they can come in with."""
        with reading(self._engine) as connection:
            return connection.execute(select(accounts.c.id).where(*_IS_ADMIN)).first() is not None

    def use_code(self, account_id: str, *, step: int, at: datetime) -> bool:
        """Note that a code was used; False if one of this time step, or of a later one, was used before."""
        statement = update(accounts).where(accounts.c.id == account_id, accounts.c.totp_step < step)
        with self._engine.begin() as connection:
            if connection.execute(statement.values(totp_step=step)).rowcount == 0:
                return False
            confirmed = update(accounts).where(accounts.c.id == account_id, accounts.c.totp_set_at.is_(None))
            connection.execute(confirmed.values(totp_set_at=at))
        return True

    # -- links -------------------------------------------------------------------------------------------------------

    def add_link(self, link: ResetLinkRow) -> None:
        """Store a link; older ones of the same person end with it."""
        older = update(account_links).where(account_links.c.email == link.email, account_links.c.used_at.is_(None))
        with self._engine.begin() as connection:
            connection.execute(older.values(used_at=link.created_at))
            connection.execute(
                insert(account_links).values(
                    token_sha256=link.token_sha256,
                    email=link.email,
                    with_second_factor=link.with_second_factor,
                    created_at=link.created_at,
                    expires_at=link.expires_at,
                )
            )

    def link(self, token_sha256: str) -> ResetLinkRow | None:
        """The link of this token's hash, or None."""
        with reading(self._engine) as connection:
            row = connection.execute(select(account_links).where(account_links.c.token_sha256 == token_sha256)).first()
        if row is None:
            return None
        return ResetLinkRow(
            token_sha256=row.token_sha256,
            email=row.email,
            with_second_factor=row.with_second_factor,
            created_at=row.created_at,
            expires_at=row.expires_at,
            used_at=row.used_at,
        )

    def use_link(self, token_sha256: str, *, at: datetime) -> bool:
        """Use a link up; False if it was used or has run out."""
        statement = update(account_links).where(
            account_links.c.token_sha256 == token_sha256,
            account_links.c.used_at.is_(None),
            account_links.c.expires_at > at,
        )
        with self._engine.begin() as connection:
            return connection.execute(statement.values(used_at=at)).rowcount == 1

    # -- tries -------------------------------------------------------------------------------------------------------

    def note_try(self, *about: str, at: datetime, forget_before: datetime) -> None:
        """Note a try that failed, under each name; tries that are too old to count are forgotten."""
        with self._engine.begin() as connection:
            connection.execute(delete(sign_in_tries).where(sign_in_tries.c.at < forget_before))
            connection.execute(insert(sign_in_tries), [{"about": one, "at": at} for one in about])

    def tries(self, about: str, *, since: datetime) -> tuple[datetime, ...]:
        """When tries failed, oldest first."""
        query = (
            select(sign_in_tries.c.at)
            .where(sign_in_tries.c.about == about, sign_in_tries.c.at >= since)
            .order_by(sign_in_tries.c.at)
        )
        with reading(self._engine) as connection:
            return tuple(connection.execute(query).scalars())

    def forget_tries(self, about: str) -> None:
        """Somebody has come in: what failed before does not count any more."""
        with self._engine.begin() as connection:
            connection.execute(delete(sign_in_tries).where(sign_in_tries.c.about == about))


def _account(row: Row[tuple[object, ...]]) -> AccountRow:
    return AccountRow(
        id=row.id,
        email=row.email,
        role=row.role,
        password=row.password,
        totp=row.totp,
        totp_set_at=row.totp_set_at,
        totp_step=row.totp_step,
        created_at=row.created_at,
        removed_at=row.removed_at,
    )
