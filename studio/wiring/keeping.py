"""Wires what keeps and what forgets: the vault, the notices, the destruction of what a consent leaves, the sweep."""

from __future__ import annotations

import logging
import secrets
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from consent.decide import RecordStatus
from consent.grant import RecordId
from consent.keys import SigningKey
from pipelines.assets import ASSETS
from studio.consents.destroying import Destruction
from studio.consents.destruction import CertificateShelf
from studio.consents.evidence import move_evidence
from studio.consents.withdrawal import Withdrawal
from studio.notices.addresses import read_addresses
from studio.notices.letters import load_letters
from studio.notices.mail import read_smtp_url
from studio.notices.notifier import Notifier
from studio.notices.postman import Postman
from studio.notices.webhook import read_webhook
from studio.retention.forgetting import Forgetting
from studio.retention.sweep import Sweeper
from studio.settings import Settings
from studio.store.ledger import LedgerStore
from studio.store.outbox import Outbox
from studio.store.records import RecordStore
from studio.store.requests import RequestStore
from studio.vault.key import open_vault_key
from studio.vault.vault import Vault

if TYPE_CHECKING:
    from studio.wiring.root import Wiring

SEND_EVERY_S = 15.0
STOP_S = 5.0  # a mail server that hangs must not keep the studio from ending; its message is tried again

_log = logging.getLogger(__name__)


def open_vault(settings: Settings, engine: Engine, records: RecordStore) -> Vault:
    """Open the vault; contracts that lay in clear before there was one are moved into it.

    Raises:
        VaultLockedError: there are such contracts, and the vault's key is missing or open to others.
    """

    def key() -> bytes:
        return open_vault_key(
            settings.vault_key_path,
            lock_path=settings.locks_dir / "vault-key.lock",
            may_make=vault.is_empty(),
            random_bytes=secrets.token_bytes,
        )

    vault = Vault(
        engine, folder=settings.vault_dir, scratch=settings.work_dir, key=key, random_bytes=secrets.token_bytes
    )
    move_evidence(settings.evidence_dir, records, vault)
    return vault


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """The parts, each built when first asked for. ``copies`` destroys what lies outside the vault."""

    settings: Settings
    engine: Engine
    records: RecordStore
    ledger: LedgerStore
    vault: Vault
    copies: Withdrawal
    controller_key: Callable[[], SigningKey]
    status: Callable[[RecordId], RecordStatus]
    clock: Callable[[], datetime]

    @cached_property
    def outbox(self) -> Outbox:
        """Messages that have to leave the house."""
        return Outbox(self.engine)

    @cached_property
    def notifier(self) -> Notifier:
        """Who is told of what."""
        path: Path = self.settings.addresses_path
        return Notifier(
            outbox=self.outbox,
            letters=load_letters(ASSETS / "notices"),
            addresses=lambda: read_addresses(path),
            has_webhook=self.settings.webhook_url is not None,
        )

    @cached_property
    def postman(self) -> Postman:
        """Sends what waits."""
        settings, tls = self.settings, ssl.create_default_context()
        url, secret = settings.webhook_url, settings.webhook_secret
        return Postman(
            outbox=self.outbox,
            mail=None if settings.smtp_url is None else read_smtp_url(settings.smtp_url, tls=tls),
            webhook=None if url is None else read_webhook(url, secret, tls=tls, clock=self.clock),
            clock=self.clock,
        )

    @cached_property
    def destruction(self) -> Destruction:
        """What goes with the end of a consent."""
        return Destruction(
            records=self.records,
            ledger=self.ledger,
            vault=self.vault,
            copies=self.copies,
            certificates=CertificateShelf(self.settings.certificates_dir),
            notifier=self.notifier,
            controller_key=self.controller_key,
            clock=self.clock,
        )

    @cached_property
    def sweeper(self) -> Sweeper:
        """The daily sweep."""
        return Sweeper(
            records=self.records,
            vault=self.vault,
            destruction=self.destruction,
            forgetting=Forgetting(
                records=self.records,
                requests=RequestStore(self.engine),
                vault=self.vault,
                ending=lambda record_id, at: self.destruction.known_ending(record_id, at=at),
            ),
            notifier=self.notifier,
            outbox=self.outbox,
            postman=self.postman,
            status=self.status,
        )


@contextmanager
def sending(postman: Postman) -> Iterator[None]:
    """Send what waits, every SEND_EVERY_S seconds, until the block ends; a round that runs is not waited for long."""
    stop = threading.Event()

    def rounds() -> None:
        while not stop.is_set():
            try:
                postman.send_due()
            except SQLAlchemyError:
                _log.warning("the outbox cannot be read just now; tried again in %s s", SEND_EVERY_S)
            stop.wait(SEND_EVERY_S)

    thread = threading.Thread(target=rounds, name="postman", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(STOP_S)


def open_keeping(wiring: Wiring) -> Keeping:
    """The parts of this studio."""
    return Keeping(
        settings=wiring.settings,
        engine=wiring.engine,
        records=wiring.records,
        ledger=wiring.ledger,
        vault=wiring.vault,
        copies=wiring.withdrawal,
        controller_key=wiring.controller_key,
        status=wiring.dossiers.status,
        clock=wiring.clock,
    )
