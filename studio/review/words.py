"""Machine words in plain English, as legal reads them. What is not known here is shown as it is, never hidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

DEALS: Final[Mapping[str, str]] = {
    "employee_spokesperson": "Employee spokesperson",
    "paid_talent": "Paid talent",
    "celebrity_endorsement": "Celebrity endorsement",
    "customer_testimonial": "Customer testimonial",
    "synthetic_performer": "Synthetic performer",
}

CHECKS: Final[Mapping[str, str]] = {
    "statement_text": "Said the whole statement",
    "statement_name": "Said their name",
    "statement_company": "Said the company's name",
    "statement_code": "Said the one-time code",
    "statement_language": "Spoke the language of the consent",
    "code_fresh": "Recorded while the code was valid",
    "speaker_match": "Voice fits the bound recordings",
    "synthetic_speech": "Voice sounds human, not made",
    "face_match": "Face fits the bound pictures",
    "one_face": "One face, all the time",
    "head_movements": "Turned their head as asked",
    "nudity": "Bound pictures show no nudity",
}

OUTCOMES: Final[Mapping[str, str]] = {
    "passed": "Passed",
    "failed": "Failed",
    "missing": "Not run",
    "not_applicable": "Nothing to compare",
}

ACTIONS: Final[Mapping[str, str]] = {
    "record_created": "Filed this version",
    "version_filed": "Filed this version",
    "link_made": "Made a link",
    "link_revoked": "Ended a link",
    "link_opened": "Opened the link",
    "opened": "Opened the link",
    "answered": "Sent it back with an answer",
    "wording_agreed": "Agreed to the wording and the checks",
    "checks_agreed": "Agreed to the wording and the checks",
    "statement_given": "Gave the spoken statement",
    "statement_watched": "Opened the recording",
    "checked": "Checked the statement",
    "guardian_signed": "Signed as guardian",
    "assessed": "Answered the impact assessment",
    "changes_asked": "Asked for changes",
    "narrowed": "Asked for less",
    "script_asked": "Asked for a word on a script",
    "likeness_enrolled": "Enrolled the voice",
    "likeness_released": "Let the enrolled voice be used",
    "likeness_erased": "Erased the enrolled voice",
    "script_approved": "Approved a script",
    "restricted": "Took a part back",
    "superseded": "Replaced by a newer version",
    "revoked": "Withdrew the consent for ever",
    "released": "Released a take",
    "exported": "Exported a released take for upload",
    "destroyed": "Destroyed what was kept",
    "forgotten": "Erased the record and the request",
    "not_done": "Something that should have followed failed",
}

FIELDS: Final[Mapping[str, str]] = {
    "class": "Class of subject",
    "deal": "Kind of deal",
    "statement": "How the statement is given",
    "subject": "Subject",
    "controller": "Company",
    "scope": "",
    "valid_from": "From",
    "valid_until": "Until",
    "max_takes": "Number of takes",
    "paid_media": "Paid media",
    "script_approval": "Script approval",
    "script_approver": "Who approves scripts",
    "prohibited_topics": "Topics ruled out",
    "prohibited_words": "Words ruled out",
    "modalities": "Face and voice",
    "alterations": "Changes to the person",
    "assets": "Bound files",
    "fee_minor_units": "Fee (in cents)",
}


def titled(table: Mapping[str, str], word: str) -> str:
    """Return the plain words for a machine word; without any, the word itself with its underscores as spaces."""
    known = table.get(word)
    if known is not None:
        return known
    plain = word.replace("_", " ")
    return plain[:1].upper() + plain[1:]


def field_title(path: str) -> str:
    """Return the plain name of a record's field, such as "scope.valid_until"."""
    table, _, name = path.partition(".")
    if not name:
        return titled(FIELDS, table)
    prefix = titled(FIELDS, table)
    return titled(FIELDS, name) if not prefix else f"{prefix}: {titled(FIELDS, name).lower()}"
