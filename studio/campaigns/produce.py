"""Producing a campaign: ask consent for every take, enqueue what is allowed, wait, hand over what was released."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from consent.decide import Granted
from consent.envelope import Envelope
from consent.errors import RecordInvalidError
from consent.grant import Modality, RecordId
from consent.policy import Rulebook
from studio.campaigns.brief import Brief
from studio.campaigns.deciding import decide_in_order
from studio.campaigns.planning import CardsFor, brief_sha256, plan_takes
from studio.campaigns.result import ProduceResult, TakeResult, result_of
from studio.errors import StoreError
from studio.jobs.likeness import Likenesses, NoLikenesses, PlannedLikeness
from studio.jobs.plan import TakePlan
from studio.store.campaigns import CampaignRow, CampaignStore, Fault, TakeRow, TakeStatus
from studio.store.ledger import LedgerStore
from studio.store.records import RecordStore

POLL_S = 0.25
TAKE_OVER_EVERY_S = 2.0

Watch = Callable[[tuple[TakeRow, ...]], None]


class Jobs(Protocol):
    """Whatever runs takes: this process, or a worker elsewhere."""

    def enqueue(self, take_ids: Iterable[str]) -> None:
        """Hand takes over; one that is enqueued already stays as it is."""
        ...

    def take_over(self) -> int:
        """Resume what dead processes left."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCampaign:
    """A campaign whose plans are stored; ``resumed`` says that an interrupted one goes on."""

    id: str
    resumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Producer:
    """The action behind ``sayso produce``, ``sayso demo`` and the studio's page."""

    records: RecordStore
    ledger: LedgerStore
    campaigns: CampaignStore
    rulebook: Rulebook
    home: Path
    campaigns_dir: Path
    library_dir: Path
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    cards_for: CardsFor
    likenesses: Likenesses = field(default_factory=NoLikenesses)

    def open(self, brief: Brief) -> OpenCampaign:
        """Store a new campaign, or find the interrupted one of this very brief. Gate 1 is here.

        Raises:
            NotFoundError: the brief names no record of this home, or no likeness.
        """
        record_id = self.records.resolve(brief.model.consent)
        digest = brief_sha256(brief, record_id=record_id)
        unfinished = self.campaigns.unfinished(digest)
        if unfinished is not None:
            return OpenCampaign(id=unfinished.id, resumed=True)
        campaign_id = self.new_id()
        envelope = self.records.find_or_error(record_id)
        plans = plan_takes(
            brief,
            record_id=record_id,
            campaign_id=campaign_id,
            producer=_controller_name(envelope),
            cards_for=self.cards_for,
            likenesses=planned_likenesses(brief, self.likenesses),
        )
        self._copy_inputs(brief, plans[0])
        rows = self._decide(plans, envelope)
        row = CampaignRow(
            id=campaign_id,
            brief_sha256=digest,
            record_id=record_id,
            brand=brief.model.brand,
            product=brief.model.product,
            created_at=self.clock(),
        )
        self.campaigns.add(row, rows)
        return OpenCampaign(id=campaign_id, resumed=False)

    def run(self, campaign_id: str, jobs: Jobs, *, watch: Watch) -> tuple[TakeRow, ...]:
        """Enqueue what is open and wait until every take has ended; ``watch`` sees the rows after each look."""
        rows = self.campaigns.takes_of(campaign_id)
        jobs.enqueue(row.id for row in rows if not row.status.is_final)
        looked_for_dead = time.monotonic()
        while True:
            watch(rows)
            if all(row.status.is_final for row in rows):
                return rows
            time.sleep(POLL_S)
            if time.monotonic() - looked_for_dead > TAKE_OVER_EVERY_S:
                jobs.take_over()
                looked_for_dead = time.monotonic()
            rows = self.campaigns.takes_of(campaign_id)

    def results(self, campaign_id: str, *, out: Path | None) -> ProduceResult:
        """Say how every take ended; released files and their subtitles are copied into ``out``."""
        takes: list[TakeResult] = []
        for row in self.campaigns.takes_of(campaign_id):
            plan = TakePlan.model_validate_json(row.plan)
            path = None if row.path is None else _inside(self.library_dir, self.home / row.path)
            if path is not None and out is not None:
                path = _hand_over(path, plan, out)
            takes.append(result_of(row, plan, path))
        return ProduceResult(campaign=campaign_id, takes=tuple(takes))

    def _decide(
        self, plans: tuple[TakePlan, ...], envelope: Envelope | RecordInvalidError | None
    ) -> tuple[TakeRow, ...]:
        decisions = decide_in_order(
            (plan.request for plan in plans),
            envelope=envelope,
            ledger=self.ledger.view_or_error(),
            rulebook=self.rulebook,
            at=self.clock(),
            open_takes=self.campaigns.open_ids_of_record(plans[0].record_id),
        )
        rows = []
        for position, (plan, decision) in enumerate(zip(plans, decisions, strict=True)):
            against = () if isinstance(decision, Granted) else decision.reasons
            reasons = (*against, *self.likenesses.reasons_against(plan))
            rows.append(
                TakeRow(
                    id=plan.take_id,
                    campaign_id=plan.campaign_id,
                    position=position,
                    record_id=plan.record_id,
                    plan=plan.model_dump_json(),
                    status=TakeStatus.REFUSED if reasons else TakeStatus.QUEUED,
                    reasons=tuple(map(Fault.of, reasons)),
                )
            )
        return tuple(rows)

    def _copy_inputs(self, brief: Brief, plan: TakePlan) -> None:
        folder = self.campaigns_dir / plan.campaign_id
        folder.mkdir(mode=0o700)
        named = (
            (plan.portrait, brief.portrait),
            (plan.background, brief.background),
            (plan.logo, brief.logo),
            (plan.stem, brief.stem),
        )
        for name, path in named:
            if name is not None and path is not None:
                shutil.copyfile(path, folder / name)
                anchors = path.with_suffix(".anchors.json")
                if anchors.is_file():
                    shutil.copyfile(anchors, (folder / name).with_suffix(".anchors.json"))


