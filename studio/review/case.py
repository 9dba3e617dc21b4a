"""What a reviewer sees of one request: the record in words, beside everything it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from consent.assessment import Assessment
from consent.decide import RecordStatus
from consent.envelope import Assurance
from consent.evidence import Capture, Outcome
from consent.grant import RecordId
from consent.narrowing import Direction
from consent.record import ConsentRecord
from studio.review.flags import Flag
from studio.store.links import LinkRow
from studio.store.requests import MessageRow, RequestRow, VersionRow

WATCHED = "statement_watched"  # the act of opening a recording

Phase: TypeAlias = Literal["draft", "with_person", "question", "review", "in_force", "suspended", "ended", "damaged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One check of a recording. ``is_required``: without it the assurance is not "verified"."""

    name: str
    title: str
    outcome: Outcome
    is_required: bool
    score: str
    threshold: str
    source: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One attempt at the statement. ``item_id`` names it in the vault; None if it was refused or is erased."""

    number: int
    received_at: datetime
    capture: Capture
    refusal: str | None
    item_id: str | None
    still_id: str | None
    media_type: str
    duration_s: float | None
    transcript: str
    sha256: str
    is_signed: bool
    checks: tuple[CheckLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalLine:
    """One approval, and why it does not count if it does not."""

    approver: str
    at: datetime
    why_not: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Oversight:
    """How many people must approve, why, and who has."""

    needed: int
    reasons: tuple[str, ...]
    approvals: tuple[ApprovalLine, ...]

    @property
    def given(self) -> int:
        """How many approvals count. One person counts once."""
        return len({one.approver.casefold() for one in self.approvals if one.why_not is None})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field that two versions say differently, in words."""

    path: str
    title: str
    old: str
    new: str
    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """One version, with where it is in its life and what it changed."""

    row: VersionRow
    status: RecordStatus
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One thing that happened. ``place`` is its number in the ledger; None for what the ledger does not hold.

    ``is_proven``: who and why are what the ledger's salted hashes say; None where the ledger has none to compare with.
    """

    at: datetime
    actor: str
    action: str
    reason: str
    version: int
    place: int | None
    is_proven: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A part of the record in plain words."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UseLine:
    """One released take."""

    take_id: str
    locale: str
    market: str
    channel: str
    format: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """A contract or another document of the evidence; ``item_id`` names it in the vault, None once it was erased."""

    name: str
    sha256: str
    at: datetime
    item_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """Values of one field that the person took back after signing."""

    title: str
    values: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request as it stands now."""

    request: RequestRow
    phase: Phase
    record_id: RecordId | None  # of the newest version; None for a draft
    record: ConsentRecord
    status: RecordStatus | None
    in_force: RecordId | None  # the version that may be used now, perhaps an older one
    assurance: Assurance | None
    shown: tuple[Sentence, ...]
    recordings: tuple[Recording, ...]
    documents: tuple[DocumentLine, ...]
    taken_back: tuple[TakenBack, ...]
    flags: tuple[Flag, ...]
    oversight: Oversight | None
    assessments: tuple[Assessment, ...]
    versions: tuple[VersionLine, ...]
    messages: tuple[MessageRow, ...]
    links: tuple[LinkRow, ...]
    history: tuple[HistoryLine, ...]
    uses: tuple[UseLine, ...]
    trouble: str  # why the ledger or the record cannot be relied on; empty if they can

    @property
    def is_signed(self) -> bool:
        """Whether everybody who has to sign has."""
        return self.phase in {"review", "in_force", "suspended"}

    @property
    def is_counter_offer(self) -> bool:
        """Whether the newest version is what the person offered instead."""
        return self.phase == "question" and self.versions[-1].row.made_by in ("subject", "guardian")

    def has_watched(self, email: str) -> bool:
        """Whether this person has opened a recording of the newest version."""
        newest = self.request.current
        return any(
            one.action == WATCHED and one.actor.casefold() == email.casefold() and one.version == newest
            for one in self.history
        )

    def has_approved(self, email: str) -> bool:
        """Whether this person's approval counts already."""
        given = () if self.oversight is None else self.oversight.approvals
        return any(one.approver.casefold() == email.casefold() and one.why_not is None for one in given)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """One line of the queue."""

    request: RequestRow
    phase: Phase
    subject: str
    description: str
    flags: tuple[Flag, ...]
    needed: int
    given: int
    valid_until: str

    @property
    def needs_legal(self) -> bool:
        """Whether it waits for legal."""
        return self.phase in {"review", "question", "damaged"}
