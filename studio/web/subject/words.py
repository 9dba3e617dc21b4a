"""Which wording says why something could not be done, and how a recording did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from studio.requests.desk import ActRefusedError, CheckLine, RefusalKey
from studio.wordings.texts import Wording

_TEXTS: Final[Mapping[RefusalKey, str]] = {
    "moved_on": "moved_on",
    "not_now": "not_now",
    "waiting_for_subject": "waiting_for_subject",
    "narrow_nothing": "not_narrower",
    "narrow_wider": "not_narrower",
    "narrow_invalid": "narrow_invalid",
    "too_many_versions": "too_many",
    "message_empty": "message_size",
    "message_long": "message_size",
    "too_many_messages": "too_many",
    "upload_not_allowed": "upload_not_allowed",
    "code_used": "code_used",
    "no_attempts_left": "no_attempts_left",
    "file_refused": "file_refused",
    "passkey_missing": "sign_failed",
    "passkey_refused": "sign_failed",
    "passkey_late": "sign_failed",
    "passkey_other": "passkey_other",
    "script_unknown": "moved_on",
    "part_invalid": "part_invalid",
    "records_unreadable": "records_unreadable",
}
# Fields of the scope and the heading under which the page shows them.
_HEADINGS: Final[Mapping[str, str]] = {
    "modalities": "modalities",
    "languages": "languages",
    "territories": "territories",
    "channels": "channels",
    "brands": "products",
    "products": "products",
    "valid_until": "time",
    "max_takes": "takes",
    "script_approval": "scripts_subject",
    "script_approver": "scripts_subject",
    "prohibited_topics": "topics",
    "prohibited_words": "words",
    "paid_media": "paid",
}
_FAILED: Final = frozenset({"failed", "missing"})
MESSAGE_CHARS_MAX: Final = 4000


def refusal_text(error: ActRefusedError, words: Wording) -> str:
    """Say it in the reader's language; the reason of a file check stays as it came."""
    named = _named(error.detail.get("fields", ""), words)
    detail = {"most": str(MESSAGE_CHARS_MAX), "contact": "", "reason": "", **error.detail, "detail": named}
    return words.page[_TEXTS[error.message_key]].format_map(detail).rstrip(" :：")


def hints(checks: Sequence[CheckLine], page: Mapping[str, str]) -> tuple[str, ...]:
    """What went wrong with a recording, as far as it helps the person to do it again; each thing once.

    Checks against an attacker are told as one, so that nobody learns which of them to work on.
    """
    return tuple(dict.fromkeys(_hints(checks, page)))


def _hints(checks: Sequence[CheckLine], page: Mapping[str, str]) -> Iterator[str]:
    for check in checks:
        if check.outcome in _FAILED:
            yield page.get(f"check_{check.name}", page["check_other"])


def _named(fields: str, words: Wording) -> str:
    asked = (one.strip() for one in fields.split(","))
    headings = (words.record[_HEADINGS[one]][0] if one in _HEADINGS else one for one in asked)
    return ", ".join(dict.fromkeys(headings))
