"""Asking before anything runs: what consent says to each take of a brief, clause by clause, without rendering."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from consent.decide import Granted
from consent.grant import RecordId
from consent.policy import Rulebook
from studio.campaigns.brief import Brief
from studio.campaigns.deciding import decide_in_order
from studio.campaigns.planning import CardsFor, plan_takes
from studio.campaigns.produce import planned_likenesses
from studio.jobs.likeness import Likenesses, NoLikenesses
from studio.store.campaigns import CampaignStore
from studio.store.ledger import LedgerStore
from studio.store.records import RecordStore


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """The decisions, as JSON, and whether every take may run."""

    all_granted: bool
    report: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checker:
    """The action behind ``sayso consent check``."""

    records: RecordStore
    ledger: LedgerStore
    campaigns: CampaignStore
    rulebook: Rulebook
    clock: Callable[[], datetime]
    cards_for: CardsFor
    likenesses: Likenesses = field(default_factory=NoLikenesses)

    def check(self, record_id: RecordId, brief: Brief) -> CheckResult:
        """Decide each take of the brief under this record, whatever record the brief itself names."""
        plans = plan_takes(
            brief,
            record_id=record_id,
            campaign_id="check",
            producer="",
            cards_for=self.cards_for,
            likenesses=planned_likenesses(brief, self.likenesses),
        )
        decisions = decide_in_order(
            (plan.request for plan in plans),
            envelope=self.records.find_or_error(record_id),
            ledger=self.ledger.view_or_error(),
            rulebook=self.rulebook,
            at=self.clock(),
            open_takes=self.campaigns.open_ids_of_record(record_id),
        )
        takes: list[dict[str, object]] = []
        all_granted = True
        for plan, decision in zip(plans, decisions, strict=True):
            against = () if isinstance(decision, Granted) else decision.reasons
            reasons = (*against, *self.likenesses.reasons_against(plan))
            allowed = not reasons
            all_granted = all_granted and allowed
            takes.append(
                {
                    "locale": plan.locale,
                    "market": plan.market,
                    "channel": plan.channel,
                    "format": plan.format,
                    "script": plan.request.script,
                    "decision": "granted" if allowed else "refused",
                    "reasons": [{"code": r.code.value, "message": r.message} for r in reasons],
                    "steps": [
                        {
                            "clause": s.clause,
                            "title": s.title,
                            "code": s.code.value,
                            "state": s.state,
                            "needed": s.needed,
                            "found": s.found,
                            "message": s.message,
                        }
                        for s in decision.steps
                    ],
                }
            )
        return CheckResult(
            all_granted=all_granted, report={"record": record_id, "granted": all_granted, "takes": takes}
        )
