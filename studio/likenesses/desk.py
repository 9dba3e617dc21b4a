"""What legal does with likenesses: look, let one be used, erase one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from consent.grant import Modality
from studio.errors import UsageError
from studio.jobs.plan import TakePlan
from studio.likenesses.enrolling import Note
from studio.likenesses.gate import NOUNS, LikenessGate
from studio.likenesses.right import LikenessRight
from studio.store.campaigns import CampaignStore
from studio.store.likenesses import LikenessRow, LikenessStore, LikenessVersion
from studio.vault.item import is_of
from studio.vault.vault import Vault

State: TypeAlias = Literal["waits", "released", "erased"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LikenessDesk:
    """The acts. ``stop`` stops takes wherever they run and destroys what they have made so far."""

    right: Mapping[Modality, LikenessRight]
    gate: LikenessGate
    store: LikenessStore
    campaigns: CampaignStore
    vault: Vault
    note: Note
    stop: Callable[[LikenessRow, tuple[str, ...]], None]
    clock: Callable[[], datetime]

    def all(self) -> tuple[LikenessRow, ...]:
        """Every likeness, oldest first."""
        return self.store.all()

    def find(self, name: str) -> LikenessRow:
        """One likeness; raises ``NotFoundError``."""
        return self.store.resolve(name)

    def state(self, row: LikenessRow, version: LikenessVersion) -> State:
        """Where a version is in its life."""
        if not self.gate.stands(row, version):
            return "erased"
        return "released" if version.is_released else "waits"

    def release(self, name: str, *, version: int | None = None, by: str) -> LikenessRow:
        """Let a version be used, the newest if none is named; briefs use the newest that was let.

        Raises:
            ConsentRefusedError: the consent does not allow it any more.
            NotFoundError: there is no such likeness.
            UsageError: no such version, one that was erased, or ``by`` is no person's address.
        """
        if "@" not in by.strip("@"):
            raise UsageError(f"{by!r} is nobody's address; a person of legal must let it be used: --as EMAIL")
        row = self.store.resolve(name)
        self.right[row.modality].require(row.record_id)
        chosen = row.versions[-1] if version is None else row.version(version)
        if chosen is None:
            raise UsageError(f"likeness {row.id} has versions 1 to {len(row.versions)} and no {version}")
        if self.state(row, chosen) == "erased":
            raise UsageError(
                f"version {chosen.version} of likeness {row.id} was erased; enrol the {NOUNS[row.modality]} again"
            )
        if self.store.release(row.id, chosen.version, by=by, at=self.clock()):
            self.note(row.record_id, "likeness_released", by, f"{row.modality} profile {chosen.profile_sha256}")
        return self.store.get(row.id)

    def erase(self, name: str, *, by: str) -> int:
        """Destroy every profile and recording of a likeness; what runs with it is stopped first. Returns how many.

        May be done again. The consent stands; a new enrolment makes a new version.
        """
        row = self.store.resolve(name)
        self.stop(row, self._open_takes(row))
        items = {one.profile_item_id for one in row.versions}
        items |= {used.item_id for one in row.versions for used in one.recordings}
        theirs = [item for item in self.vault.items(row.record_id) if item.id in items and is_of(item, row.modality)]
        for item in theirs:
            self.vault.erase(item.id, at=self.clock(), why="erased_by_legal")
        if theirs:
            self.note(row.record_id, "likeness_erased", by, f"likeness {row.id}")
        return len(theirs)

    def _open_takes(self, row: LikenessRow) -> tuple[str, ...]:
        takes = (take for take in self.campaigns.takes_of_record(row.record_id) if not take.status.is_final)
        return tuple(take.id for take in takes if _may_use(take.plan, row))


def _may_use(plan: str, row: LikenessRow) -> bool:
    try:
        planned = TakePlan.model_validate_json(plan).likenesses.get(row.modality)
    except ValueError:  # nobody can say in which likeness it is made, and an erasure must not wait for that
        return True
    return planned is not None and planned.id == row.id
