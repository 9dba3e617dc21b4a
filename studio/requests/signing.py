"""Signing with the passkey: the record by the subject, beside a minor by the guardian, and scripts one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from consent.envelope import Envelope, guardian_payload
from consent.errors import ConsentStateError, SignatureInvalidError
from consent.grant import RecordId, Sha256Hex
from consent.keys import SigningContext
from consent.passkey import PasskeySignature
from consent.record import ConsentRecord
from consent.signatures import script_payload, subject_payload
from studio.consents.subject_acts import SubjectActs
from studio.requests.desk import ActRefusedError, ScriptToApprove
from studio.requests.links import Links
from studio.requests.passkeys import Passkeys
from studio.requests.speaking import Speaking
from studio.requests.stages import APPROVED
from studio.requests.visiting import Visit, Visiting
from studio.store.campaigns import CampaignStore
from studio.store.records import RecordStore
from studio.store.scripts import ScriptInbox, ScriptRow

RECORD: Final = "record"
SCRIPTS_MAX: Final = 500  # more than anybody reads; a campaign that makes more has gone wrong
AFTER_THE_END: Final = timedelta(days=365)  # so long the link still shows uses, receipt and withdrawal

PlannedScript = Callable[[str], tuple[str, str] | None]  # a take's plan -> (text, locale)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """Asks for signatures and takes them in."""

    visiting: Visiting
    passkeys: Passkeys
    speaking: Speaking
    acts: SubjectActs
    links: Links
    clock: Callable[[], datetime]

    def options(self, visit: Visit) -> Mapping[str, object]:
        """Options for the device; the challenge stands for the record, the time and the statement."""
        self._require(visit)
        at = self.clock()
        return self.passkeys.options(
            visit, payload=self._payload(visit, at), context=_context(visit), purpose=RECORD, at=at
        )

    def sign(self, visit: Visit, credential: Mapping[str, object]) -> None:
        """Take the signature; the record goes to legal."""
        self._require(visit)
        signature = self.passkeys.signature(
            visit,
            credential,
            payload_at=lambda at: self._payload(visit, at),
            context=_context(visit),
            purpose=RECORD,
        )
        self.visiting.move(visit, "signed")
        try:
            self._take(visit, signature)
        except (ConsentStateError, SignatureInvalidError) as e:
            again = self.visiting.requests.get(visit.request.id)
            if again.current == visit.request.current:
                self.visiting.requests.move(again, "sign", side=visit.party, at=self.clock())
            raise ActRefusedError("passkey_refused") from e
        self.keep_open(visit)

    def keep_open(self, visit: Visit) -> None:
        """Let the link live on after the signature, to watch uses, fetch the receipt and withdraw."""
        last_day = datetime.combine(visit.record.scope.valid_until, time.max, tzinfo=UTC)
        self.links.keep_open(visit.link, until=last_day + AFTER_THE_END)

    def _take(self, visit: Visit, signature: PasskeySignature) -> None:
        if visit.party == "guardian":
            self.acts.sign_as_guardian(visit.record_id, signature=signature)
        else:
            self.acts.sign(visit.record_id, signature=signature, statement_sha256=self.speaking.accepted(visit))

    def _require(self, visit: Visit) -> None:
        visit.require("sign")
        if visit.party == "guardian" and visit.envelope.subject_signature is None:
            raise ActRefusedError("waiting_for_subject")

    def _payload(self, visit: Visit, at: datetime) -> bytes:
        if visit.party == "guardian":
            return guardian_payload(visit.envelope, at=at)
        return subject_payload(
            record=visit.record_id,
            public_hash=visit.name,
            at=at,
            statement_sha256=self.speaking.accepted(visit),
        )


def _context(visit: Visit) -> SigningContext:
    return SigningContext.GUARDIAN if visit.party == "guardian" else SigningContext.SUBJECT


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptSigning:
    """Shows the scripts that wait, and takes the subject's word on each.

    Scripts come from legal (``Requests.request_script``) and from takes that were refused for want of an approval;
    ``planned`` reads the words out of such a take's plan.
    """

    visiting: Visiting
    records: RecordStore
    campaigns: CampaignStore
    inbox: ScriptInbox
    passkeys: Passkeys
    acts: SubjectActs
    planned: PlannedScript
    clock: Callable[[], datetime]

    def waiting(self, visit: Visit) -> tuple[ScriptToApprove, ...]:
        """The scripts of every version that stands, approved or not."""
        found: dict[str, ScriptToApprove] = {}
        for record_id, envelope in self._standing(visit):
            self._collect(record_id)
            approved = {one.script_sha256 for one in envelope.script_approvals if one.approver == "subject"}
            for row in self.inbox.of_record(record_id):
                found[row.sha256] = ScriptToApprove(
                    sha256=row.sha256,
                    locale=row.locale,
                    text=row.text,
                    campaign=row.campaign,
                    is_approved=row.sha256 in approved,
                )
        return tuple(found.values())

    def options(self, visit: Visit, script_sha256: str) -> Mapping[str, object]:
        """Options for the device; the challenge stands for the exact words."""
        record_id, envelope, row = self._find(visit, script_sha256)
        at = self.clock()
        payload = _script_payload(record_id, envelope, row.sha256, at)
        return self.passkeys.options(
            visit, payload=payload, context=SigningContext.SCRIPT, purpose=_purpose(row.sha256), at=at
        )

    def approve(self, visit: Visit, script_sha256: str, credential: Mapping[str, object]) -> None:
        """Take the approval of one script."""
        record_id, envelope, row = self._find(visit, script_sha256)
        signature = self.passkeys.signature(
            visit,
            credential,
            payload_at=lambda at: _script_payload(record_id, envelope, row.sha256, at),
            context=SigningContext.SCRIPT,
            purpose=_purpose(row.sha256),
        )
        try:
            self.acts.approve_script(record_id, signature=signature, script_sha256=row.sha256)
        except ConsentStateError as e:
            raise ActRefusedError("passkey_other") from e
        except SignatureInvalidError as e:
            raise ActRefusedError("passkey_refused") from e

    def _find(self, visit: Visit, script_sha256: str) -> tuple[RecordId, Envelope, ScriptRow]:
        if visit.party != "subject":
            raise ActRefusedError("not_now")
        for record_id, envelope in self._standing(visit):
            for row in self.inbox.of_record(record_id):
                if row.sha256 == script_sha256:
                    return record_id, envelope, row
        raise ActRefusedError("script_unknown")

    def _standing(self, visit: Visit) -> tuple[tuple[RecordId, Envelope], ...]:
        """The versions that may be used, or wait for legal, and that ask the subject for scripts; newest first."""
        found = []
        for version in reversed(self.visiting.requests.versions(visit.request.id)):
            envelope = self.records.find(version.record_id)
            if envelope is None or envelope.subject_signature is None or not _asks_subject(envelope.record()):
                continue
            if version.record_id == visit.record_id or self.visiting.status(version.record_id) in APPROVED:
                found.append((version.record_id, envelope))
        return tuple(found)

    def _collect(self, record_id: RecordId) -> None:
        known = {row.sha256 for row in self.inbox.of_record(record_id)}
        for take in self.campaigns.takes_of_record(record_id):
            if not any(fault.code == "script_not_approved" for fault in take.reasons):
                continue
            said = self.planned(take.plan)
            if said is not None and len(known) < SCRIPTS_MAX:
                text, locale = said
                known.add(
                    self.inbox.ask(record_id, text=text, locale=locale, campaign=take.campaign_id, at=self.clock())
                )


def _asks_subject(record: ConsentRecord) -> bool:
    return record.scope.script_approval == "per_script" and record.scope.script_approver == "subject"


def _purpose(script_sha256: str) -> str:
    return f"script:{script_sha256}"


def _script_payload(record_id: RecordId, envelope: Envelope, script_sha256: Sha256Hex, at: datetime) -> bytes:
    name = envelope.public_hash
    if name is None:
        raise ActRefusedError("records_unreadable")
    return script_payload(record=record_id, public_hash=name, script_sha256=script_sha256, approver="subject", at=at)
