"""A film's thumbnail: its first frame, released through the one door as a still of its own.

It has a grant, a label, a manifest and a ledger entry like every take, and it counts against the consent's quota. Its
id is that of the film with ``.thumbnail`` behind it, so a second export finds the first one's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from consent.errors import ConsentRefusedError
from consent.grant import Grant, ReasonCode, TakeRequest
from pipelines.disclosure.delivery import Thumbnail
from pipelines.media import Scene
from pipelines.release.delivery import Check
from pipelines.release.door import ReleaseDoor
from pipelines.release.measuring import measure
from pipelines.release.take import TakeProvenance
from studio.jobs.plan import THUMBNAIL, TakePlan


@dataclass(frozen=True, slots=True, kw_only=True)
class ThumbnailLeftOut:
    """There is none, and why."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnailer:
    """Makes thumbnails. ``door`` is opened when the first is made: it loads fonts."""

    authorize: Callable[[TakeRequest], Grant]
    door: Callable[[], ReleaseDoor]
    still_cards: tuple[str, ...]

    def __call__(self, plan: TakePlan, suffix: str, scene: Callable[[], Scene]) -> Path | ThumbnailLeftOut:
        """Return the released still.

        Raises:
            ConsentRefusedError: consent says no to it, for anything but the quota.
            ReleaseError: the door did not let it out.
        """
        still = thumbnail_plan(plan, suffix)
        door = self.door()
        if done := door.finish(still.request):
            return done.path
        try:
            grant = self.authorize(still.request)
        except ConsentRefusedError as e:
            if {reason.code for reason in e.reasons} == {ReasonCode.QUOTA_EXHAUSTED}:
                return ThumbnailLeftOut(why="all takes of the consent are used, and a thumbnail is one")
            raise
        cards = tuple(card for card in self.still_cards if card in plan.weights) or tuple(plan.weights)
        provenance = TakeProvenance(request=still.request, model_cards=cards, producer=plan.producer)
        return door.release(scene(), grant=grant, provenance=provenance).path

    @staticmethod
    def checks(path: Path, rules: Thumbnail) -> Iterator[Check]:
        """Yield the channel's rules on thumbnails against the file."""
        found = measure(path)
        for what, value, least, most in (
            ("thumbnail's size in bytes", found.bytes, None, rules.bytes_max),
            ("thumbnail's width in px", found.width, rules.width_min, None),
            ("thumbnail's height in px", found.height, rules.height_min, None),
        ):
            limit = most if least is None else least
            if limit is not None:
                yield Check(
                    what=what,
                    found=str(value),
                    needed=f"at {'most' if least is None else 'least'} {limit}",
                    holds=value <= limit if least is None else value >= limit,
                    required=True,
                    sources=rules.sources,
                )


def thumbnail_plan(plan: TakePlan, suffix: str) -> TakePlan:
    """Return the plan of a film's thumbnail: the same person, script, market and channel, as a still."""
    return plan.model_copy(
        update={"take_id": plan.take_id + THUMBNAIL, "format": f"{plan.frame_size}.{suffix}", "likeness": None}
    )
