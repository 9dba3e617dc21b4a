"""Which wording says why something could not be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from studio.requests.desk import ActRefusedError, RefusalKey

_TEXTS: Final[Mapping[RefusalKey, str]] = {
    "moved_on": "moved_on",
    "not_now": "not_now",
    "waiting_for_subject": "waiting_for_subject",
    "narrow_nothing": "not_narrower",
    "narrow_wider": "not_narrower",
    "narrow_invalid": "not_narrower",
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
    "passkey_other": "sign_failed",
    "script_unknown": "moved_on",
    "part_invalid": "not_narrower",
    "records_unreadable": "not_now",
}
MESSAGE_CHARS_MAX: Final = 4000


def refusal_text(error: ActRefusedError, page: Mapping[str, str]) -> str:
    """Say it in the reader's language; names of fields and reasons of a file check stay as they came."""
    detail = {"most": str(MESSAGE_CHARS_MAX), "contact": "", "reason": "", **error.detail}
    detail["detail"] = detail.get("fields", "")
    return page[_TEXTS[error.message_key]].format_map(detail).rstrip(" :：")
