"""Messages that have to leave the house: each is stored with the act that it is about, and sent afterwards.

A message has a name (``dedupe``) under which it is stored once, so that whoever queues it may do so again. One that was
sent keeps its name and loses its text. One that failed stands here with the reason until a person looks at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from sqlalchemy import Connection, Engine, Row, insert, select, update

from studio.store.engine import reading
from studio.store.schema import outbox

Channel: TypeAlias = Literal["mail", "webhook"]
MessageState: TypeAlias = Literal["waiting", "sent", "given_up"]

CLAIM = timedelta(minutes=5)  # a sender that dies within this time leaves its message to the next
BACKOFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
    timedelta(days=1),
    timedelta(days=2),
)  # a mail server that is down for a weekend still gets it; then a person must look


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is to be said to whom. A webhook's body is JSON, and its recipient is empty: there is one webhook."""

    dedupe: str
    channel: Channel
    recipient: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A message with how its sending went. ``error`` says what went wrong last."""

    id: int
    message: Message
    created_at: datetime
    next_try_at: datetime | None
    attempts: int
    sent_at: datetime | None
    error: str

    @property
    def state(self) -> MessageState:
        """Where it is."""
        if self.sent_at is not None:
            return "sent"
        return "given_up" if self.next_try_at is None else "waiting"


class Outbox:
    """Queues messages and keeps the book of their sending."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, *messages: Message, at: datetime) -> int:
        """Queue messages that were never queued before; returns how many."""
        with self._engine.begin() as connection:
            return sum(put_with(connection, message, at) for message in messages)

    def claim(self, *, at: datetime) -> Queued | None:
        """Take the message that has waited longest. Nobody else gets it for as long as CLAIM lasts."""
        due = (
            select(outbox)
            .where(outbox.c.sent_at.is_(None), outbox.c.next_try_at <= at)
            .order_by(outbox.c.next_try_at, outbox.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        with self._engine.begin() as connection:
            row = connection.execute(due).first()
            if row is None:
                return None
            connection.execute(update(outbox).where(outbox.c.id == row.id).values(next_try_at=at + CLAIM))
            return _queued(row)

    def sent(self, message_id: int, *, at: datetime) -> None:
        """It was taken by the other side; its text, which speaks of people, goes."""
        self._note(message_id, sent_at=at, next_try_at=None, body="", error="")

    def failed(self, queued: Queued, *, at: datetime, error: str) -> None:
        """It was not taken; it is tried again later, or given up."""
        wait = BACKOFF[queued.attempts] if queued.attempts < len(BACKOFF) else None
        next_try_at = None if wait is None else at + wait
        self._note(queued.id, next_try_at=next_try_at, attempts=queued.attempts + 1, error=error)

    def held(self, message_id: int, *, until: datetime, error: str) -> None:
        """There is no way to send it yet; it waits, and that is no failed try."""
        self._note(message_id, next_try_at=until, error=error)

    def again(self, *, at: datetime) -> int:
        """Try everything that failed or was given up once more, from the beginning; returns how many."""
        failed = (outbox.c.sent_at.is_(None), outbox.c.error != "")
        with self._engine.begin() as connection:
            return connection.execute(update(outbox).where(*failed).values(next_try_at=at, attempts=0)).rowcount

    def forget(self, *, before: datetime) -> int:
        """Forget to whom old messages went; their names stay, so that none of them is ever sent twice."""
        old = (outbox.c.sent_at < before, outbox.c.recipient != "")
        with self._engine.begin() as connection:
            return connection.execute(update(outbox).where(*old).values(recipient="", subject="")).rowcount

    def all(self) -> tuple[Queued, ...]:
        """Every message, oldest first."""
        with reading(self._engine) as connection:
            return tuple(_queued(row) for row in connection.execute(select(outbox).order_by(outbox.c.id)))

    def _note(self, message_id: int, **values: object) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(outbox).where(outbox.c.id == message_id).values(**values))


def put_with(connection: Connection, message: Message, at: datetime) -> bool:
    """Store a message in the transaction of the act that it is about; False if it was stored before."""
    known = connection.execute(select(outbox.c.id).where(outbox.c.dedupe == message.dedupe)).first()
    if known is not None:
        return False
    connection.execute(
        insert(outbox).values(
            dedupe=message.dedupe,
            channel=message.channel,
            recipient=message.recipient,
            subject=message.subject,
            body=message.body,
            created_at=at,
            next_try_at=at,
            attempts=0,
            error="",
        )
    )
    return True


def _queued(row: Row[tuple[object, ...]]) -> Queued:
    message = Message(
        dedupe=row.dedupe, channel=row.channel, recipient=row.recipient, subject=row.subject, body=row.body
    )
    return Queued(
        id=row.id,
        message=message,
        created_at=row.created_at,
        next_try_at=row.next_try_at,
        attempts=row.attempts,
        sent_at=row.sent_at,
        error=row.error,
    )
