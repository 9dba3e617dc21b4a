"""What ``produce`` prints for machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from studio.jobs.plan import TakePlan
from studio.store.campaigns import Fault, TakeRow, TakeStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeResult:
    """How one take ended. ``status`` is "released", "refused" or "failed"."""

    id: str
    locale: str
    market: str
    channel: str
    format: str
    status: str
    path: Path | None
    reasons: tuple[Fault, ...]
    seconds: Mapping[str, float]

    def to_json(self) -> dict[str, object]:
        """The shape that scripts rely on."""
        return {
            "id": self.id,
            "locale": self.locale,
            "market": self.market,
            "channel": self.channel,
            "format": self.format,
            "status": self.status,
            "path": None if self.path is None else str(self.path),
            "reasons": [{"code": f.code, "message": f.message} for f in self.reasons],
            "seconds": dict(self.seconds),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ProduceResult:
    """How a whole campaign ended."""

    campaign: str
    takes: tuple[TakeResult, ...]

    @property
    def exit_code(self) -> int:
        """0 all released, 3 something refused by consent, 1 something failed."""
        states = {take.status for take in self.takes}
        if "refused" in states:
            return 3
        return 1 if "failed" in states else 0

    def to_json(self) -> dict[str, object]:
        """The shape that scripts rely on."""
        return {"campaign": self.campaign, "takes": [take.to_json() for take in self.takes]}


def result_of(row: TakeRow, plan: TakePlan, path: Path | None) -> TakeResult:
    """The public face of a stored take."""
    status, reasons = row.status.value, row.reasons
    if row.status is TakeStatus.CANCELLED:
        status, reasons = "failed", reasons or (Fault(code="cancelled", message="the take was cancelled"),)
    return TakeResult(
        id=row.id,
        locale=plan.locale,
        market=plan.market,
        channel=plan.channel,
        format=plan.format,
        status=status,
        path=path,
        reasons=reasons,
        seconds=row.seconds,
    )
