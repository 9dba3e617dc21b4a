"""The composition root. Parts are built when first asked for, so that each command loads only what it uses."""

from __future__ import annotations

import secrets
import shutil
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from consent.grant import ReasonCode, RecordId, TakeId
from consent.keys import SigningKey
from consent.policy import Rulebook
from consent.record import Depiction
from consent.topics import load_topics
from pipelines.assets import ASSETS
from studio.campaigns.check import Checker
from studio.campaigns.produce import Producer
from studio.consents.acts import ConsentActs
from studio.consents.dossier import Dossiers
from studio.consents.withdrawal import Withdrawal, take_down
from studio.jobs.plan import TakePlan
from studio.likenesses.gate import LikenessGate
from studio.settings import Settings, prepare_home
from studio.store.campaigns import CampaignStore, Fault, TakeStatus
from studio.store.engine import open_engine
from studio.store.gate import StoreGate
from studio.store.ledger import LedgerStore
from studio.store.likenesses import LikenessStore
from studio.store.migrate import migrate
from studio.store.public import StorePublicRecords
from studio.store.records import RecordStore
from studio.store.shelf import AssetShelf
from studio.web.public.standing import Standing
from studio.wiring.cards import cards_of, uncarded
from studio.wiring.keyring import open_or_make_key

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from pipelines.provenance.identity import SigningIdentity
    from pipelines.release.verdict import Verdict
    from pipelines.weights.store import WeightsStore
    from studio.accounts.desk import Accounts
    from studio.accounts.tokens import Tokens
    from studio.exports.exporter import Exporter
    from studio.jobs.runner import JobRunner, RemoteJobs
    from studio.jobs.slots import Role
    from studio.review.desk import ReviewDesk
    from studio.review.people import People
    from studio.vault.vault import Vault
    from studio.wiring.keeping import Keeping
    from studio.wiring.requesting import RequestRoom


def utc_now() -> datetime:
    """The time, where it enters the studio."""
    return datetime.now(UTC)


