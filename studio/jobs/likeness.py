"""The voice and the twin of a person in the plan of a take, and what each gate asks of them beside consent.

Consent decides over the take; a likeness has a life of its own inside it: legal lets it be used, anybody may erase it.
So every gate asks both. Without a studio that knows likenesses, every plan that names one is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pydantic import BaseModel, ConfigDict

from consent.grant import Modality, Reason, ReasonCode
from studio.errors import UsageError

if TYPE_CHECKING:
    from studio.jobs.plan import TakePlan


class PlannedLikeness(BaseModel):
    """Whose fitted voice speaks a take, or whose twin shows it: one version, by its bytes.

    ``recordings`` are the SHA-256 of those recordings behind it that the record binds: consent is asked about them as
    about every other file of the person. ``is_preview``: legal may look and listen before legal lets it be used.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    version: int
    profile_sha256: str
    recordings: tuple[str, ...] = ()
    is_preview: bool = False


class Likenesses(Protocol):
    """What knows the likenesses of this studio."""

    def planned(self, name: str, *, modality: Modality, is_preview: bool) -> PlannedLikeness:
        """The version to use now.

        Raises:
            NotFoundError: no likeness has this name.
            UsageError: it is of another modality.
        """
        ...

    def reasons_against(self, plan: TakePlan) -> tuple[Reason, ...]:
        """Why this take may not be made in its likenesses now; none if it may, or if it asks for none."""
        ...


class NoLikenesses:
    """A studio that keeps none."""

    def planned(
        self,
        name: str,
        *,
        modality: Modality,  # noqa: ARG002 - the protocol's signature
        is_preview: bool,  # noqa: ARG002 - as above
    ) -> PlannedLikeness:
        """Raise: there is none of this name."""
        raise UsageError(f"this studio keeps no likenesses, so there is no {name}; leave it out of the brief")

    def reasons_against(self, plan: TakePlan) -> tuple[Reason, ...]:
        """Refuse every likeness."""
        return tuple(
            Reason(
                code=ReasonCode.ASSET_NOT_COVERED,
                message=f"nobody here knows the likeness {one.id}; produce where it was enrolled",
                needed="a likeness that this studio keeps",
                found="none",
            )
            for one in plan.likenesses.values()
        )
