"""Accounts, wired: the desk over the database, with second factors sealed under the vault's key."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from studio.accounts.desk import Accounts
from studio.accounts.entering import Entering
from studio.accounts.passwords import Passwords
from studio.accounts.second_factor import Seal
from studio.review.people import People
from studio.settings import Settings
from studio.store.accounts import AccountStore
from studio.store.audit import AuditLog
from studio.store.sessions import SessionStore
from studio.vault.key import open_vault_key
from studio.vault.vault import Vault
from studio.wiring.reviewing import TOKEN_BYTES


def open_accounts(
    engine: Engine,
    *,
    people: People,
    clock: Callable[[], datetime],
    key: Callable[[], bytes],
    passwords: Passwords | None = None,
) -> Accounts:
    """Wire it; ``key`` is the vault's."""
    accounts, sessions, audit = AccountStore(engine), SessionStore(engine), AuditLog(engine)
    entering = Entering(
        accounts=accounts,
        sessions=sessions,
        audit=audit,
        people=people,
        passwords=passwords or Passwords(random_bytes=secrets.token_bytes),
        seal=Seal(key=key, random_bytes=secrets.token_bytes),
        clock=clock,
        new_token=new_token,
        random_bytes=secrets.token_bytes,
    )
    return Accounts(
        entering=entering,
        accounts=accounts,
        sessions=sessions,
        audit=audit,
        people=people,
        clock=clock,
        new_token=new_token,
    )


def vault_key(settings: Settings, engine: Engine, vault: Vault) -> bytes:
    """The vault's key; made at first use, unless something was sealed with one that is missing now."""
    sealed = any(account.totp is not None for account in AccountStore(engine).all())
    return open_vault_key(
        settings.vault_key_path,
        lock_path=settings.locks_dir / "vault-key.lock",
        may_make=vault.is_empty() and not sealed,
        random_bytes=secrets.token_bytes,
    )


def new_token() -> str:
    """256 random bits, written for an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)
