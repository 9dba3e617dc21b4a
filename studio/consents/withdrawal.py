"""What goes with a withdrawn consent: every copy of the person's pictures, and everything that was not released.

What was released stays in the library, because it is on record; ``verify`` says that its consent was withdrawn, and
``take_down`` lists whom to tell. Every step may be done again, so a withdrawal that was cut off is ended by another.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from consent.decide import RecordStatus
from consent.errors import RecordInvalidError
from consent.grant import RecordId, TakeId
from consent.ledger import Released
from studio.store.campaigns import CampaignStore
from studio.store.records import RecordStore
from studio.store.shelf import AssetShelf

_ENDED = frozenset({RecordStatus.WITHDRAWN, RecordStatus.EXPIRED})  # these keep no picture on the shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """Destroys what a withdrawn record leaves. ``is_on_record`` says whether the ledger holds a take's release."""

    records: RecordStore
    campaigns: CampaignStore
    shelf: AssetShelf
    work_dir: Path
    campaigns_dir: Path
    status: Callable[[RecordId], RecordStatus]
    is_on_record: Callable[[TakeId], bool]

    def clean_up(self, record_id: RecordId) -> None:
        """Destroy quarantine, campaign inputs and shelf copies of this record. Its running takes have been stopped."""
        rows = self.campaigns.takes_of_record(record_id)
        for row in rows:
            if not self.is_on_record(TakeId(row.id)):  # what is on record may wait there for its move into the library
                shutil.rmtree(self.work_dir / row.id, ignore_errors=True)
        for campaign_id in {row.campaign_id for row in rows}:
            shutil.rmtree(self.campaigns_dir / campaign_id, ignore_errors=True)
        for sha256 in self._assets_of(record_id) - self._bound_elsewhere(record_id):
            self.shelf.destroy(sha256)

    def _bound_elsewhere(self, record_id: RecordId) -> frozenset[str]:
        others = (one for one in self.records.all_ids() if one != record_id and self.status(one) not in _ENDED)
        return frozenset().union(*map(self._assets_of, others))

    def _assets_of(self, record_id: RecordId) -> frozenset[str]:
        envelope = self.records.find(record_id)
        try:
            record = None if envelope is None else envelope.record()
        except RecordInvalidError:  # nothing can be made under it any more
            record = None
        return frozenset() if record is None else frozenset(asset.sha256 for asset in record.scope.assets)


def take_down(releases: Iterable[Released]) -> dict[str, list[str]]:
    """The takes that somebody has to take down, by channel: its owner must be told."""
    channels: dict[str, list[str]] = {}
    for release in releases:
        channels.setdefault(release.channel, []).append(release.take_id)
    return channels
