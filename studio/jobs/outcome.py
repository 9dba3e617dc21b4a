"""How a step of a take ended, in JSON that survives a crash."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from studio.store.campaigns import Fault


class FaultJson(BaseModel):
    """One reason why a step did not do its work."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    message: str


class StepOutcome(BaseModel):
    """``done``; or ``refused`` by consent, or ``failed`` for a reason of ours, with every fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Literal["done", "refused", "failed"]
    faults: tuple[FaultJson, ...] = ()
    path: str | None = None  # of the released file, relative to the home

    @classmethod
    def failed(cls, code: str, message: str) -> StepOutcome:
        """A failure with one fault."""
        return cls(status="failed", faults=(FaultJson(code=code, message=message),))

    @property
    def store_faults(self) -> tuple[Fault, ...]:
        """The faults as the store keeps them."""
        return tuple(Fault(code=f.code, message=f.message) for f in self.faults)
