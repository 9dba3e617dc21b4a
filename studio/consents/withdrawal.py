"""What lies about of a consent outside the vault: every copy of the person's pictures, and what was not released.

What was released stays in the library, because it is on record; ``verify`` says that its consent was withdrawn, and
``take_down`` lists whom to tell. Every step may be done again, so a withdrawal that was cut off is ended by another.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from consent.decide import RecordStatus
from consent.envelope import Envelope
from consent.errors import RecordInvalidError
from consent.grant import RecordId, TakeId
from consent.ledger import Released
from consent.restriction import Restriction, taken_back
from studio.errors import NotFoundError
from studio.jobs.plan import THUMBNAIL, TakePlan
from studio.store.campaigns import CampaignStore, TakeRow
from studio.store.records import RecordStore
from studio.store.shelf import AssetShelf

TRAINING_LEFT_S = 7 * 86_400.0

# These keep no picture on the shelf.
_ENDED = frozenset({RecordStatus.WITHDRAWN, RecordStatus.EXPIRED, RecordStatus.DECLINED, RecordStatus.SUPERSEDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """How many of each were there and are gone."""

    takes: int
    campaigns: int
    pictures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """Destroys what a record leaves outside the vault. ``is_on_record``: whether the ledger holds a take's release."""

    records: RecordStore
    campaigns: CampaignStore
    shelf: AssetShelf
    work_dir: Path
    campaigns_dir: Path
    training_dir: Path
    status: Callable[[RecordId], RecordStatus]
    is_on_record: Callable[[TakeId], bool]

    def clean_up(self, record_id: RecordId) -> Cleared:
        """Destroy quarantine, campaign inputs, shelf copies and unfinished trainings of this record.

        Its running takes have been stopped.
        """
        rows = self.campaigns.takes_of_record(record_id)
        # What is on record may wait in quarantine for its move into the library.
        names = [name for row in rows for name in (row.id, row.id + THUMBNAIL)]
        unreleased = [self.work_dir / name for name in names if not self.is_on_record(TakeId(name))]
        inputs = [self.campaigns_dir / campaign_id for campaign_id in {row.campaign_id for row in rows}]
        return Cleared(
            takes=sum(map(_remove, unreleased)),
            campaigns=sum(map(_remove, inputs)),
            pictures=self._unshelve(record_id) + self._stop_training(record_id),
        )

    def clear_face(self, record_id: RecordId) -> Cleared:
        """Destroy the copies of the person's pictures and no more; the takes that show them have been stopped."""
        campaigns = {row.campaign_id for row in self.campaigns.takes_of_record(record_id)}
        copies = [path for one in campaigns for path in (self.campaigns_dir / one).glob("portrait.*")]
        for path in copies:
            path.unlink(missing_ok=True)
        pictures = len(copies) + self._unshelve(record_id) + self._stop_training(record_id)
        return Cleared(takes=0, campaigns=0, pictures=pictures)

    def clear_old_trainings(self, *, at: datetime) -> int:
        """Destroy what trainings have left that nobody went on with for a week; returns how many."""
        old = (one for one in self.training_dir.iterdir() if at.timestamp() - one.stat().st_mtime > TRAINING_LEFT_S)
        return sum(map(_remove, tuple(old)))

    def _stop_training(self, record_id: RecordId) -> int:
        """Destroy what an unfinished training has cut out of footage; one that runs fails then. Returns how many."""
        return int(_remove(self.training_dir / record_id))

    def _unshelve(self, record_id: RecordId) -> int:
        shelved = frozenset(filter(self.shelf.holds, self._assets_of(record_id)))
        unbound = shelved - self._bound_elsewhere(record_id, shelved) if shelved else shelved
        for sha256 in unbound:
            self.shelf.destroy(sha256)
        return len(unbound)

    def _bound_elsewhere(self, record_id: RecordId, wanted: frozenset[str]) -> frozenset[str]:
        others = ((one, self._assets_of(one) & wanted) for one in self.records.all_ids() if one != record_id)
        return frozenset().union(
            *(shared for one, shared in others if shared and self.status(one) not in _ENDED),
        )

    def _assets_of(self, record_id: RecordId) -> frozenset[str]:
        envelope = self.records.find_or_error(record_id)
        try:
            record = envelope.record() if isinstance(envelope, Envelope) else None
        except RecordInvalidError:  # nothing can be made under it any more
            record = None
        return frozenset() if record is None else frozenset(asset.sha256 for asset in record.scope.assets)


def take_down(releases: Iterable[Released]) -> dict[str, list[str]]:
    """The takes that somebody has to take down, by channel: its owner must be told."""
    channels: dict[str, list[str]] = {}
    for release in releases:
        channels.setdefault(release.channel, []).append(release.take_id)
    return channels


def touched(releases: Iterable[Released], restriction: Restriction, campaigns: CampaignStore) -> tuple[Released, ...]:
    """The releases that something was taken back of; one whose plan is not known counts as touched."""
    return tuple(release for release in releases if _is_touched(release, restriction, campaigns))


def no_longer_covered(takes: Iterable[TakeRow], restriction: Restriction) -> tuple[str, ...]:
    """The ids of the takes that something was taken back of; one whose plan cannot be read is among them."""
    return tuple(take.id for take in takes if _touches(take.plan, restriction))


def _is_touched(release: Released, restriction: Restriction, campaigns: CampaignStore) -> bool:
    try:
        plan = campaigns.take(release.take_id).plan
    except NotFoundError:
        return True
    return _touches(plan, restriction)


def _touches(plan: str, restriction: Restriction) -> bool:
    try:
        request = TakePlan.model_validate_json(plan).request
    except ValueError:
        return True
    parts = taken_back(
        (restriction,),
        modalities=request.modalities,
        locale=request.locale,
        market=request.market,
        channel=request.channel,
        brand=request.brand,
        product=request.product,
    )
    return bool(parts)


def _remove(folder: Path) -> bool:
    was_there = folder.is_dir()
    shutil.rmtree(folder, ignore_errors=True)
    return was_there
