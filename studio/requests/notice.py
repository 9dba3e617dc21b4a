"""The wording that a person is shown, bound into the record by its hash before the record is filed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from consent.record import ConsentRecord, Notice

if TYPE_CHECKING:
    from studio.wordings.record_text import ShownText, StatementText


class Wordings(Protocol):
    """Says a record in plain words. ``studio.wordings.record_text`` is one."""

    def show(self, record: ConsentRecord, *, language: str) -> ShownText:
        """The record, sentence by sentence; what it says does not depend on the record's own notice."""
        ...

    def statement_text(self, record: ConsentRecord, *, language: str, code: str) -> StatementText:
        """The statement to be spoken."""
        ...


def with_notice(record: ConsentRecord, wordings: Wordings, *, at: datetime) -> ConsentRecord:
    """Return the record with the hash of what its subject is shown, in the subject's language, from today on."""
    shown = wordings.show(record, language=record.subject.language)
    notice = Notice(
        uri=f"urn:sayso:wording:{shown.version}:{shown.language}",
        version=shown.version,
        sha256=shown.sha256,
        language=shown.language,
        given_on=at.date(),
    )
    return record.model_copy(update={"notice": notice})
