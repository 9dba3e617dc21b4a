"""Review, wired: legal's desk over the same stores as the requests."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from consent.policy import Rulebook
from studio.consents.acts import ConsentActs
from studio.requests.asking import Requests
from studio.requests.notice import Wordings
from studio.requests.templates import load_templates
from studio.review.acts import ReviewActs
from studio.review.desk import ReviewDesk
from studio.review.evidence import Recordings
from studio.review.people import People
from studio.review.reading import CaseReader
from studio.store.acts_log import ActsLog
from studio.store.ledger import LedgerStore
from studio.store.links import LinkStore
from studio.store.people import StartLinkStore
from studio.store.records import RecordStore
from studio.store.requests import RequestStore
from studio.store.statements import StatementStore
from studio.vault.vault import Vault

TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewParts:
    """What review is made of; all of it comes from the composition root.

    ``assets`` is the folder whose deals, channels and topics the form of a new request offers.
    """

    engine: Engine
    records: RecordStore
    ledger: LedgerStore
    vault: Vault
    consents: ConsentActs
    requests: Requests
    rulebook: Callable[[], Rulebook]
    wordings: Wordings
    languages: tuple[str, ...]
    assets: Path
    clock: Callable[[], datetime]


def open_review_desk(parts: ReviewParts) -> ReviewDesk:
    """Wire it."""
    recordings = Recordings(statements=StatementStore(parts.engine), vault=parts.vault)
    reader = CaseReader(
        requests=RequestStore(parts.engine),
        records=parts.records,
        ledger=parts.ledger,
        links=LinkStore(parts.engine),
        recordings=recordings,
        log=ActsLog(parts.engine),
        wordings=parts.wordings,
        rulebook=parts.rulebook,
        clock=parts.clock,
    )
    return ReviewDesk(
        reader=reader,
        acts=ReviewActs(reader=reader, requests=parts.requests, acts=parts.consents),
        recordings=recordings,
        templates=load_templates(parts.assets / "requests"),
        channels=_names(parts.assets / "channels"),
        topics=_names(parts.assets / "topics"),
        languages=parts.languages,
        clock=parts.clock,
    )


def open_people(engine: Engine, *, clock: Callable[[], datetime]) -> People:
    """Wire the list of people."""
    return People(links=StartLinkStore(engine), clock=clock, new_token=lambda: secrets.token_urlsafe(TOKEN_BYTES))


def _names(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in folder.glob("*.toml")))
