"""Every use of the likeness, from the ledger: a release that is not there never left the house."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from consent.ledger import Released
from pipelines.errors import PipelineError
from studio.errors import NotFoundError
from studio.jobs.plan import THUMBNAIL
from studio.requests.desk import ActRefusedError, Use
from studio.requests.visiting import Visit
from studio.store.campaigns import CampaignStore, TakeRow
from studio.store.ledger import LedgerStore
from studio.store.records import RecordStore
from studio.store.requests import RequestStore

_SOUND = frozenset({"wav", "mp3"})

Frame = Callable[[Path], bytes]  # one frame of a released file as JPEG; its label is burned into it


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """Reads releases of all versions of one request. ``library_dir`` is the only place that pictures come from."""

    requests: RequestStore
    records: RecordStore
    ledger: LedgerStore
    campaigns: CampaignStore
    home: Path
    library_dir: Path
    frame: Frame

    def all(self, visit: Visit) -> tuple[Use, ...]:
        """Every release, newest first."""
        found = [self._use(release, is_revoked=is_revoked) for release, is_revoked in self._releases(visit)]
        return tuple(sorted(found, key=lambda use: use.released_at, reverse=True))

    def picture(self, visit: Visit, take_id: str) -> bytes:
        """One labelled frame of a release of this request; raises ``ActRefusedError`` for any other."""
        known = {release.take_id for release, _ in self._releases(visit) if release.format not in _SOUND}
        file = self._file(take_id) if take_id in known else None
        if file is None:
            raise ActRefusedError("not_now")
        try:
            return self.frame(file)
        except PipelineError as e:  # the file in the library was damaged; the use is listed all the same
            raise ActRefusedError("not_now") from e

    def _releases(self, visit: Visit) -> tuple[tuple[Released, bool], ...]:
        view = self.ledger.view()
        found: list[tuple[Released, bool]] = []
        for version in self.requests.versions(visit.request.id):
            envelope = self.records.find(version.record_id)
            name = None if envelope is None else envelope.public_hash
            if name is not None:
                is_revoked = view.revocation(name) is not None
                found += [(release, is_revoked) for release in view.releases(name)]
        return tuple(found)

    def _use(self, release: Released, *, is_revoked: bool) -> Use:
        has_picture = release.format not in _SOUND and self._file(release.take_id) is not None
        return Use(
            take_id=release.take_id,
            campaign=self._campaign(release.take_id),
            locale=release.locale,
            market=release.market,
            channel=release.channel,
            format=release.format,
            released_at=release.at,
            picture=f"picture/{release.take_id}" if has_picture else None,
            is_revoked=is_revoked,
        )

    def _campaign(self, take_id: str) -> str:
        take = self._take(take_id)
        row = None if take is None else self.campaigns.campaign(take.campaign_id)
        return "" if row is None else f"{row.brand}: {row.product}"

    def _take(self, take_id: str) -> TakeRow | None:
        try:
            return self.campaigns.take(take_id.removesuffix(THUMBNAIL))
        except NotFoundError:  # released by another installation that shares the ledger, or cleaned up
            return None

    def _file(self, take_id: str) -> Path | None:
        take = self._take(take_id)
        if take is None or take.path is None:
            return None
        path = self.home / take.path
        if take_id.endswith(THUMBNAIL):  # a release of its own, in the same campaign; exports make no other kind
            path = self.library_dir / take_id / f"{take_id}.jpg"
        real = path.resolve()
        is_inside = real.is_relative_to(self.library_dir.resolve()) and real.is_file()
        return real if is_inside else None
