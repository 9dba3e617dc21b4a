"""Who is told when something happens to a consent: the subject, legal, those who run the channels, and a webhook.

Messages only enter the outbox here; ``studio.notices.postman`` sends them. Each has a name made of what it is about, so
saying the same thing again queues nothing. The webhook's body holds no personal data: the record goes by public hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from consent.grant import RecordId, Sha256Hex
from consent.instant import instant
from consent.record import ConsentRecord
from studio.notices.addresses import Addresses
from studio.notices.letters import Facts, Letter, Letters, Occasion, Sentence
from studio.store.outbox import Message, Outbox

TakeDown = Mapping[str, list[str]]  # takes by the channel that they were released for


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The consent that a notice is about."""

    record_id: RecordId
    public_hash: Sha256Hex
    record: ConsentRecord
    at: datetime

    @property
    def day(self) -> str:
        """The day of the notice, UTC."""
        return self.at.date().isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifier:
    """Queues notices."""

    outbox: Outbox
    letters: Letters
    addresses: Callable[[], Addresses]
    has_webhook: bool  # nothing is queued for a webhook that nobody asked for

    def withdrawn(
        self,
        about: About,
        *,
        take_down: TakeDown,
        certificate: str,
        kept_until: date | None,
        tell_subject: bool = True,
    ) -> None:
        """The consent was withdrawn as a whole; ``kept_until`` is the last day of what is kept as proof."""
        record = about.record
        must_go = record.withdrawal.published == "take_down"
        by = (about.at + timedelta(days=record.withdrawal.take_down_days)).date().isoformat()
        published: Sentence = "nothing_published"
        if take_down:
            published = "take_down" if must_go else "may_stay"
        sentences: tuple[Sentence, ...] = (published, "nothing_kept" if kept_until is None else "kept", "certificate")
        kept = None if kept_until is None else kept_until.isoformat()
        facts = Facts(date=about.day, take_down_by=by, kept_until=kept, below=certificate)
        if tell_subject:
            self._tell_subject(about, "withdrawn", facts=facts, sentences=sentences)
        asked = f"Take down by {by}" if must_go else "May stay, as the consent says; make nothing new with it"
        self._tell_legal(
            about,
            "withdrawn",
            Letter(
                subject=f"Consent {about.record_id[:12]} was withdrawn",
                body=f"{_which(about)}\nIt was withdrawn on {about.day}. Running takes were stopped and what was not "
                f"released was destroyed.\n\n{_listed(take_down, asked)}\n\n{certificate}\n",
            ),
        )
        if must_go:
            self._tell_channels(about, "withdrawn", take_down, by=by)
        self._tell_machines(about, "withdrawn", {"take_down": dict(take_down) if must_go else {}, "take_down_by": by})

    def restricted(self, about: About, *, named: str, parts: Mapping[str, Iterable[str]], take_down: TakeDown) -> None:
        """A part was taken back; ``named`` is the restriction's hash in the ledger."""
        must_go = about.record.withdrawal.published == "take_down"
        by = (about.at + timedelta(days=about.record.withdrawal.take_down_days)).date().isoformat()
        said = "\n".join(f"- {name}: {', '.join(values)}" for name, values in parts.items())
        asked = f"Take down by {by}" if must_go else "May stay, as the consent says; make nothing new with it"
        self._tell_subject(about, "restricted", facts=Facts(date=about.day), named=named)
        self._tell_legal(
            about,
            "restricted",
            Letter(
                subject=f"A part of consent {about.record_id[:12]} was withdrawn",
                body=f"{_which(about)}\nOn {about.day} this was taken back:\n{said}\n\n{_listed(take_down, asked)}\n",
            ),
            named=named,
        )
        if must_go:
            self._tell_channels(about, "restricted", take_down, by=by, named=named)
        going = dict(take_down) if must_go else {}
        self._tell_machines(about, "restricted", {"take_down": going, "take_down_by": by}, named=named)

    def expiring(self, about: About, *, days_ahead: int) -> None:
        """The consent ends soon; said once for each number of days."""
        until, named = about.record.scope.valid_until.isoformat(), str(days_ahead)
        self._tell_subject(about, "expiring", facts=Facts(date=until), named=named)
        self._tell_legal(
            about,
            "expiring",
            Letter(
                subject=f"Consent {about.record_id[:12]} ends on {until}",
                body=f"{_which(about)}\nIts last day is {until}. To go on, send a new request in time; the person is "
                "free to say no. What is published under it has to come down unless the consent says otherwise.\n",
            ),
            named=named,
        )
        self._tell_machines(about, "expiring", {"valid_until": until}, named=named)

    def destroyed(self, about: About, *, certificate: str, certificate_sha256: str) -> None:
        """Material reached the end of its time."""
        facts = Facts(date=about.day, below=certificate)
        self._tell_subject(about, "destroyed", facts=facts, sentences=("certificate",), named=certificate_sha256)
        self._tell_machines(about, "destroyed", {"certificate_sha256": certificate_sha256}, named=certificate_sha256)

    def _tell_subject(
        self,
        about: About,
        occasion: Occasion,
        *,
        facts: Facts,
        sentences: tuple[Sentence, ...] = (),
        named: str = "",
    ) -> None:
        letter = self.letters.write(occasion, about.record, facts=facts, sentences=sentences)
        # A person who gave another kind of contact is told by legal, who gets a notice of each of these as well.
        self._mail(about, f"{occasion} subject {named}", self.addresses().of_subject(about.record), letter)

    def _tell_legal(self, about: About, what: str, letter: Letter, *, named: str = "") -> None:
        addresses = self.addresses()
        reachable = addresses.of_subject(about.record)
        note = "" if reachable else f"\nThe person gave no e-mail address; tell them: {about.record.subject.contact}\n"
        letter = Letter(subject=letter.subject, body=letter.body + note)
        self._mail(about, f"{what} legal {named}", addresses.of_legal(about.record) or ("",), letter)

    def _tell_channels(self, about: About, what: str, take_down: TakeDown, *, by: str, named: str = "") -> None:
        addresses = self.addresses()
        for channel, takes in take_down.items():
            listed = "\n".join(f"- {take}" for take in takes)
            letter = Letter(
                subject=f"Take down from {channel} by {by}",
                body=f"The consent behind these takes was withdrawn on {about.day}. Take them down from {channel} by "
                f"{by}:\n{listed}\n\nsayso verify FILE says of any copy that its consent was withdrawn.\n",
            )
            to = addresses.of_channel(channel, about.record) or ("",)
            self._mail(about, f"{what} channel {channel} {named}", to, letter)

    def _mail(self, about: About, what: str, recipients: Iterable[str], letter: Letter) -> None:
        messages = (
            Message(
                dedupe=_name(about, what, recipient),
                channel="mail",
                recipient=recipient,
                subject=letter.subject,
                body=letter.body,
            )
            for recipient in recipients
        )
        self.outbox.put(*messages, at=about.at)

    def _tell_machines(self, about: About, what: str, more: Mapping[str, object], *, named: str = "") -> None:
        if not self.has_webhook:
            return
        event = {
            "version": 1,
            "event": f"consent.{what}",
            "record": about.public_hash,
            "at": instant(about.at),
            **more,
        }
        message = Message(
            dedupe=_name(about, f"{what} webhook {named}", ""),
            channel="webhook",
            recipient="",
            subject=f"consent.{what}",
            body=json.dumps(event, sort_keys=True),
        )
        self.outbox.put(message, at=about.at)


def _name(about: About, what: str, recipient: str) -> str:
    digest = hashlib.sha256(json.dumps([about.record_id, what, recipient]).encode()).hexdigest()
    return f"{what.split(maxsplit=1)[0]}:{digest}"


def _which(about: About) -> str:
    record = about.record
    return f"Consent {about.record_id}\nof {record.subject.name}: {record.scope.description}\n"


def _listed(take_down: TakeDown, asked: str) -> str:
    if not take_down:
        return "Nothing that was released is affected."
    return "\n".join(f"{asked}: {channel}: {', '.join(takes)}" for channel, takes in take_down.items())
