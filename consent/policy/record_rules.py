"""May this record be used at all? Clauses 4.1 to 4.12 of docs/consent-spec.md."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from consent.assurance import check_everything, is_guardian_signed, people, why_not_counted
from consent.envelope import Envelope
from consent.errors import SignatureInvalidError
from consent.grant import ReasonCode
from consent.ledger import Checked, Declined, Entry, RecordCreated, Restricted, Resumed, Signed, Superseded
from consent.oversight import TWO, approvers_needed, four_eyes_reasons
from consent.policy.standing import (
    BOTH,
    LEDGER,
    NOTHING,
    RECORD,
    Outcome,
    RecordRule,
    Standing,
    failed,
    passed,
    unchecked,
)
from consent.record import years_later

ADULT_YEARS = 18
MINOR_YEARS_MAX = 5  # NO FAKES S.4591 for minors


def _short(standing: Standing) -> str:
    return standing.asked[:12]


def is_on_file(standing: Standing) -> Outcome:
    """4.1."""
    needed = "a record with its salt"
    if standing.envelope_trouble:
        return unchecked(standing.envelope_trouble)
    if standing.envelope is None:
        message = f"no record {_short(standing)} is on file; check the id, or make it with: sayso consent new"
        return failed(needed, "none", message)
    if standing.name is None:
        message = f"the salt of record {_short(standing)} was erased after it ended; a new consent is needed"
        return failed(needed, "a record whose salt was erased", message)
    return passed(needed, f"record {_short(standing)}")


def is_intact(standing: Standing) -> Outcome:
    """4.2."""
    needed = f"canonical bytes with id {standing.asked} and signatures that fit them"
    envelope = standing.envelope
    advice = "restore it from a backup, and find out who changed it"
    if standing.envelope_trouble:
        why = standing.envelope_trouble
        return failed(needed, why, f"record {_short(standing)} is damaged: {why}; {advice}")
    if envelope is None:
        return unchecked(standing.record_trouble)
    trouble = _trouble(standing)
    if trouble:
        return failed(needed, trouble, f"record {_short(standing)} was changed after it was made: {trouble}; {advice}")
    return passed(needed, "all of them")


def _trouble(standing: Standing) -> str:
    envelope = standing.known_envelope()
    if envelope.record_id != standing.asked:
        return f"bytes with id {envelope.record_id}"
    if standing.record is None:
        return standing.record_trouble
    try:
        if standing.name is not None:  # without the salt nothing that was signed can be rebuilt; 4.1 refuses
            check_everything(envelope, standing.name)
    except SignatureInvalidError as e:
        return f"a signature does not fit its bytes ({e})"
    if standing.name is None:
        return ""
    return _hidden(envelope, standing.history)


def _hidden(envelope: Envelope, history: Sequence[Entry]) -> str:
    """What the ledger knows and the envelope lacks, because somebody took it out: a no that is not to be seen."""
    salt = envelope.salt
    restrictions = frozenset() if salt is None else {one.salted_hash(salt) for one in envelope.restrictions}
    reports = {one.sha256 for one in envelope.reports}
    counts = (
        (
            sum(isinstance(one, Restricted) and one.restriction_hash not in restrictions for one in history),
            "partial withdrawals",
        ),
        (
            sum(isinstance(one, Checked) and one.report_sha256 not in reports for one in history),
            "reports on statements",
        ),
    )
    missing = [f"{count} {what}" for count, what in counts if count]
    return f"{' and '.join(missing)} of the ledger are not on file" if missing else ""


def is_ledger_readable(standing: Standing) -> Outcome:
    """4.3."""
    needed = "a ledger whose entries fit its signed checkpoints"
    if standing.ledger is None:
        why = standing.ledger_trouble
        return failed(needed, why, f"the ledger cannot be relied on: {why}; run sayso ledger verify and restore it")
    return passed(needed, f"{standing.ledger.size} entries under the checkpoint")


def is_in_ledger(standing: Standing) -> Outcome:
    """4.4."""
    needed = "an entry record_created for this record"
    if any(isinstance(entry, RecordCreated) for entry in standing.history):
        return passed(needed, "one")
    message = f"the ledger does not know record {_short(standing)}; a record is filed with: sayso consent new"
    return failed(needed, "none", message)


def is_signed(standing: Standing) -> Outcome:
    """4.5."""
    needed = "the subject's signature, in the ledger"
    signature = standing.known_envelope().subject_signature
    if signature is None:
        message = (
            f"record {_short(standing)} is not signed; send it to the subject: sayso consent sign {standing.asked}"
        )
        return failed(needed, "none", message)
    signed_at = signature.signed_at.isoformat()
    if signature.signed_at > standing.at:
        message = (
            f"the signature of record {_short(standing)} is dated {signed_at}, after this decision; check the clock"
        )
        return failed(needed, f"one of {signed_at}", message)
    if signature.sha256 not in {one.signature_sha256 for one in standing.history if isinstance(one, Signed)}:
        message = (
            f"the ledger does not hold the signature of record {_short(standing)}; let the subject sign a new record"
        )
        return failed(needed, "one that the ledger does not hold", message)
    return passed(needed, f"one of {signed_at}")


def is_countersigned(standing: Standing) -> Outcome:
    """4.6: by one person, or by two where clause 5.6 asks for four eyes."""
    reasons = four_eyes_reasons(standing.known_envelope(), standing.known_record())
    needed = f"an approval by {TWO if reasons else 1} of the controller, in the ledger"
    counted = standing.approvals()
    who = people(counted)
    if len(who) >= approvers_needed(standing.known_envelope(), standing.known_record()):
        return passed(needed, ", ".join(sorted(who)))
    if counted:
        found = ", ".join(sorted(who))
        message = (
            f"record {_short(standing)} needs a second person's approval ({'; '.join(reasons)}): "
            f"sayso consent approve {standing.asked}"
        )
        return failed(needed, found, message)
    whys = [
        why_not_counted(
            standing.known_envelope(),
            standing.known_record(),
            approval,
            history=standing.history,
            controller_keys=standing.rulebook.controller_keys,
            at=standing.at,
        )
        for approval in standing.known_envelope().approvals
    ]
    found = "; ".join(f"one that does not count: {why}" for why in whys) or "none"
    message = (
        f"legal has not approved record {_short(standing)} (found: {found}): sayso consent approve {standing.asked}"
    )
    return failed(needed, found, message)


def has_evidence(standing: Standing) -> Outcome:
    """4.7: a real person, or what may be one, needs more than a key (clause 5.3)."""
    record = standing.known_record()
    found = standing.assurance()
    if found is None:
        return unchecked("nobody has approved the record yet")
    if found != "key_only":
        return passed("contract or verified assurance", found)
    contract = (
        f"attach the signed contract and let two people approve it: "
        f"sayso consent approve {standing.asked} --as EMAIL --evidence contract.pdf"
    )
    if record.subject_class == "replica":
        message = f"record {_short(standing)} is of a real person and rests on a key alone; {contract}"
        return failed("contract or verified assurance for a replica", found, message)
    doubtful = [
        f"{asset.name} ({asset.depiction})" for asset in record.scope.assets if asset.depiction != "illustration"
    ]
    if doubtful:
        message = (
            f"{', '.join(doubtful)} may show a real person, and a key alone is no proof of that person; {contract}"
        )
        return failed("contract assurance, or illustrations only", f"{found} with {', '.join(doubtful)}", message)
    return passed("key_only for a synthetic performer with illustrations only", found)


def is_of_age(standing: Standing) -> Outcome:
    """4.8: who could have been under 18 at signing is treated as a minor, and needs a guardian's signature."""
    record, signature = standing.known_record(), standing.known_envelope().subject_signature
    subject = record.subject
    signed_on = (signature.signed_at if signature else standing.at).date()
    youngest = subject.birth_date or date(subject.birth_year, 12, 31)
    needed = f"{ADULT_YEARS} years on {signed_on}"
    years = signed_on.year - youngest.year - ((signed_on.month, signed_on.day) < (youngest.month, youngest.day))
    if years >= ADULT_YEARS:
        return passed(needed, f"{years} or more")
    if record.guardian is not None:
        return _is_guarded(standing)
    hint = "" if subject.birth_date else "; if the person was of age, say so with birth_date in a new record"
    message = f"the subject could have been {max(years, 0)} on {signed_on}; a guardian has to sign as well{hint}"
    return failed(needed, f"possibly {max(years, 0)}", message)


