"""What the subject's page needs from the studio. ``studio.requests`` answers it; tests answer it with a fake.

Everything here is about one private link. A page never learns a record id, a path or another person's data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from consent.record import ConsentRecord

if TYPE_CHECKING:
    from studio.wordings.record_text import ShownText

Stage: TypeAlias = Literal[
    "asked",  # read, narrow, decline, ask for changes, or go on
    "statement",  # agreed to go on; the spoken statement is next
    "checking",  # the statement is being checked
    "sign",  # the statement is in; the passkey is next
    "with_legal",  # signed; legal reviews, or a counter-offer or a question lies with legal
    "active",
    "suspended",
    "declined",
    "expired",
    "withdrawn",
    "superseded",
]
Party: TypeAlias = Literal["subject", "guardian"]
LinkProblem: TypeAlias = Literal["unknown", "expired", "revoked", "used_elsewhere", "too_many_tries"]
RefusalKey: TypeAlias = Literal[
    "moved_on",  # legal or the other person did something meanwhile, or the page is old; load it again
    "not_now",  # this cannot be done at this stage
    "waiting_for_subject",  # the guardian signs after the subject
    "narrow_nothing",  # nothing in the counter-offer is less than before
    "narrow_wider",  # {fields}: would allow more than was asked
    "narrow_invalid",  # {fields}: no such value, or nothing would be left
    "too_many_versions",  # enough counter-offers; write to legal
    "message_empty",
    "message_long",  # {most}: characters
    "too_many_messages",
    "upload_not_allowed",  # only a live recording counts for this request
    "code_used",  # each code is good for one recording; take a new one
    "no_attempts_left",  # {contact}: ask the company
    "file_refused",  # {reason}: a sentence in English from the check of the file
    "passkey_missing",  # make one first
    "passkey_refused",  # the device's answer does not fit; try again
    "passkey_late",  # the question to the device has run out; try again
    "passkey_other",  # a script is approved with the passkey that signed the record
    "script_unknown",
    "part_invalid",  # {fields}: nothing of this is in the consent
    "records_unreadable",  # the ledger cannot be relied on; nothing is decided on it
]


class LinkRefusedError(Exception):
    """This link opens nothing, for this reason; the page says it in the reader's language."""

    def __init__(self, problem: LinkProblem) -> None:
        super().__init__(problem)
        self.problem: LinkProblem = problem


