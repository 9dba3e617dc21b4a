"""The mail that brings a private link, in the subject's language: ``assets/requests/letters/<language>.toml``.

It goes through the outbox, which forgets a message's text once it was sent; until then the link lies in the database.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from consent.record import ConsentRecord, Line, Text
from consent.signatures import ADDRESS
from consent.tomlfile import read_toml
from studio.errors import UsageError
from studio.requests.links import Link
from studio.store.outbox import Message, Outbox

FALLBACK = "en"


class _Letter(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: Line
    body: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkMail:
    """Queues mails with links; ``folder`` holds one file for each language."""

    folder: Path
    outbox: Outbox
    clock: Callable[[], datetime]

    def deliver(self, contact: str, link: Link, record: ConsentRecord) -> None:
        """Queue a link for the contact of its person.

        Raises:
            UsageError: the contact is no e-mail address.
        """
        if not re.fullmatch(ADDRESS, contact):
            raise UsageError(f"{contact} is no e-mail address; give the link to the person by hand")
        letter = self._letter(record.subject.language)
        guardian = record.guardian
        is_guardian = link.party == "guardian" and guardian is not None
        known = {
            "name": guardian.name if is_guardian and guardian is not None else record.subject.name,
            "controller": record.controller.name,
            "contact": record.controller.contact,
            "description": record.scope.description,
            "url": link.url,
            "date": link.expires_at.date().isoformat(),  # read the same everywhere
        }
        message = Message(
            dedupe=f"link:{link.id}",
            channel="mail",
            recipient=contact,
            subject=letter.subject.format_map(known),
            body=letter.body.format_map(known),
        )
        self.outbox.put(message, at=self.clock())

    def _letter(self, language: str) -> _Letter:
        """The letter for a language tag: its own, that of its language in another place, or English."""
        tags = sorted(path.stem for path in self.folder.glob("*.toml"))
        primary = language.split("-", maxsplit=1)[0]
        nearest = next((tag for tag in tags if tag.split("-")[0] == primary), FALLBACK)
        tag = language if language in tags else nearest
        return read_toml(self.folder / f"{tag}.toml").validate(_Letter)
