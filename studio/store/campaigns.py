"""Campaigns and their takes: what was asked, how far each one is, how it ended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Engine, Row, insert, select, true, update

from consent.grant import Reason, ReasonCode, TakeId
from studio.errors import NotFoundError
from studio.store import schema
from studio.store.engine import reading
from studio.store.outbox import Message, put_with


class TakeStatus(StrEnum):
    """Where a take is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    RELEASED = "released"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen to the take."""
        return self not in (TakeStatus.QUEUED, TakeStatus.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a take ended without a file. ``code`` is a consent reason code, or the class of a fault of ours."""

    code: str
    message: str

    @classmethod
    def of(cls, reason: Reason) -> Fault:
        """The fault that a consent reason is."""
        return cls(code=ReasonCode(reason.code).value, message=reason.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeRow:
    """One take as stored. ``plan`` is the JSON of ``studio.jobs.plan.TakePlan``; ``seconds`` are per finished step."""

    id: str
    campaign_id: str
    position: int
    record_id: str
    plan: str
    status: TakeStatus = TakeStatus.QUEUED
    reasons: tuple[Fault, ...] = ()
    step: str = ""
    share: float = 0.0
    seconds: Mapping[str, float] = field(default_factory=dict)
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRow:
    """One campaign as stored. ``brief_sha256`` covers everything that decides what its takes look like."""

    id: str
    brief_sha256: str
    record_id: str
    brand: str
    product: str
    created_at: datetime


class CampaignStore:
    """Reads and writes campaigns and takes; each call is one transaction.

    ``has_webhook``: how a take ended is queued for the webhook, in the transaction that ends it.
    """

    def __init__(self, engine: Engine, *, has_webhook: bool = False) -> None:
        self._engine = engine
        self._has_webhook = has_webhook

    def add(self, campaign: CampaignRow, takes: tuple[TakeRow, ...]) -> None:
        """Store a campaign with all of its takes."""
        with self._engine.begin() as connection:
            connection.execute(
                insert(schema.campaigns).values(
                    id=campaign.id,
                    brief_sha256=campaign.brief_sha256,
                    record_id=campaign.record_id,
                    brand=campaign.brand,
                    product=campaign.product,
                    created_at=campaign.created_at,
                )
            )
            for take in takes:
                connection.execute(
                    insert(schema.takes).values(
                        id=take.id,
                        campaign_id=take.campaign_id,
                        position=take.position,
                        record_id=take.record_id,
                        plan=take.plan,
                        status=take.status.value,
                        reasons=_dump_faults(take.reasons),
                        step=take.step,
                        share=take.share,
                        seconds=json.dumps(dict(take.seconds)),
                        path=take.path,
                        updated_at=campaign.created_at,
                    )
                )
                if take.status.is_final:
                    self._tell(connection, take.id, status=take.status, faults=take.reasons, at=campaign.created_at)

    def unfinished(self, brief_sha256: str) -> CampaignRow | None:
        """The newest campaign made of this very brief, if some of its takes have not ended."""
        open_takes = select(schema.takes.c.campaign_id).where(_is_open())
        query = (
            select(schema.campaigns)
            .where(schema.campaigns.c.brief_sha256 == brief_sha256, schema.campaigns.c.id.in_(open_takes))
            .order_by(schema.campaigns.c.created_at.desc())
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return None if row is None else _campaign(row)

    def recent(self, count: int) -> tuple[CampaignRow, ...]:
        """The newest campaigns first."""
        query = select(schema.campaigns).order_by(schema.campaigns.c.created_at.desc()).limit(count)
        with reading(self._engine) as connection:
            return tuple(_campaign(row) for row in connection.execute(query))

    def campaign(self, campaign_id: str) -> CampaignRow | None:
        """One campaign, or None."""
        query = select(schema.campaigns).where(schema.campaigns.c.id == campaign_id)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return None if row is None else _campaign(row)

    def takes_of(self, campaign_id: str) -> tuple[TakeRow, ...]:
        """The campaign's takes in the brief's order."""
        query = select(schema.takes).where(schema.takes.c.campaign_id == campaign_id).order_by(schema.takes.c.position)
        with reading(self._engine) as connection:
            return tuple(_take(row) for row in connection.execute(query))

    def takes_of_record(self, record_id: str) -> tuple[TakeRow, ...]:
        """Every take ever asked of one consent record."""
        query = select(schema.takes).where(schema.takes.c.record_id == record_id).order_by(schema.takes.c.id)
        with reading(self._engine) as connection:
            return tuple(_take(row) for row in connection.execute(query))

    def open_ids(self) -> tuple[str, ...]:
        """Takes that have not ended, of every campaign."""
        with reading(self._engine) as connection:
            return tuple(connection.execute(select(schema.takes.c.id).where(_is_open())).scalars())

    def open_ids_of_record(self, record_id: str) -> frozenset[TakeId]:
        """Takes of one consent record that have not ended, of every campaign."""
        query = select(schema.takes.c.id).where(schema.takes.c.record_id == record_id, _is_open())
        with reading(self._engine) as connection:
            return frozenset(map(TakeId, connection.execute(query).scalars()))

    def take(self, take_id: str) -> TakeRow:
        """One take.

        Raises:
            NotFoundError: there is no such take.
        """
        with reading(self._engine) as connection:
            row = connection.execute(select(schema.takes).where(schema.takes.c.id == take_id)).first()
        if row is None:
            raise NotFoundError(f"there is no take {take_id} in this home; check --home")
        return _take(row)

    def note_progress(self, take_id: str, *, step: str, share: float, at: datetime) -> None:
        """Say how far a take is; a take that has ended stays as it ended."""
        statement = (
            update(schema.takes)
            .where(schema.takes.c.id == take_id, _is_open())
            .values(status=TakeStatus.RUNNING.value, step=step, share=share, updated_at=at)
        )
        with self._engine.begin() as connection:
            connection.execute(statement)

    def note_seconds(self, take_id: str, *, step: str, seconds: float) -> None:
        """Record what a finished step cost."""
        with self._engine.begin() as connection:
            known = connection.execute(select(schema.takes.c.seconds).where(schema.takes.c.id == take_id)).scalar_one()
            merged = {**json.loads(known), step: round(seconds, 3)}
            connection.execute(
                update(schema.takes).where(schema.takes.c.id == take_id).values(seconds=json.dumps(merged))
            )

    def finish(
        self, take_id: str, *, status: TakeStatus, at: datetime, faults: tuple[Fault, ...] = (), path: str | None = None
    ) -> None:
        """Record how a take ended. How it ended first holds, but for a release: that is a fact, whoever comes late."""
        may_change = _is_open() if status is not TakeStatus.RELEASED else true()
        statement = (
            update(schema.takes)
            .where(schema.takes.c.id == take_id, may_change)
            .values(status=status.value, reasons=_dump_faults(faults), path=path, share=1.0, updated_at=at)
        )
        with self._engine.begin() as connection:
            if connection.execute(statement).rowcount:
                self._tell(connection, take_id, status=status, faults=faults, at=at)

    def _tell(
        self, connection: Connection, take_id: str, *, status: TakeStatus, faults: tuple[Fault, ...], at: datetime
    ) -> None:
        if not self._has_webhook:
            return
        query = select(schema.takes.c.campaign_id).where(schema.takes.c.id == take_id)
        event = {
            "version": 1,
            "event": f"take.{status.value}",
            "campaign": connection.execute(query).scalar_one(),
            "take": take_id,
            "reasons": [fault.code for fault in faults],  # codes only: sentences may name people
            "at": at.isoformat(),
        }
        message = Message(
            dedupe=f"take.{status.value}:{take_id}",
            channel="webhook",
            recipient="",
            subject=f"take.{status.value}",
            body=json.dumps(event, sort_keys=True),
        )
        put_with(connection, message, at)


def _is_open() -> ColumnElement[bool]:
    return schema.takes.c.status.in_([s.value for s in TakeStatus if not s.is_final])


def _dump_faults(faults: tuple[Fault, ...]) -> str:
    return json.dumps([{"code": f.code, "message": f.message} for f in faults], ensure_ascii=False)


def _campaign(row: Row[tuple[object, ...]]) -> CampaignRow:
    return CampaignRow(
        id=row.id,
        brief_sha256=row.brief_sha256,
        record_id=row.record_id,
        brand=row.brand,
        product=row.product,
        created_at=row.created_at,
    )


def _take(row: Row[tuple[object, ...]]) -> TakeRow:
    return TakeRow(
        id=row.id,
        campaign_id=row.campaign_id,
        position=row.position,
        record_id=row.record_id,
        plan=row.plan,
        status=TakeStatus(row.status),
        reasons=tuple(Fault(**fault) for fault in json.loads(row.reasons)),
        step=row.step,
        share=row.share,
        seconds=json.loads(row.seconds),
        path=row.path,
    )
