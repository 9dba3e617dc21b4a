"""What legal and marketers do with a request: draft it, send it, take a link back, answer, make a new version.

Nothing here approves anything; that is for ``studio.review``. Every act says by whom, and is written down.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from consent.errors import ConsentStateError
from consent.grant import RecordId, Sha256Hex
from consent.narrowing import differences
from consent.record import ConsentRecord, canonical_bytes
from consent.signatures import ADDRESS
from studio.consents.actbook import ActBook
from studio.errors import UsageError
from studio.requests.amending import amended
from studio.requests.desk import Party
from studio.requests.drafting import Drafting
from studio.requests.filing import Filing
from studio.requests.links import VALID_DAYS, Link, Links, require_days
from studio.requests.overview import newest_record
from studio.requests.templates import Template
from studio.store.records import RecordStore
from studio.store.requests import MessageRow, RequestRow, RequestStore, VersionRow
from studio.store.scripts import ScriptInbox

Delivery = Callable[[str, Link, ConsentRecord], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """The acts, with everything they need passed in.

    ``template`` reads a deal's defaults; ``deliver`` sends a link to an address (contact, link, record).
    """

    requests: RequestStore
    records: RecordStore
    filing: Filing
    drafting: Drafting
    links: Links
    scripts: ScriptInbox
    template: Callable[[str], Template]
    deliver: Delivery
    clock: Callable[[], datetime]
    new_id: Callable[[], str]

    @property
    def book(self) -> ActBook:
        """Where the acts are written down."""
        return ActBook(records=self.records, clock=self.clock)

    def draft(self, path: Path, *, deal: str, by: str) -> RequestRow:
        """Draft a request from a consent.toml and the deal's template; nothing is sent.

        Raises:
            FileInvalidError: the file is wrong; every problem with its line.
            ConsentStateError: it is of another class than the deal.
            UsageError: there is no such deal.
        """
        template = self.template(deal)
        record = self.drafting.read(path, template)
        request_id, at = self.new_id(), self.clock()
        if record.reference is None:  # so that the same person may be asked the same again: another record
            record = record.model_copy(update={"reference": request_id})
        request = RequestRow(
            id=request_id,
            deal=template.deal,
            state="drafted",
            created_by=by,
            created_at=at,
            updated_at=at,
            draft=canonical_bytes(record).decode(),
        )
        self.drafting.keep_files(path, record, owner=RecordId(request.id), at=at)
        self.requests.add(request)
        return request

    def send(
        self,
        request_id: str,
        *,
        by: str,
        party: Party = "subject",
        valid_days: int = VALID_DAYS,
        to: str | None = None,
    ) -> Link:
        """File the draft if it was not sent before, and make a link; ``to`` also mails it there.

        Raises:
            ConsentStateError: the request has ended, or names no guardian.
            UsageError: ``to`` is not that person's contact in the record, or no address; or the days are out of range.
        """
        request = self.requests.get(request_id)
        if request.state in ("declined", "withdrawn"):
            raise ConsentStateError(f"request {request_id} was {request.state}; draft another")
        record = self._record(request)
        contact = _contact(record, party)
        if to is not None and to.strip().casefold() != contact.strip().casefold():
            raise UsageError(f"the record names {contact} as this person's contact; a link goes there or nowhere")
        if to is not None and not re.fullmatch(ADDRESS, contact):
            raise UsageError(f"{contact} is no e-mail address; make a link and give it to the person by hand")
        require_days(valid_days)  # before anything is filed
        if request.current == 0:
            self.filing.file(request, record, by=by)
        link = self.links.make(request_id, party=party, by=by, valid_days=valid_days, sent_to=to)
        self._note(request_id, "link_made", by=by)
        if to is not None:
            self.deliver(contact, link, record)
        return link

    def revoke_link(self, request_id: str, link_id: str, *, by: str) -> None:
        """End a link; whoever has it open can do nothing more with it."""
        self.links.revoke(request_id, link_id)
        self._note(request_id, "link_revoked", by=by)

    def new_version(self, request_id: str, record: ConsentRecord, *, by: str, message: str) -> VersionRow:
        """File other terms as the next version, which the subject reads, and signs again.

        Raises:
            ConsentStateError: nothing differs, the person is another, or the request has ended or was never sent.
        """
        request = self.requests.get(request_id)
        if request.state in ("drafted", "declined", "withdrawn"):
            raise ConsentStateError(f"request {request_id} is {request.state}; only one that was sent has versions")
        old = self._record(request)
        if not [one for one in differences(old, record) if not one.path.startswith("notice")]:
            raise ConsentStateError("the terms are the same as before; change at least one")
        if (record.subject.name, record.subject.contact) != (old.subject.name, old.subject.contact):
            raise ConsentStateError("a version is of the same person, with the same contact; draft another request")
        if record.guardian != old.guardian:
            raise ConsentStateError("a version has the same guardian, or none as before; draft another request")
        if (record.deal, record.subject_class) != (old.deal, old.subject_class):
            raise ConsentStateError("a version is of the same deal and class; draft another request")
        version = self.filing.file(request, record, by=by, message=message.strip())
        if message.strip():
            self._say(self.requests.get(request_id), message, by=by)
        return version

    def amended(self, request_id: str, changes: Mapping[str, object]) -> ConsentRecord:
        """Return the newest version's record with other values, as JSON by dotted path ("scope.max_takes").

        Raises:
            ConsentStateError: a path or a value is wrong.
        """
        return amended(self._record(self.requests.get(request_id)), changes)

    def hand_back(self, request_id: str, *, by: str, message: str) -> None:
        """Answer a question, or agree to a counter-offer: the same version goes back to the subject.

        Raises:
            ConsentStateError: nothing lies with legal.
        """
        request = self.requests.get(request_id)
        if request.state != "changes_asked":
            raise ConsentStateError(
                f"nothing of request {request_id} waits for an answer; its state is {request.state}"
            )
        if not self.requests.move(request, "asked", at=self.clock()):
            raise ConsentStateError(f"request {request_id} has changed meanwhile; look at it again")
        if message.strip():
            self._say(request, message, by=by)
        self._note(request_id, "answered", by=by, reason=message.strip())

    def request_script(self, request_id: str, *, text: str, locale: str, campaign: str, by: str) -> Sha256Hex:
        """Put the exact words of a script before the subject for approval."""
        request = self.requests.get(request_id)
        version = self.filing.current(request)
        if version is None:
            raise ConsentStateError(f"request {request_id} was not sent yet; send it first")
        sha256 = self.scripts.ask(version.record_id, text=text, locale=locale, campaign=campaign, at=self.clock())
        self._note(request_id, "script_asked", by=by)
        return sha256

    def _record(self, request: RequestRow) -> ConsentRecord:
        return newest_record(request, current=self.filing.current(request), records=self.records)

    def _say(self, request: RequestRow, text: str, *, by: str) -> None:
        self.requests.say(
            MessageRow(request_id=request.id, version=request.current, author=by, text=text.strip(), at=self.clock())
        )

    def _note(self, request_id: str, action: str, *, by: str, reason: str = "") -> None:
        version = self.filing.current(self.requests.get(request_id))
        if version is not None:
            self.book.note(version.record_id, action=action, actor=by, reason=reason)


def _contact(record: ConsentRecord, party: Party) -> str:
    if party == "subject":
        return record.subject.contact
    if record.guardian is None:
        raise ConsentStateError("the record names no guardian; make a version that does")
    return record.guardian.contact