class Wiring:
    """Everything of one studio, wired to its settings."""

    def __init__(
        self,
        settings: Settings,
        *,
        environ: Mapping[str, str],
        clock: Callable[[], datetime] = utc_now,
        host_command: tuple[str, ...] = (sys.executable, "-m", "studio.wiring.host"),
    ) -> None:
        prepare_home(settings)
        self.settings = settings
        self.clock = clock
        self._environ = environ
        self._host_command = host_command

    # -- store -------------------------------------------------------------------------------------------------------

    @cached_property
    def engine(self) -> Engine:
        """The database, at its newest migration."""
        engine = open_engine(self.settings.database_url)
        migrate(engine, lock_path=self.settings.locks_dir / "migrate.lock")
        return engine

    @cached_property
    def ledger(self) -> LedgerStore:
        """The ledger."""
        key = self._key("ledger.key")
        return LedgerStore(self.engine, key=key, witness_path=self.settings.witness_path)

    @cached_property
    def records(self) -> RecordStore:
        """Consent records."""
        return RecordStore(self.engine, self.ledger)

    @cached_property
    def campaigns(self) -> CampaignStore:
        """Campaigns and takes."""
        return CampaignStore(self.engine, has_webhook=self.settings.webhook_url is not None)

    @cached_property
    def shelf(self) -> AssetShelf:
        """Copies of the pictures that consents are bound to."""
        return AssetShelf(self.settings.assets_dir)

    @cached_property
    def rulebook(self) -> Rulebook:
        """What this installation decides by."""
        return Rulebook(
            controller_keys=frozenset({self.controller_key().public_key}), topics=load_topics(ASSETS / "topics")
        )

    @cached_property
    def vault(self) -> Vault:
        """Evidence and biometric templates, encrypted."""
        from studio.wiring.keeping import open_vault  # noqa: PLC0415 - most commands need no key

        return open_vault(self.settings, self.engine, self.records)

    @cached_property
    def keeping(self) -> Keeping:
        """What keeps, what forgets, and who is told."""
        from studio.wiring.keeping import open_keeping  # noqa: PLC0415 - as above

        return open_keeping(self)

    @cached_property
    def request_room(self) -> RequestRoom:
        """Requests: legal's side and the subject's."""
        from studio.wiring.rooms import open_requests  # noqa: PLC0415 - needs the studio extra

        return open_requests(self)

    @cached_property
    def review(self) -> ReviewDesk:
        """What legal works at."""
        from studio.wiring.rooms import open_review  # noqa: PLC0415 - as above

        return open_review(self)

    @cached_property
    def people(self) -> People:
        """Who of the company may come in."""
        from studio.wiring.reviewing import open_people  # noqa: PLC0415 - as above

        return open_people(self.engine, clock=self.clock)

    @cached_property
    def accounts(self) -> Accounts:
        """Who has an account, how they come in, and what is on record of it."""
        from studio.wiring.accounts import open_accounts, vault_key  # noqa: PLC0415 - few commands need it

        return open_accounts(
            self.engine,
            people=self.people,
            clock=self.clock,
            key=lambda: vault_key(self.settings, self.engine, self.vault),
        )

    @cached_property
    def tokens(self) -> Tokens:
        """Tokens of machines."""
        from studio.wiring.api import open_tokens  # noqa: PLC0415 - needs the studio extra

        return open_tokens(self)

    def _evidence(self, record_id: RecordId, sha256: str) -> bytes | None:
        item = self.vault.by_sha256(record_id, sha256)
        return None if item is None else self.vault.bytes(item.id)

    @cached_property
    def gate(self) -> StoreGate:
        """The last gate."""
        return StoreGate(engine=self.engine, ledger=self.ledger, records=self.records, rulebook=self.rulebook)

    @cached_property
    def public_records(self) -> StorePublicRecords:
        """What anyone may learn about a file."""
        return StorePublicRecords(engine=self.engine, ledger=self.ledger, records=self.records, rulebook=self.rulebook)

    # -- keys and weights --------------------------------------------------------------------------------------------

    def controller_key(self) -> SigningKey:
        """The company's key, made at first use."""
        return self._key("controller.key")

    @property
    def identity(self) -> SigningIdentity:
        """Who signs manifests, made at first use; read again each time, for a certificate may have been installed."""
        from studio.wiring.signing import open_identity  # noqa: PLC0415 - most commands do not need it

        return open_identity(self.settings, clock=self.clock)

    @cached_property
    def weights(self) -> WeightsStore:
        """The weights folder and its model cards."""
        from pipelines.weights.catalogue import load_cards  # noqa: PLC0415 - only engines and models need it
        from pipelines.weights.store import WeightsStore  # noqa: PLC0415 - as above

        return WeightsStore(self.settings.weights_dir, load_cards(ASSETS / "weights.toml"))

    def cards_for(self, plan: TakePlan) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The model cards that a take will use, and those of them that no commercial campaign may use."""
        from pipelines.errors import WeightsError  # noqa: PLC0415 - only engines and models need it

        cards = cards_of(plan)
        for card in cards:
            if card not in self.weights.cards:
                raise WeightsError(uncarded(card))
        return cards, tuple(sorted(self.weights.not_commercial(cards)))

    # -- actions -----------------------------------------------------------------------------------------------------

    @cached_property
    def acts(self) -> ConsentActs:
        """Acts on consent records."""
        return ConsentActs(
            records=self.records,
            ledger=self.ledger,
            evidence_dir=self.settings.evidence_dir,
            shelf=self.shelf,
            clock=self.clock,
            random_bytes=secrets.token_bytes,
            controller_key=self.controller_key,
            depiction=_judge_depiction,
            withdrawn=self._withdrawn,
            approved=self._approved,
            keeper=self.vault,
        )

    @cached_property
    def withdrawal(self) -> Withdrawal:
        """What goes with a withdrawn consent."""
        return Withdrawal(
            records=self.records,
            campaigns=self.campaigns,
            shelf=self.shelf,
            work_dir=self.settings.work_dir,
            campaigns_dir=self.settings.campaigns_dir,
            training_dir=self.settings.training_dir,
            status=self.dossiers.status,
            is_on_record=lambda take_id: self.gate.released(take_id) is not None,
        )

    def take_down(self, record_id: RecordId) -> dict[str, list[str]]:
        """The releases of a record by channel: what its owner is told when the consent is withdrawn."""
        envelope = self.records.find(record_id)
        name = None if envelope is None else envelope.public_hash
        return {} if name is None else take_down(self.ledger.view().releases(name))

    @cached_property
    def dossiers(self) -> Dossiers:
        """Records for showing."""
        return Dossiers(
            records=self.records,
            ledger=self.ledger,
            rulebook=lambda: self.rulebook,
            evidence=self._evidence,
            controller_key=self.controller_key,
            clock=self.clock,
        )

    @cached_property
    def likenesses(self) -> LikenessGate:
        """What every gate asks of a likeness."""
        return LikenessGate(store=LikenessStore(self.engine), vault=lambda: self.vault)

    @cached_property
    def checker(self) -> Checker:
        """Decisions without rendering."""
        return Checker(
            records=self.records,
            ledger=self.ledger,
            campaigns=self.campaigns,
            rulebook=self.rulebook,
            clock=self.clock,
            cards_for=self.cards_for,
            likenesses=self.likenesses,
        )

    @cached_property
    def producer(self) -> Producer:
        """Producing campaigns."""
        return Producer(
            records=self.records,
            ledger=self.ledger,
            campaigns=self.campaigns,
            rulebook=self.rulebook,
            home=self.settings.home,
            campaigns_dir=self.settings.campaigns_dir,
            library_dir=self.settings.library_dir,
            clock=self.clock,
            new_id=lambda: f"c{secrets.token_hex(5)}",
            cards_for=self.cards_for,
            likenesses=self.likenesses,
        )

    @cached_property
    def exporter(self) -> Exporter:
        """Exporting released takes."""
        from studio.wiring.exporting import open_exporter  # noqa: PLC0415 - needs the engines extra

        return open_exporter(self)

    def verify(self, path: Path) -> Verdict:
        """Say what a file is."""
        from studio.wiring.verification import TrustedLedger, open_examiner, verify_file  # noqa: PLC0415 - loads c2pa

        return verify_file(
            path,
            trust_anchors_pem=self.identity.trust_anchors_pem,
            ledger=TrustedLedger(origin=self.ledger.origin, public_key=self.ledger.public_key),
            records=self.public_records,
            at=self.clock(),
            examiner=open_examiner(self.weights),
        )

    def standing(self, take_id: str) -> Standing | None:
        """How a release stands today; None if nothing of that name is proven to be released."""
        from studio.wiring.verification import TrustedLedger, standing_of  # noqa: PLC0415 - loads c2pa

        ledger = TrustedLedger(origin=self.ledger.origin, public_key=self.ledger.public_key)
        return standing_of(take_id, records=self.public_records, ledger=ledger, at=self.clock())

    # -- jobs --------------------------------------------------------------------------------------------------------

    def start_jobs(self, role: Role) -> JobRunner:
        """Start to run takes in this process."""
        from studio.jobs.pool import HostPool, one_thread_each  # noqa: PLC0415 - with DBOS: half a second
        from studio.jobs.runner import JobRunner  # noqa: PLC0415 - as above
        from studio.jobs.slots import take_slot  # noqa: PLC0415 - as above

        environ = one_thread_each({**self._environ, "SAYSO_HOME": str(self.settings.home)})
        pool = HostPool(self._host_command, size=self.settings.hosts, environ=environ, logs_dir=self.settings.logs_dir)
        _ = self.engine  # migrated here, before the first host opens it (no assert: python -O would leave it out)
        runner = JobRunner(
            database_url=self.settings.jobs_database_url,
            slot=take_slot(self.settings.locks_dir, role),
            pool=pool,
            campaigns=self.campaigns,
            work_dir=self.settings.work_dir,
            locks_dir=self.settings.locks_dir,
            clock=self.clock,
            is_on_record=lambda take_id: self.gate.released(TakeId(take_id)) is not None,
            concurrency=self.settings.hosts,
            schedule=self._schedule,
        )
        runner.start()
        return runner

    def _schedule(self) -> Callable[[], None]:
        from studio.retention.schedule import schedule_daily  # noqa: PLC0415 - with DBOS: half a second

        def sweep() -> object:
            self.request_room.filing.settle_all()
            return self.keeping.sweeper.sweep(self.clock())

        return schedule_daily(sweep).start

    def remote_jobs(self) -> RemoteJobs | None:
        """A way to enqueue for a worker that runs elsewhere; None if there is no worker."""
        from studio.jobs.slots import has_live_worker  # noqa: PLC0415 - only produce asks

        if not has_live_worker(self.settings.locks_dir):
            return None
        from studio.jobs.runner import RemoteJobs  # noqa: PLC0415 - with DBOS: half a second

        return RemoteJobs(self.settings.jobs_database_url)

    def stop_takes(self, take_ids: tuple[str, ...], *, fault: Fault, status: TakeStatus) -> None:
        """Stop takes wherever they run and destroy what they have made so far."""
        take_ids = tuple(one for one in take_ids if self.gate.released(TakeId(one)) is None)
        if not take_ids:
            return
        for take_id in take_ids:
            self.campaigns.finish(take_id, status=status, at=self.clock(), faults=(fault,))
        self._cancel_jobs(take_ids)
        for take_id in take_ids:
            shutil.rmtree(self.settings.work_dir / take_id, ignore_errors=True)

    def _cancel_jobs(self, take_ids: tuple[str, ...]) -> None:
        try:
            from studio.jobs.runner import cancel_takes  # noqa: PLC0415 - with DBOS: half a second
        except ModuleNotFoundError as e:
            if e.name != "dbos":
                raise
            return  # a base install runs no jobs; those of another one stop at their next gate
        cancel_takes(self.settings.jobs_database_url, take_ids)

    def _withdrawn(self, record_id: RecordId) -> None:
        open_takes = tuple(row.id for row in self.campaigns.takes_of_record(record_id) if not row.status.is_final)
        fault = Fault(
            code=ReasonCode.REVOKED.value,
            message=f"the consent {record_id[:12]} was withdrawn while this take was in the making; it was destroyed",
        )
        self.stop_takes(open_takes, fault=fault, status=TakeStatus.REFUSED)
        self.keeping.destruction.withdrawn(record_id)

    def _approved(self, record_id: RecordId) -> None:
        from studio.store.requests import RequestStore  # noqa: PLC0415 - only an approval asks

        if RequestStore(self.engine).of_record(record_id) is not None:
            self.request_room.filing.settle(record_id)

    def _key(self, name: str) -> SigningKey:
        folder = self.settings.keys_dir
        return open_or_make_key(folder / name, lock_path=self.settings.locks_dir / "keys.lock")


def _judge_depiction(path: Path) -> Depiction:
    try:
        from pipelines.evidence.depiction import judge_depiction  # noqa: PLC0415 - needs the engines extra
    except ImportError:
        return "unknown"  # which needs a contract, as a photograph does
    return judge_depiction(path)
