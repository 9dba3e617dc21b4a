"""The daily sweep: destroys and forgets what has reached the end of its time, gives notice of ends, and clears up.

It may run at any time, as often as one likes, and after any crash: each step looks at what is there, not at what it did
before. What a sweep could not do stands in its report; the next one tries again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from consent.decide import RecordStatus
from consent.envelope import Envelope
from consent.errors import ConsentError
from consent.grant import RecordId
from studio.consents.destroying import Destruction
from studio.errors import StudioError
from studio.notices.notifier import About, Notifier
from studio.notices.postman import Postman, Round
from studio.retention.forgetting import DRAFT_LIFE, Forgetting
from studio.store.outbox import Outbox
from studio.store.records import RecordStore
from studio.vault.vault import Vault

NOTICE_DAYS = (7, 30)  # shortest first: a sweep that comes late gives the notice that is still true
REMEMBER = timedelta(days=90)  # for how long it is known to whom a notice went
_ENDS_ON_ITS_OWN = frozenset({RecordStatus.ACTIVE, RecordStatus.SUSPENDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepReport:
    """What a sweep did. ``troubles`` says, record by record, what it could not."""

    at: datetime
    destroyed: dict[RecordId, int]  # lines of each new certificate
    expiring: tuple[RecordId, ...]  # of which notice is due; each is given once
    drafts: int  # files of drafts that were never sent
    forgotten: tuple[str, ...]  # numbers of requests, ids of records that were filed by hand
    left_overs: int
    sent: Round
    troubles: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """For machines."""
        return {
            "at": self.at.isoformat(),
            "destroyed": dict(self.destroyed),
            "expiring": list(self.expiring),
            "drafts": self.drafts,
            "forgotten": list(self.forgotten),
            "left_overs": self.left_overs,
            "notices": {"sent": self.sent.sent, "failed": self.sent.failed, "held": self.sent.held},
            "troubles": list(self.troubles),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeper:
    """Sweeps."""

    records: RecordStore
    vault: Vault
    destruction: Destruction
    forgetting: Forgetting
    notifier: Notifier
    outbox: Outbox
    postman: Postman
    status: Callable[[RecordId], RecordStatus]

    def sweep(self, at: datetime) -> SweepReport:
        """Sweep once, as of ``at``."""
        destroyed: dict[RecordId, int] = {}
        expiring: list[RecordId] = []
        troubles: list[str] = []
        for record_id in self.records.all_ids():
            try:
                certificate = self.destruction.retire(record_id, at=at)
                if certificate is not None:
                    destroyed[record_id] = len(certificate.destroyed)
                if self._gives_notice(record_id, at):
                    expiring.append(record_id)
            except (StudioError, ConsentError, OSError) as e:  # one damaged record must not save all the others
                troubles.append(f"{record_id[:12]}: {e}")
        forgotten = self.forgetting.forget_due(at, but=frozenset(destroyed))
        drafts = self._drafts(at)
        left_overs = self.vault.clear_left_overs(at=at) + self.destruction.copies.clear_old_trainings(at=at)
        self.outbox.forget(before=at - REMEMBER)
        return SweepReport(
            at=at,
            destroyed=destroyed,
            expiring=tuple(expiring),
            drafts=drafts,
            forgotten=forgotten.names,
            left_overs=left_overs,
            sent=self.postman.send_due(),
            troubles=(*troubles, *forgotten.troubles, *self._unreadable()),
        )

    def _gives_notice(self, record_id: RecordId, at: datetime) -> bool:
        envelope = self.records.find_or_error(record_id)
        if not isinstance(envelope, Envelope) or envelope.public_hash is None:
            return False
        record = envelope.record()
        days_left = (record.scope.valid_until - at.date()).days
        due = next((days for days in NOTICE_DAYS if 0 <= days_left <= days), None)
        if due is None or self.status(record_id) not in _ENDS_ON_ITS_OWN:
            return False
        about = About(record_id=record_id, public_hash=envelope.public_hash, record=record, at=at)
        self.notifier.expiring(about, days_ahead=due)
        return True

    def _drafts(self, at: datetime) -> int:
        """Destroy files of drafts that nobody sent: the person was never even asked. Returns how many files."""
        count = 0
        for owner in self.vault.records():
            if self.records.find_or_error(owner) is not None:
                continue
            for item in self.vault.items(owner):
                if at - item.kept_at > DRAFT_LIFE:
                    self.vault.erase(item.id, at=at, why="draft")
                    count += 1
        return count

    def _unreadable(self) -> tuple[str, ...]:
        """Records that cannot be read: nothing says how long their files may be kept, so a person must look."""
        lost = (one for one in self.vault.records() if isinstance(self.records.find_or_error(one), Exception))
        return tuple(f"{one[:12]}: the vault keeps files of a record that cannot be read; look at it" for one in lost)