def _is_guarded(standing: Standing) -> Outcome:
    """4.8, for a minor with a guardian: signed by both, approved by two (5.6), for five years at most."""
    scope = standing.known_record().scope
    last = years_later(scope.valid_from, MINOR_YEARS_MAX)
    needed = f"the guardian's own signature in the ledger, and a term that ends by {last}"
    if not is_guardian_signed(standing.known_envelope(), standing.history, at=standing.at):
        message = f"the guardian of record {_short(standing)} has not signed; send them their own link"
        return failed(needed, "a minor without the guardian's signature", message)
    if scope.valid_until > last:
        message = (
            f"record {_short(standing)} of a minor ends on {scope.valid_until}; file a version that ends by {last}"
        )
        return failed(needed, str(scope.valid_until), message)
    return passed(needed, "a minor with the guardian's signature")


def is_not_revoked(standing: Standing) -> Outcome:
    """4.9: from the moment it is in the ledger, whatever its date says."""
    needed = "no revocation"
    revocation = standing.known_ledger().revocation(standing.name) if standing.name else None
    if revocation is None:
        return passed(needed, "none")
    found = f"revoked at {revocation.at.isoformat()}"
    return failed(
        needed, found, f"the subject's consent {_short(standing)} was withdrawn ({found}); it needs a new consent"
    )


