"""Forgets a request once nothing of it has to be kept: its records' text, its acts, its messages, its links.

1. A request is over when each of its versions has ended and every kind of file that its retention knows is due.
2. What was destroyed must be certified first. So a request is forgotten by the sweep after the one that destroyed.
3. Each version gets a last entry in the ledger, which names nobody; with its salt gone, nothing ties it to anybody.
4. A record that cannot be read says nothing of its retention, and is not forgotten: the sweep names it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import Connection

from consent.envelope import Envelope
from consent.errors import ConsentError
from consent.grant import RecordId
from consent.ledger import FORGOTTEN, Acted
from studio.consents.actbook import stamp
from studio.consents.ending import Ending, kinds_due
from studio.errors import StudioError
from studio.store.forgetting import forget_records_in, forget_request, forget_request_in
from studio.store.records import RecordStore
from studio.store.requests import RequestRow, RequestStore
from studio.vault.item import KINDS
from studio.vault.vault import Vault

DRAFT_LIFE: Final = timedelta(days=90)  # a request that nobody sent for a season is none
DECLINED_LIFE: Final = timedelta(days=90)  # so long legal sees that somebody was asked, and said no
SETTLING: Final = timedelta(days=2)  # so long a withdrawal that was cut off is still ended, and its notices written


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was forgotten: numbers of requests, and ids of records that were filed by hand."""

    names: tuple[str, ...]
    troubles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting:
    """Forgets what is over. ``ending`` says how a record's consent ended; None while it has not."""

    records: RecordStore
    requests: RequestStore
    vault: Vault
    ending: Callable[[RecordId, datetime], Ending | None]

    def forget_due(self, at: datetime, *, but: Collection[RecordId] = ()) -> Forgotten:
        """Forget what is over by ``at``, but those of ``but``, of which something was destroyed just now."""
        names: list[str] = []
        troubles: list[str] = []
        for name, forget in (*self._requests(at, but), *self._filed_by_hand(at, but)):
            try:
                forget()
            except (StudioError, ConsentError, OSError) as e:  # one that cannot be forgotten must not save the others
                troubles.append(f"{name[:12]}: {e}")
            else:
                names.append(name)
        return Forgotten(names=tuple(names), troubles=tuple(troubles))

    def _requests(self, at: datetime, but: Collection[RecordId]) -> Iterator[tuple[str, Callable[[], None]]]:
        for request in self.requests.all():
            versions = tuple(one.record_id for one in self.requests.versions(request.id))
            if not versions and at - request.updated_at > DRAFT_LIFE:
                yield request.id, partial(self._forget_draft, request, at)
            elif versions and all(self._is_over(one, at, but) for one in versions):
                yield request.id, partial(self._forget, versions, at, request=request)

    def _filed_by_hand(self, at: datetime, but: Collection[RecordId]) -> Iterator[tuple[str, Callable[[], None]]]:
        for record_id in self.records.all_ids():
            if self.requests.of_record(record_id) is None and self._is_over(record_id, at, but):
                yield record_id, partial(self._forget, (record_id,), at)

    def _is_over(self, record_id: RecordId, at: datetime, but: Collection[RecordId]) -> bool:
        envelope = self.records.find_or_error(record_id)
        if record_id in but or not isinstance(envelope, Envelope):
            return False
        ending = self.ending(record_id, at)
        if ending is None or self.vault.items(record_id):
            return False
        settled = ending.at + (DECLINED_LIFE if ending.how == "declined" else SETTLING)
        return settled <= at and kinds_due(envelope.record().retention, ending, at=at) >= frozenset(KINDS)

    def _forget_draft(self, request: RequestRow, at: datetime) -> None:
        self.vault.erase_record(RecordId(request.id), at=at, why="draft")
        forget_request(self.records.engine, request.id)

    def _forget(self, record_ids: tuple[RecordId, ...], at: datetime, *, request: RequestRow | None = None) -> None:
        entries = []
        for record_id in record_ids:
            envelope = self.records.find(record_id)
            assert envelope is not None, "it was read a moment ago"
            said = stamp(envelope, at=at, actor="studio")
            entries.append(Acted(public_hash=said.name, at=at, actor_hash=said.actor, action=FORGOTTEN))

        def erase(connection: Connection) -> None:
            if request is None:
                forget_records_in(connection, record_ids)
            else:
                forget_request_in(connection, request.id)

        self.records.end(entries, at=at, erase=erase)
