"""What legal does to a request. Pages and commands call these; there is no other way to an approval of a request.

Whoever acts says which version they have read (``record_id``): if another took its place meanwhile, nothing is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from consent.assessment import Answers
from consent.envelope import Envelope
from consent.errors import ConsentStateError
from consent.grant import RecordId
from consent.record import ConsentRecord
from studio.consents.actbook import ActBook
from studio.consents.acts import ConsentActs
from studio.errors import UsageError
from studio.requests.asking import Requests
from studio.requests.drafting import write_terms
from studio.requests.links import VALID_DAYS, Link
from studio.review.case import WATCHED, Case, Change
from studio.review.reading import CaseReader, changes_of
from studio.store.acts_count import count_acts
from studio.store.requests import RequestRow, Side, VersionRow

REASON_CHARS_MAX = 4000


class _KnownError(Exception):
    """This act is on record already; the transaction that would write it again is rolled back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewActs:
    """The acts, over the studio's own."""

    reader: CaseReader
    requests: Requests
    acts: ConsentActs

    @property
    def book(self) -> ActBook:
        """Where the acts are written down."""
        return self.acts.book

    # -- asking ------------------------------------------------------------------------------------------------------

    def draft(self, folder: Path, terms: Mapping[str, object], *, deal: str, by: str) -> RequestRow:
        """Draft a request from a form; ``folder`` holds the files that the terms name.

        Raises:
            FileInvalidError: the terms are wrong; every problem with its key.
            ConsentStateError: they do not fit the deal.
        """
        return self.requests.draft(write_terms(folder, terms), deal=deal, by=by)

    def send(
        self,
        request_id: str,
        *,
        by: str,
        party: Side = "subject",
        valid_days: int = VALID_DAYS,
        is_mailed: bool = False,
    ) -> Link:
        """Make a link, and file the draft if it was not sent before; ``is_mailed`` sends it to the person's contact."""
        to = None
        if is_mailed:
            record = self.reader.record(request_id)
            guardian = record.guardian
            to = record.subject.contact if party == "subject" or guardian is None else guardian.contact
        return self.requests.send(request_id, by=by, party=party, valid_days=valid_days, to=to)

    def revoke_link(self, request_id: str, link_id: str, *, by: str) -> None:
        """End a link."""
        self.requests.revoke_link(request_id, link_id, by=by)

    # -- reviewing ---------------------------------------------------------------------------------------------------

    def watched(self, record_id: RecordId, *, by: str) -> None:
        """Write down, once for each version and person, that somebody has opened a recording of the statement."""

        def only_once(connection: Connection) -> None:
            if count_acts(connection, record_id, actor=by, action=WATCHED) > 1:
                raise _KnownError  # a browser asks for many parts of one recording, some at the same time

        with suppress(_KnownError):
            self.book.note(record_id, action=WATCHED, actor=by, also=only_once)

    def assess(self, request_id: str, *, record_id: RecordId, answers: Answers, by: str) -> Envelope:
        """Answer the impact assessment.

        Raises:
            ConsentStateError: not signed yet, ended, or another version took its place.
        """
        self._for_review(request_id, record_id)
        return self.acts.assess(record_id, answers=answers, by=by)

    def approve(self, request_id: str, *, record_id: RecordId, by: str, evidence: Path | None = None) -> Envelope:
        """Approve (countersign) as one person.

        Raises:
            ConsentStateError: not signed by all, not assessed, approved by the same person before, ended, or another
                version took its place.
        """
        case = self._for_review(request_id, record_id)
        if case.has_approved(by):
            raise ConsentStateError(f"{by} has approved this version already; somebody else has to be the second")
        return self.acts.approve(record_id, approver=by, evidence=evidence)

    def answer(self, request_id: str, *, record_id: RecordId, message: str, by: str) -> None:
        """Answer a question, or agree to what the person offered instead: the same version goes back to them.

        Raises:
            ConsentStateError: nothing waits for an answer, or another version took its place.
            UsageError: a question is answered with no words.
        """
        case = self._current(request_id, record_id)
        self.requests.hand_back(request_id, by=by, message=message if case.is_counter_offer else _said(message))

    def ask_again(self, request_id: str, *, record_id: RecordId, message: str, by: str) -> VersionRow:
        """Ask the person to give statement and signature again, on the same terms; nothing that was signed changes.

        Raises:
            ConsentStateError: not signed yet, ended, or another version took its place.
        """
        case = self._for_review(request_id, record_id)
        # The same terms would be the same record. The controller's own number makes them another one.
        reference = f"{case.request.id}/{case.versions[-1].row.version + 1}"
        record = self.requests.amended(request_id, {"reference": reference})
        return self.requests.new_version(request_id, record, by=by, message=_said(message))

    def preview(
        self, request_id: str, *, record_id: RecordId, changes: Mapping[str, object]
    ) -> tuple[ConsentRecord, tuple[Change, ...]]:
        """Return the next version's record and what it says differently; nothing is done.

        Raises:
            ConsentStateError: a value is wrong, or another version took its place.
        """
        case = self._current(request_id, record_id)
        record = self.requests.amended(request_id, changes)
        return record, changes_of(case.record, record)

    def new_version(
        self, request_id: str, *, record_id: RecordId, changes: Mapping[str, object], message: str, by: str
    ) -> VersionRow:
        """File other terms as the next version, which the person reads, and signs again.

        Raises:
            ConsentStateError: a value is wrong, nothing differs, or another version took its place.
        """
        record, _ = self.preview(request_id, record_id=record_id, changes=changes)
        return self.requests.new_version(request_id, record, by=by, message=_said(message))

    # -- keeping up --------------------------------------------------------------------------------------------------

    def suspend(self, request_id: str, *, reason: str, by: str) -> None:
        """Stop every use until it is resumed."""
        self.acts.suspend(self._in_force(request_id), reason=_said(reason), by=by)

    def resume(self, request_id: str, *, reason: str, by: str) -> None:
        """Let use go on."""
        self.acts.resume(self._in_force(request_id), reason=_said(reason), by=by)

    def revoke(self, request_id: str, *, reason: str, by: str) -> None:
        """Withdraw the consent for ever: the version in force, and the one that the person is asked to sign."""
        case, why = self.reader.case(request_id), _said(reason)
        wanted = [one for one in (case.in_force, case.record_id) if one is not None]
        standing = [one for one in dict.fromkeys(wanted) if not self.acts.is_withdrawn(one)]
        if not standing:
            raise ConsentStateError(f"request {request_id} has nothing to withdraw; it was never sent, or has ended")
        for record_id in standing:
            self.acts.revoke(record_id, reason=why, by=by)

    def _in_force(self, request_id: str) -> RecordId:
        found = self.reader.case(request_id).in_force
        if found is None:
            raise ConsentStateError(f"no version of request {request_id} is in force")
        return found

    def _current(self, request_id: str, record_id: RecordId) -> Case:
        case = self.reader.case(request_id)
        if case.record_id != record_id:
            raise ConsentStateError("this request has changed since you read it; look at the newest version first")
        if case.trouble:
            raise ConsentStateError(f"nothing can be decided on this record: {case.trouble}")
        return case

    def _for_review(self, request_id: str, record_id: RecordId) -> Case:
        case = self._current(request_id, record_id)
        if case.phase != "review":
            raise ConsentStateError(_WHY_NOT.get(case.phase, "this version is not waiting for legal's review"))
        return case


_WHY_NOT = {
    "draft": "this request was not sent yet; send it first",
    "with_person": "not everybody has signed this version yet; wait for the signatures",
    "question": "the person has asked for changes; answer, or make a new version",
    "in_force": "this version is approved and in force already",
    "suspended": "this version is suspended; resume it, or make a new version",
    "ended": "this request has ended; draft another",
    "damaged": "this record cannot be relied on; run: sayso ledger verify",
}


def _said(text: str) -> str:
    """The words without the spaces around them; raises ``UsageError`` if there are none, or far too many."""
    said = text.strip()
    if not said:
        raise UsageError("say why, in a sentence: it is kept with the act")
    if len(said) > REASON_CHARS_MAX:
        raise UsageError(f"that has {len(said)} characters; say it in {REASON_CHARS_MAX} at most")
    return said