def is_newest(standing: Standing) -> Outcome:
    """4.25."""
    needed = "no newer version in its place"
    if not any(isinstance(entry, Superseded) for entry in standing.history):
        return passed(needed, "none")
    message = f"record {_short(standing)} was replaced by a newer version; use that one"
    return failed(needed, "a newer version", message)


def is_not_declined(standing: Standing) -> Outcome:
    """4.26."""
    needed = "no refusal by the subject"
    if not any(isinstance(entry, Declined) for entry in standing.history):
        return passed(needed, "none")
    message = f"the subject said no to record {_short(standing)}; ask with other terms, or not at all"
    return failed(needed, "a refusal", message)


def is_not_suspended(standing: Standing) -> Outcome:
    """4.10."""
    needed = "no suspension"
    suspension = standing.known_ledger().suspension(standing.name) if standing.name else None
    if suspension is None:
        resumed = any(isinstance(entry, Resumed) for entry in standing.history)
        return passed(needed, "resumed" if resumed else "none")
    found = f"suspended at {suspension.at.isoformat()}"
    message = f"record {_short(standing)} is {found}; legal can lift it: sayso consent resume {standing.asked}"
    return failed(needed, found, message)


def has_begun(standing: Standing) -> Outcome:
    """4.11."""
    start = standing.known_record().scope.valid_from
    needed = f"{start} or later (UTC)"
    if not standing.clock_is_known:
        return failed(needed, "a time without zone", "nobody can say when this was decided; pass a time with a zone")
    today = standing.at.date()
    if today >= start:
        return passed(needed, str(today))
    return failed(needed, str(today), f"record {_short(standing)} begins on {start}, today is {today}; wait until then")


def has_not_ended(standing: Standing) -> Outcome:
    """4.12."""
    end = standing.known_record().scope.valid_until
    needed = f"{end} or earlier (UTC)"
    today = standing.at.date()
    if today <= end:
        return passed(needed, str(today))
    return failed(needed, str(today), f"record {_short(standing)} ended on {end}; ask the subject to renew it")


_C = ReasonCode
RECORD_RULES: tuple[RecordRule, ...] = (
    RecordRule(clause="4.1", title="on file", code=_C.RECORD_UNKNOWN, needs=NOTHING, check=is_on_file),
    RecordRule(clause="4.2", title="intact", code=_C.RECORD_TAMPERED, needs=NOTHING, check=is_intact),
    RecordRule(
        clause="4.3", title="ledger readable", code=_C.LEDGER_UNREADABLE, needs=NOTHING, check=is_ledger_readable
    ),
    RecordRule(clause="4.4", title="in the ledger", code=_C.RECORD_UNKNOWN, needs=LEDGER, check=is_in_ledger),
    RecordRule(clause="4.5", title="signed", code=_C.NOT_SIGNED, needs=BOTH, check=is_signed),
    RecordRule(clause="4.6", title="countersigned", code=_C.NOT_COUNTERSIGNED, needs=BOTH, check=is_countersigned),
    RecordRule(clause="4.7", title="evidence", code=_C.EVIDENCE_MISSING, needs=BOTH, check=has_evidence),
    RecordRule(clause="4.8", title="of age", code=_C.SUBJECT_IS_MINOR, needs=BOTH, check=is_of_age),
    RecordRule(clause="4.9", title="not revoked", code=_C.REVOKED, needs=LEDGER, check=is_not_revoked),
    RecordRule(clause="4.10", title="not suspended", code=_C.SUSPENDED, needs=LEDGER, check=is_not_suspended),
    RecordRule(clause="4.11", title="begun", code=_C.NOT_YET_VALID, needs=RECORD, check=has_begun),
    RecordRule(clause="4.12", title="not ended", code=_C.EXPIRED, needs=RECORD, check=has_not_ended),
    RecordRule(clause="4.25", title="newest version", code=_C.SUPERSEDED, needs=LEDGER, check=is_newest),
    RecordRule(clause="4.26", title="not declined", code=_C.DECLINED, needs=LEDGER, check=is_not_declined),
)
