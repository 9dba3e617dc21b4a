"""Passkeys on disk: public keys, and the one challenge that each person is asked to sign at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, insert, select, update

from studio.store.engine import reading
from studio.store.requests import Side
from studio.store.schema import passkeys


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyRow:
    """The passkey of one person for one request. ``purpose`` says what the open challenge is for; empty for none."""

    request_id: str
    party: Side
    challenge: bytes | None = None
    purpose: str = ""
    issued_at: datetime | None = None
    credential_id: bytes | None = None
    cose_key: bytes | None = None
    sign_count: int = 0


class PasskeyStore:
    """Reads and writes passkeys; each call is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, request_id: str, party: Side) -> PasskeyRow:
        """What is known of this person's passkey; an empty row if nothing is."""
        query = select(passkeys).where(passkeys.c.request_id == request_id, passkeys.c.party == party)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        if row is None:
            return PasskeyRow(request_id=request_id, party=party)
        return PasskeyRow(
            request_id=row.request_id,
            party=row.party,
            challenge=row.challenge,
            purpose=row.purpose,
            issued_at=row.issued_at,
            credential_id=row.credential_id,
            cose_key=row.cose_key,
            sign_count=row.sign_count,
        )

    def challenge(self, request_id: str, party: Side, *, challenge: bytes, purpose: str, at: datetime) -> None:
        """Ask for one signature; an older challenge is void."""
        values = {"challenge": challenge, "purpose": purpose, "issued_at": at}
        with self._engine.begin() as connection:
            changed = connection.execute(
                update(passkeys).where(passkeys.c.request_id == request_id, passkeys.c.party == party).values(values)
            )
            if changed.rowcount == 0:
                connection.execute(insert(passkeys).values(request_id=request_id, party=party, sign_count=0, **values))

    def take(self, request_id: str, party: Side, *, challenge: bytes) -> bool:
        """Use the challenge up, before what answers it is looked at; False if it was used or is another."""
        statement = (
            update(passkeys)
            .where(passkeys.c.request_id == request_id, passkeys.c.party == party, passkeys.c.challenge == challenge)
            .values(challenge=None, purpose="", issued_at=None)
        )
        with self._engine.begin() as connection:
            return connection.execute(statement).rowcount == 1

    def enrol(self, request_id: str, party: Side, *, credential_id: bytes, cose_key: bytes, sign_count: int) -> None:
        """Keep the public key of a new passkey."""
        self._set(request_id, party, credential_id=credential_id, cose_key=cose_key, sign_count=sign_count)

    def note_count(self, request_id: str, party: Side, *, sign_count: int) -> None:
        """Keep the passkey's counter, which tells a copied device."""
        self._set(request_id, party, sign_count=sign_count)

    def _set(self, request_id: str, party: Side, **values: object) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                update(passkeys).where(passkeys.c.request_id == request_id, passkeys.c.party == party).values(values)
            )
