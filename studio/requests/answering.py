"""What a person answers to a request: less than was asked, a question, no, or yes so far.

A counter-offer and a question lie with legal until it answers; nothing is signed meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent.errors import ConsentStateError
from studio.consents.subject_acts import SubjectActs
from studio.requests.countering import narrowed
from studio.requests.desk import ActRefusedError, Counter
from studio.requests.filing import Filing
from studio.requests.stages import APPROVED
from studio.requests.visiting import Visit, Visiting
from studio.store.requests import MessageRow

MESSAGE_MAX: Final = 4000
MESSAGES_MAX: Final = 50
VERSIONS_MAX: Final = 20  # of one request: each is a record for ever in the ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Takes answers. ``changed`` tells legal that something waits (what happened, id of the request)."""

    visiting: Visiting
    filing: Filing
    acts: SubjectActs
    changed: Callable[[str, str], None]
    clock: Callable[[], datetime]

    def narrow(self, visit: Visit, counter: Counter) -> None:
        """File a narrower version, which lies with legal."""
        visit.require("asked", "statement", "sign")
        if visit.envelope.subject_signature is not None:
            raise ActRefusedError("not_now")
        record = narrowed(visit.record, counter, record_id=visit.record_id)
        if len(self.visiting.requests.versions(visit.request.id)) >= VERSIONS_MAX:
            raise ActRefusedError("too_many_versions")
        self.visiting.move(visit, "changes_asked")
        moved = self.visiting.requests.get(visit.request.id)
        try:
            self.filing.file(moved, record, by=visit.actor, state="changes_asked")
        except ConsentStateError as e:
            raise ActRefusedError("moved_on") from e
        self.changed("narrowed", visit.request.id)

    def ask_for_changes(self, visit: Visit, message: str) -> None:
        """Send legal a message; before the signature, everything waits for the answer."""
        visit.require("asked", "statement", "sign", "with_legal", "active", "suspended")
        text = message.strip()
        if not text:
            raise ActRefusedError("message_empty")
        if len(text) > MESSAGE_MAX:
            raise ActRefusedError("message_long", most=str(MESSAGE_MAX))
        actor = visit.actor
        said = [one for one in self.visiting.requests.messages(visit.request.id) if one.author == actor]
        if len(said) >= MESSAGES_MAX:
            raise ActRefusedError("too_many_messages")
        if visit.party == "subject" and visit.stage in ("asked", "statement", "sign"):
            self.visiting.move(visit, "changes_asked")
        self.visiting.requests.say(
            MessageRow(
                request_id=visit.request.id, version=visit.version.version, author=actor, text=text, at=self.clock()
            )
        )
        self.acts.book.note(visit.record_id, action="changes_asked", actor=actor, reason=text)
        self.changed("changes_asked", visit.request.id)

    def decline(self, visit: Visit, reason: str) -> None:
        """Say no, for good. Declining an amendment leaves what was agreed before as it was."""
        visit.require("asked", "statement", "sign", "with_legal")
        if len(reason) > MESSAGE_MAX:
            raise ActRefusedError("message_long", most=str(MESSAGE_MAX))
        try:
            self.acts.decline(visit.record_id, reason=reason.strip(), by=visit.actor)
        except ConsentStateError as e:  # signed: that is withdrawn, not declined
            raise ActRefusedError("not_now") from e
        requests = self.visiting.requests
        earlier = [one for one in requests.versions(visit.request.id) if one.version < visit.version.version]
        standing = [one for one in earlier if self.visiting.status(one.record_id) in APPROVED]
        if standing:
            has_guardian = visit.request.guardian_state is not None  # versions of one request have the same people
            requests.show_version(visit.request.id, standing[-1].version, has_guardian=has_guardian, at=self.clock())
        else:
            requests.move(requests.get(visit.request.id), "declined", at=self.clock())
        self.changed("declined", visit.request.id)

    def agree(self, visit: Visit) -> bool:
        """Agree to the wording and to the checks; returns whether a spoken statement is next."""
        visit.require("asked")
        if visit.party == "guardian" and visit.envelope.subject_signature is None:
            raise ActRefusedError("waiting_for_subject")
        needs_statement = visit.party == "subject" and visit.record.biometric_checks == "agreed"
        self.visiting.move(visit, "statement" if needs_statement else "sign")
        self.acts.book.note(visit.record_id, action="wording_agreed", actor=visit.actor)
        return needs_statement
