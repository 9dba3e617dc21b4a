"""The subject's page, answered: ``studio.requests.desk.SubjectDesk`` over the stores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from consent.envelope import Envelope
from consent.errors import LedgerError
from consent.restriction import FIELDS
from pipelines.evidence.result import MOVEMENTS
from studio.consents.subject_acts import SubjectActs
from studio.requests.answering import Answering
from studio.requests.asking import Delivery
from studio.requests.comparing import Comparing
from studio.requests.desk import ActRefusedError, CheckLine, Counter, Movements, SubjectView
from studio.requests.links import BY_ITSELF, Links
from studio.requests.notice import Wordings
from studio.requests.passkeys import Passkeys
from studio.requests.signing import ScriptSigning, Signing
from studio.requests.speaking import Speaking
from studio.requests.taking_back import TakingBack
from studio.requests.uses import Uses
from studio.requests.visiting import Visit, Visiting

if TYPE_CHECKING:
    from studio.wordings.record_text import ShownText


class Receipts(Protocol):
    """Writes receipts; ``studio.paper`` and ``consent.receipt`` behind one door."""

    def pdf(self, envelope: Envelope, shown: ShownText) -> bytes:
        """For people."""
        ...

    def jsonld(self, envelope: Envelope) -> bytes:
        """For machines."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkDesk:
    """The acts of one link. ``changed`` tells legal that something waits (what happened, id of the request)."""

    visiting: Visiting
    links: Links
    speaking: Speaking
    passkeys: Passkeys
    signing: Signing
    scripts: ScriptSigning
    answering: Answering
    comparing: Comparing
    uses: Uses
    taking_back: TakingBack
    acts: SubjectActs
    wordings: Wordings
    receipts: Receipts
    languages: tuple[str, ...]
    deliver: Delivery
    changed: Callable[[str, str], None]
    clock: Callable[[], datetime]

    def peek(self, token: str, *, client: str) -> str:
        """Say in which language to greet."""
        return self.visiting.visit(self.links.peek(token, client=client)).record.subject.language

    def send_new_link(self, token: str, *, client: str) -> None:
        """Mail a fresh link to the contact in the record."""
        row = self.links.find_for_renewal(token, client=client)
        if row is None:
            return
        visit = self.visiting.visit(row)
        record = visit.record
        contact = (
            record.subject.contact if row.party == "subject" or record.guardian is None else record.guardian.contact
        )
        link = self.links.make(row.request_id, party=row.party, by=BY_ITSELF, sent_to=contact)
        self.deliver(contact, link, record)
        self.acts.book.note(visit.record_id, action="link_renewed", actor=BY_ITSELF)

    def claim(self, token: str, *, client: str) -> str:
        """Use the link up for this browser."""
        secret = self.links.claim(token, client=client)
        visit = self._open(token, secret)
        if visit.envelope.subject_signature is not None:
            self.signing.keep_open(visit)  # a new device of somebody who signed before
        self.acts.book.note(visit.record_id, action="opened", actor=visit.actor)
        return secret

    def view(self, token: str, claim: str, *, language: str | None = None) -> SubjectView:
        """Everything that the page shows now."""
        visit = self._open(token, claim)
        messages = self.visiting.requests.messages(visit.request.id)
        from_legal = [one.text for one in messages if one.is_of_legal]
        mine = [one.text for one in messages if one.author == visit.actor]
        chosen = language if language in self.languages else visit.record.subject.language
        is_subject = visit.party == "subject"
        known = self.comparing.known(visit)
        return SubjectView(
            party=visit.party,
            stage=visit.stage,
            version=visit.version.version,
            known_version=None if known is None else known.version,
            changes=() if known is None else self.comparing.changes(visit, known, language=chosen),
            is_signed=visit.envelope.subject_signature is not None,
            record=visit.record,
            shown=self.wordings.show(visit.record, language=chosen),
            languages=self.languages,
            message_from_legal=from_legal[-1] if from_legal else None,
            my_message=mine[-1] if mine else None,
            last_checks=self.speaking.last_checks(visit) if is_subject else (),
            scripts=self.scripts.waiting(visit) if is_subject else (),
            uses=self.uses.all(visit),
            restricted=_restricted(visit.envelope),
            controller=visit.record.controller.name,
            expires_at=visit.link.expires_at,
        )

    def narrow(self, token: str, claim: str, counter: Counter) -> None:
        """File a narrower version, which lies with legal."""
        self.answering.narrow(self._open(token, claim), counter)

    def ask_for_changes(self, token: str, claim: str, message: str) -> None:
        """Send legal a message; before the signature, everything waits for the answer."""
        self.answering.ask_for_changes(self._open(token, claim), message)

    def decline(self, token: str, claim: str, reason: str) -> None:
        """Say no, for good."""
        self.answering.decline(self._open(token, claim), reason)

    def agree_to_checks(self, token: str, claim: str) -> Movements:
        """Agree to the wording and to the checks."""
        is_next_a_statement = self.answering.agree(self._open(token, claim))
        return self.speaking.ask(self._open(token, claim)) if is_next_a_statement else _no_statement(self.clock())

    def statement(self, token: str, claim: str) -> Movements:
        """The statement that is waited for."""
        visit = self._open(token, claim)
        visit.require("statement", "sign")
        if visit.party == "guardian" or visit.record.biometric_checks is None:
            raise ActRefusedError("not_now")
        return self.speaking.waiting(visit)

    def receive_statement(self, token: str, claim: str, path: Path, *, is_upload: bool) -> tuple[CheckLine, ...]:
        """Take a recording in."""
        visit = self._open(token, claim)
        if visit.party == "guardian":
            raise ActRefusedError("not_now")
        return self.speaking.receive(visit, path, is_upload=is_upload)

    def passkey_creation(self, token: str, claim: str) -> Mapping[str, object]:
        """Options for making a passkey."""
        visit = self._open(token, claim)
        visit.require("sign")
        guardian = visit.record.guardian
        is_guardian = visit.party == "guardian" and guardian is not None
        person = guardian.name if is_guardian and guardian is not None else visit.record.subject.name
        return self.passkeys.creation(visit, person=person)

    def passkey_created(self, token: str, claim: str, credential: Mapping[str, object]) -> None:
        """Keep the new passkey's public key."""
        visit = self._open(token, claim)
        visit.require("sign")
        self.passkeys.created(visit, credential)

    def signing_options(self, token: str, claim: str) -> Mapping[str, object]:
        """Options for signing the record."""
        return self.signing.options(self._open(token, claim))

    def sign(self, token: str, claim: str, credential: Mapping[str, object]) -> None:
        """Take the signature; the record goes to legal."""
        visit = self._open(token, claim)
        self.signing.sign(visit, credential)
        self.answering.filing.settle(visit.record_id)  # where a guardian signs what legal has approved
        self.changed("signed", visit.request.id)

    def script_options(self, token: str, claim: str, script_sha256: str) -> Mapping[str, object]:
        """Options for approving one script."""
        return self.scripts.options(self._open(token, claim), script_sha256)

    def approve_script(self, token: str, claim: str, script_sha256: str, credential: Mapping[str, object]) -> None:
        """Approve the exact words of one script."""
        visit = self._open(token, claim)
        self.scripts.approve(visit, script_sha256, credential)
        self.changed("script_approved", visit.request.id)

    def withdraw(self, token: str, claim: str, *, part: Mapping[str, tuple[str, ...]] | None) -> None:
        """Take the consent back, whole or in part."""
        visit = self._open(token, claim)
        visit.require("asked", "statement", "checking", "sign", "with_legal", "active", "suspended", "expired")
        if part is None:
            self.taking_back.all(visit)
        else:
            self.taking_back.part(visit, part)
        self.changed("withdrawn" if part is None else "restricted", visit.request.id)

    def receipt(self, token: str, claim: str, kind: Literal["pdf", "jsonld"]) -> tuple[bytes, str]:
        """The receipt as bytes, with a file name."""
        visit = self._open(token, claim)
        if visit.envelope.subject_signature is None:
            raise ActRefusedError("not_now")
        name = f"consent-{visit.record_id[:12]}.{'pdf' if kind == 'pdf' else 'jsonld'}"
        if kind == "jsonld":
            return self.receipts.jsonld(visit.envelope), name
        shown = self.wordings.show(visit.record, language=visit.record.subject.language)
        return self.receipts.pdf(visit.envelope, shown), name

    def picture(self, token: str, claim: str, take_id: str) -> bytes:
        """One labelled frame of a release as JPEG."""
        return self.uses.picture(self._open(token, claim), take_id)

    def my_statement(self, token: str, claim: str, start: int, end: int | None) -> tuple[Iterator[bytes], int, str]:
        """A range of the subject's own recording."""
        visit = self._open(token, claim)
        if visit.party != "subject":
            raise ActRefusedError("not_now")
        return self.speaking.recording(visit, start, end)

    def _open(self, token: str, claim: str) -> Visit:
        try:
            return self.visiting.open(token, claim)
        except LedgerError as e:
            raise ActRefusedError("records_unreadable") from e


def _no_statement(at: datetime) -> Movements:
    return Movements(
        text="",
        code="",
        movements=(MOVEMENTS[0], MOVEMENTS[1]),
        expires_at=at,
        upload_allowed=False,
        max_seconds=0,
        max_bytes=0,
    )


def _restricted(envelope: Envelope) -> Mapping[str, tuple[str, ...]]:
    taken = {
        name: tuple(
            dict.fromkeys(
                str(getattr(one, "value", one)) for each in envelope.restrictions for one in getattr(each, name)
            )
        )
        for name in FIELDS
    }
    return {name: values for name, values in taken.items() if values}
