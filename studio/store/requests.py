"""Requests on disk: what legal asks of a person, in versions that are never overwritten, and what was said about it.

A version is a consent record that was filed; ``request_versions`` only says which record is which version of what.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import Connection, Engine, Row, insert, select, update

from consent.grant import RecordId
from studio.errors import NotFoundError
from studio.store.engine import reading
from studio.store.schema import request_messages, request_versions, requests

# How far the people are. Whether a signed record may be used (active, suspended, withdrawn ...) is for the ledger.
State: TypeAlias = Literal[
    "drafted", "asked", "statement", "checking", "sign", "signed", "changes_asked", "declined", "withdrawn"
]
Side: TypeAlias = Literal["subject", "guardian"]

PREFIX_MIN = 4  # people paste the first letters of an id


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow:
    """One request. ``draft`` is the JSON of a record without notice, until it is sent."""

    id: str
    deal: str
    state: State
    created_by: str
    created_at: datetime
    updated_at: datetime
    current: int = 0  # the version that the links show; 0 before the first is filed
    draft: str | None = None
    guardian_state: State | None = None  # None: the record names no guardian

    def state_of(self, side: Side) -> State:
        """How far the subject, or the guardian beside them, is."""
        return self.state if side == "subject" or self.guardian_state is None else self.guardian_state


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One version: a filed record. ``made_by`` is an address, "subject" or "guardian"."""

    request_id: str
    version: int
    record_id: RecordId
    made_by: str
    message: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """What somebody wrote to the other side. ``author`` is an address, "subject" or "guardian"."""

    request_id: str
    version: int
    author: str
    text: str
    at: datetime

    @property
    def is_of_legal(self) -> bool:
        """Whether the controller's side wrote it."""
        return self.author not in ("subject", "guardian")


class RequestStore:
    """Reads and writes requests; each call is one transaction, but for those that end in ``_in``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, request: RequestRow) -> None:
        """Store a new request."""
        with self._engine.begin() as connection:
            connection.execute(
                insert(requests).values(
                    id=request.id,
                    deal=request.deal,
                    state=request.state,
                    created_by=request.created_by,
                    created_at=request.created_at,
                    updated_at=request.updated_at,
                    current=request.current,
                    draft=request.draft,
                    guardian_state=request.guardian_state,
                )
            )

    def get(self, request_id: str) -> RequestRow:
        """One request.

        Raises:
            NotFoundError: there is none.
        """
        with reading(self._engine) as connection:
            row = connection.execute(select(requests).where(requests.c.id == request_id)).first()
        if row is None:
            raise _unknown(request_id)
        return _request(row)

    def resolve(self, text: str) -> str:
        """Turn a request's id, or its beginning, into the whole id.

        Raises:
            NotFoundError: it names no request, or more than one.
        """
        wanted = text.strip().lower()
        if len(wanted) < PREFIX_MIN or not wanted.isalnum():
            raise _unknown(text)
        query = select(requests.c.id).where(requests.c.id.startswith(wanted)).limit(2)
        with reading(self._engine) as connection:
            found = list(connection.execute(query).scalars())
        if len(found) != 1:
            raise _unknown(text) if not found else NotFoundError(f"{text} names more than one request; give more of it")
        return str(found[0])

    def all(self, *, state: State | None = None) -> tuple[RequestRow, ...]:
        """Every request, newest first; or those in one state."""
        query = select(requests).order_by(requests.c.created_at.desc(), requests.c.id)
        if state is not None:
            query = query.where(requests.c.state == state)
        with reading(self._engine) as connection:
            return tuple(_request(row) for row in connection.execute(query))

    def versions(self, request_id: str) -> tuple[VersionRow, ...]:
        """All versions, oldest first."""
        query = (
            select(request_versions)
            .where(request_versions.c.request_id == request_id)
            .order_by(request_versions.c.version)
        )
        with reading(self._engine) as connection:
            return tuple(_version(row) for row in connection.execute(query))

    def of_record(self, record_id: RecordId) -> VersionRow | None:
        """The version that this record is; None if it was filed by hand."""
        query = select(request_versions).where(request_versions.c.record_id == record_id)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return None if row is None else _version(row)

    def add_version_in(
        self, connection: Connection, version: VersionRow, *, state: State, guardian_state: State | None
    ) -> None:
        """Make this record the newest version, in the transaction that files it."""
        connection.execute(
            insert(request_versions).values(
                request_id=version.request_id,
                version=version.version,
                record_id=version.record_id,
                made_by=version.made_by,
                message=version.message,
                created_at=version.created_at,
            )
        )
        connection.execute(
            update(requests)
            .where(requests.c.id == version.request_id)
            .values(
                current=version.version,
                draft=None,
                state=state,
                guardian_state=guardian_state,
                updated_at=version.created_at,
            )
        )

    def keep_draft(self, request_id: str, draft: str, *, at: datetime) -> None:
        """Replace the terms of a request that was not sent yet."""
        with self._engine.begin() as connection:
            connection.execute(
                update(requests)
                .where(requests.c.id == request_id, requests.c.current == 0)
                .values(draft=draft, updated_at=at)
            )

    def move(self, request: RequestRow, to: State, *, side: Side = "subject", at: datetime) -> bool:
        """Go on from the state that was read; False if somebody else has moved it, or the version, meanwhile."""
        column = requests.c.state if side == "subject" else requests.c.guardian_state
        statement = (
            update(requests)
            .where(
                requests.c.id == request.id,
                requests.c.current == request.current,
                column == request.state_of(side),
            )
            .values({column: to, requests.c.updated_at: at})
        )
        with self._engine.begin() as connection:
            return connection.execute(statement).rowcount == 1

    def show_version(self, request_id: str, version: int, *, has_guardian: bool, at: datetime) -> None:
        """Let the links show this signed version again: a newer one came to nothing."""
        with self._engine.begin() as connection:
            connection.execute(
                update(requests)
                .where(requests.c.id == request_id)
                .values(
                    current=version,
                    state="signed",
                    guardian_state="signed" if has_guardian else None,
                    updated_at=at,
                )
            )

    def say(self, message: MessageRow) -> None:
        """Keep what somebody wrote."""
        with self._engine.begin() as connection:
            connection.execute(
                insert(request_messages).values(
                    request_id=message.request_id,
                    version=message.version,
                    author=message.author,
                    text=message.text,
                    at=message.at,
                )
            )

    def messages(self, request_id: str) -> tuple[MessageRow, ...]:
        """What was written, oldest first."""
        query = (
            select(request_messages).where(request_messages.c.request_id == request_id).order_by(request_messages.c.id)
        )
        with reading(self._engine) as connection:
            return tuple(
                MessageRow(request_id=row.request_id, version=row.version, author=row.author, text=row.text, at=row.at)
                for row in connection.execute(query)
            )


def _unknown(text: str) -> NotFoundError:
    return NotFoundError(f"there is no request {text} in this home; sayso request list shows those there are")


def _request(row: Row[tuple[object, ...]]) -> RequestRow:
    return RequestRow(
        id=row.id,
        deal=row.deal,
        state=row.state,
        created_by=row.created_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
        current=row.current,
        draft=row.draft,
        guardian_state=row.guardian_state,
    )


def _version(row: Row[tuple[object, ...]]) -> VersionRow:
    return VersionRow(
        request_id=row.request_id,
        version=row.version,
        record_id=RecordId(row.record_id),
        made_by=row.made_by,
        message=row.message,
        created_at=row.created_at,
    )
