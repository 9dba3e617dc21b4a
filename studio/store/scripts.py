"""Scripts that wait for the subject's word, each by the hash of its exact words."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, insert, select

from consent.grant import RecordId, Sha256Hex
from studio.store.engine import reading
from studio.store.schema import scripts


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptRow:
    """One script of one record."""

    record_id: RecordId
    sha256: Sha256Hex
    text: str
    locale: str
    campaign: str
    asked_at: datetime


class ScriptInbox:
    """Reads and writes scripts; each call is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(self, record_id: RecordId, *, text: str, locale: str, campaign: str, at: datetime) -> Sha256Hex:
        """Put a script before the subject; the same words are asked once. Returns the hash of its words."""
        sha256 = Sha256Hex(hashlib.sha256(text.encode()).hexdigest())
        with self._engine.begin() as connection:
            known = connection.execute(
                select(scripts.c.sha256).where(scripts.c.record_id == record_id, scripts.c.sha256 == sha256)
            ).first()
            if known is None:
                connection.execute(
                    insert(scripts).values(
                        record_id=record_id, sha256=sha256, text=text, locale=locale, campaign=campaign, asked_at=at
                    )
                )
        return sha256

    def of_record(self, record_id: RecordId) -> tuple[ScriptRow, ...]:
        """The scripts that were put before this record's subject, oldest first."""
        query = select(scripts).where(scripts.c.record_id == record_id).order_by(scripts.c.asked_at)
        with reading(self._engine) as connection:
            return tuple(
                ScriptRow(
                    record_id=RecordId(row.record_id),
                    sha256=Sha256Hex(row.sha256),
                    text=row.text,
                    locale=row.locale,
                    campaign=row.campaign,
                    asked_at=row.asked_at,
                )
                for row in connection.execute(query)
            )