class ActRefusedError(Exception):
    """What the subject asked for cannot be done; ``message_key`` names the wording, ``detail`` fills it."""

    def __init__(self, message_key: RefusalKey, **detail: str) -> None:
        super().__init__(message_key)
        self.message_key: RefusalKey = message_key
        self.detail: Mapping[str, str] = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One release of the likeness."""

    take_id: str
    campaign: str
    locale: str
    market: str
    channel: str
    format: str
    released_at: datetime
    picture: str | None  # path below the link's own address, or None where there is no picture (audio)
    is_revoked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptToApprove:
    """A script that waits for the subject's word."""

    sha256: str
    locale: str
    text: str
    campaign: str
    is_approved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Movements:
    """The statement as it has to be spoken, and what to do with the head, in this order."""

    text: str
    code: str
    movements: tuple[str, str]  # of pipelines.evidence.result.MOVEMENTS
    expires_at: datetime
    upload_allowed: bool
    max_seconds: int
    max_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """How one check of the statement came out, for the subject: only what helps to do it again."""

    name: str
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One sentence that a new version says otherwise; None where a version does not say it."""

    heading: str
    old: str | None
    new: str | None
    is_wider: bool  # allows something that was not allowed before


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectView:
    """One link, opened."""

    party: Party
    stage: Stage
    version: int  # 1 is what was first asked
    known_version: int | None  # the version before it that this person knows
    changes: tuple[Change, ...]  # against that one
    is_signed: bool  # by the subject; then there is a receipt
    record: ConsentRecord
    shown: ShownText  # the wording, sentence by sentence; its SHA-256 is in the record's notice
    languages: tuple[str, ...]  # in which the page can be read
    message_from_legal: str | None  # the newest answer, if any
    my_message: str | None  # what the subject last asked for
    last_checks: tuple[CheckLine, ...]  # of the latest statement; empty before it
    scripts: tuple[ScriptToApprove, ...]
    uses: tuple[Use, ...]
    restricted: Mapping[str, tuple[str, ...]]  # what was withdrawn in part: field -> values
    controller: str
    expires_at: datetime  # of the link


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """What the subject wants less of. A field that is None stays as it is; nothing can be widened."""

    modalities: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None
    territories: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None
    brands: tuple[str, ...] | None = None
    products: tuple[str, ...] | None = None
    valid_until: str | None = None  # ISO date
    max_takes: int | None = None
    script_approval: Literal["per_script"] | None = None
    more_prohibited_topics: tuple[str, ...] = ()
    more_prohibited_words: tuple[str, ...] = ()
    paid_media: Literal[False] | None = None


class SubjectDesk(Protocol):
    """The acts of one link. Every call but ``peek`` and ``claim`` needs the browser's own ``claim`` secret.

    All raise ``LinkRefusedError``; acts raise ``ActRefusedError`` too.
    """

    def peek(self, token: str, *, client: str) -> str:
        """Say in which language to greet, without using the link up (mail scanners open links too)."""
        ...

    def send_new_link(self, token: str, *, client: str) -> None:
        """Mail a fresh link to the contact in the record, and to nobody else. Says nothing of whether it did."""
        ...

    def claim(self, token: str, *, client: str) -> str:
        """Use the link up for this browser; returns the secret that its cookie keeps."""
        ...

    def view(self, token: str, claim: str, *, language: str | None = None) -> SubjectView:
        """Everything the page shows now; ``language`` is for reading only."""
        ...

    def narrow(self, token: str, claim: str, counter: Counter) -> None:
        """File a narrower version; the record of the version before stays as it is."""
        ...

    def ask_for_changes(self, token: str, claim: str, message: str) -> None:
        """Send legal a message; nothing is signed meanwhile."""
        ...

    def decline(self, token: str, claim: str, reason: str) -> None:
        """Say no, for good."""
        ...

    def agree_to_checks(self, token: str, claim: str) -> Movements:
        """Agree to the wording and to the biometric checks; gives a fresh code and two movements.

        A guardian, and the rights holder of a fictional performer, speak no statement: their ``text`` is empty and the
        stage is "sign" at once.
        """
        ...

    def statement(self, token: str, claim: str) -> Movements:
        """The statement that is being waited for; a fresh code if the old one has run out."""
        ...

    def receive_statement(self, token: str, claim: str, path: Path, *, is_upload: bool) -> tuple[CheckLine, ...]:
        """Take a recording in, check it, keep it encrypted; the file at ``path`` is the caller's to delete."""
        ...

    def passkey_creation(self, token: str, claim: str) -> Mapping[str, object]:
        """Options for ``navigator.credentials.create``."""
        ...

    def passkey_created(self, token: str, claim: str, credential: Mapping[str, object]) -> None:
        """Keep the new passkey's public key."""
        ...

    def signing_options(self, token: str, claim: str) -> Mapping[str, object]:
        """Options for ``navigator.credentials.get``; the challenge is what is signed."""
        ...

    def sign(self, token: str, claim: str, credential: Mapping[str, object]) -> None:
        """Take the signature; the record goes to legal."""
        ...

    def script_options(self, token: str, claim: str, script_sha256: str) -> Mapping[str, object]:
        """Options for approving one script with the passkey."""
        ...

    def approve_script(self, token: str, claim: str, script_sha256: str, credential: Mapping[str, object]) -> None:
        """Approve the exact words of one script."""
        ...

    def withdraw(self, token: str, claim: str, *, part: Mapping[str, tuple[str, ...]] | None) -> None:
        """Take the consent back: all of it, or these values of these scope fields."""
        ...

    def receipt(self, token: str, claim: str, kind: Literal["pdf", "jsonld"]) -> tuple[bytes, str]:
        """The receipt as bytes, with a file name."""
        ...

    def picture(self, token: str, claim: str, take_id: str) -> bytes:
        """One labelled frame of a release as JPEG."""
        ...

    def my_statement(self, token: str, claim: str, start: int, end: int | None) -> tuple[Iterator[bytes], int, str]:
        """A range of the subject's own recording: chunks, whole size, media type."""
        ...
