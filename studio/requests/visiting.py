"""One visit over a link: who it is, of which request, on which version. Every act of the page begins here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from consent.decide import RecordStatus
from consent.envelope import Envelope
from consent.grant import RecordId, Sha256Hex
from consent.record import ConsentRecord
from studio.consents.actbook import GUARDIAN, SUBJECT
from studio.errors import StoreError
from studio.requests.desk import ActRefusedError, Party, Stage
from studio.requests.links import Links
from studio.requests.stages import stage_of
from studio.store.links import LinkRow
from studio.store.records import RecordStore
from studio.store.requests import RequestRow, RequestStore, State, VersionRow

CHECKING_MAX: Final = timedelta(minutes=15)  # a check that takes longer has died with its process


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A link, opened: everything that its acts go by."""

    link: LinkRow
    request: RequestRow
    version: VersionRow
    envelope: Envelope
    record: ConsentRecord
    status: RecordStatus
    stage: Stage

    @property
    def party(self) -> Party:
        """The subject, or the guardian beside them."""
        return self.link.party

    @property
    def actor(self) -> str:
        """Who acts, for the log."""
        return GUARDIAN if self.link.party == "guardian" else SUBJECT

    @property
    def shown_in(self) -> str:
        """The language that the wording was shown in: the subject's, or the nearest that there is."""
        return self.record.subject.language if self.record.notice is None else self.record.notice.language

    @property
    def record_id(self) -> RecordId:
        """The record of the version that the link shows."""
        return self.version.record_id

    @property
    def name(self) -> Sha256Hex:
        """The record's name in the ledger."""
        name = self.envelope.public_hash
        if name is None:
            raise ActRefusedError("records_unreadable")
        return name

    def require(self, *stages: Stage) -> None:
        """Raise ``ActRefusedError`` unless this is one of the stages."""
        if self.stage not in stages:
            raise ActRefusedError("not_now")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visiting:
    """Opens links."""

    links: Links
    requests: RequestStore
    records: RecordStore
    status: Callable[[RecordId], RecordStatus]
    clock: Callable[[], datetime]

    def open(self, token: str, claim: str) -> Visit:
        """Open a link with its browser's secret.

        Raises:
            LinkRefusedError: it opens nothing.
            ActRefusedError: the records cannot be relied on.
        """
        link = self.links.open(token, claim)
        return self.visit(link)

    def visit(self, link: LinkRow) -> Visit:
        """Read what a link stands for; the link has been checked."""
        request = self._woken(self.requests.get(link.request_id))
        version = next((one for one in self.requests.versions(request.id) if one.version == request.current), None)
        envelope = None if version is None else self.records.find(version.record_id)
        if version is None or envelope is None:
            raise StoreError(f"request {request.id} has links and no record; restore the database")
        status = self.status(version.record_id)
        if status is RecordStatus.UNKNOWN:
            raise ActRefusedError("records_unreadable")
        return Visit(
            link=link,
            request=request,
            version=version,
            envelope=envelope,
            record=envelope.record(),
            status=status,
            stage=stage_of(request, party=link.party, status=status),
        )

    def move(self, visit: Visit, to: State) -> None:
        """Go on to the next state; raises ``ActRefusedError`` if somebody else was faster."""
        if not self.requests.move(visit.request, to, side=visit.party, at=self.clock()):
            raise ActRefusedError("moved_on")

    def _woken(self, request: RequestRow) -> RequestRow:
        """A check that died with its process is over: the statement may be given again."""
        if request.state != "checking" or self.clock() - request.updated_at < CHECKING_MAX:
            return request
        self.requests.move(request, "statement", at=self.clock())
        return self.requests.get(request.id)