def find_record(records: RecordStore, brief: Brief) -> RecordId:
    """The record that a brief names, by its id or the id's first digits."""
    return records.resolve(brief.model.consent)


def planned_likenesses(brief: Brief, likenesses: Likenesses) -> Mapping[Modality, PlannedLikeness]:
    """The fitted voice and the twin that a brief asks for.

    Raises:
        NotFoundError: there is none of that name.
        UsageError: a voice is asked to be a twin, or the other way round.
    """
    named = {Modality.VOICE: brief.model.likeness, Modality.FACE: brief.model.twin}
    return {
        modality: likenesses.planned(name, modality=modality, is_preview=brief.is_preview)
        for modality, name in named.items()
        if name is not None
    }


def _inside(library_dir: Path, path: Path) -> Path:
    """Return the path of a released file; what lies outside the library was never released."""
    real = path.resolve()
    if not real.is_relative_to(library_dir.resolve()) or not real.is_file():
        raise StoreError(f"{path.name} is not among this studio's releases; the database was changed by other hands")
    return real


def _controller_name(envelope: Envelope | RecordInvalidError | None) -> str:
    """The name for the manifest; none for a record that cannot be read, whose takes are about to be refused."""
    try:
        return envelope.record().controller.name if isinstance(envelope, Envelope) else ""
    except RecordInvalidError:
        return ""


def _hand_over(path: Path, plan: TakePlan, out: Path) -> Path:
    """Copy a released file and the subtitles beside it under a name that people can read."""
    out.mkdir(parents=True, exist_ok=True)
    stem = "_".join((_slug(plan.product), plan.locale, plan.market, plan.channel, plan.frame_size, plan.take_id[-2:]))
    target = (out / (stem + path.suffix)).absolute()
    for source in sorted(path.parent.glob(path.stem + ".*")):
        goal = out / (stem + source.name.removeprefix(path.stem))
        part = goal.with_name(goal.name + ".part")
        shutil.copyfile(source, part)
        part.replace(goal)
    return target


def _slug(text: str) -> str:
    words = "".join(c.lower() if c.isalnum() else " " for c in text).split()
    return "-".join(words) or "take"
