"""What each gate asks of a likeness: that it is this record's, that it still exists, that legal let it be used.

Read from store and vault every time; implements ``studio.jobs.likeness.Likenesses``. Whether the consent covers voice
and face, in this language and for these recordings, is for ``consent.decide``, which every gate asks as well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from consent.errors import ConsentRefusedError
from consent.grant import Modality, Reason, ReasonCode, RecordId, Sha256Hex
from studio.errors import NotFoundError, UsageError
from studio.jobs.likeness import PlannedLikeness
from studio.jobs.plan import TakePlan
from studio.store.likenesses import LikenessRow, LikenessStore, LikenessVersion
from studio.vault.vault import Vault

PREVIEW_CHARACTERS_MAX: Final = 300  # enough to know somebody by, too little for an ad of half a minute
NOUNS: Final = {Modality.VOICE: "voice", Modality.FACE: "twin"}
KEYS: Final = {Modality.VOICE: "likeness", Modality.FACE: "twin"}  # of a brief
SUBJECT_ASKED: Final = "subject_asked"  # why a recording was erased: the person took it back themselves
_NAME_DOMAIN: Final = b"sayso/v1/likeness\0"


def public_name(profile_sha256: str, salt: bytes) -> Sha256Hex:
    """The name of a profile in a manifest: without the record's salt nobody can link it to the vault's."""
    return Sha256Hex(hashlib.sha256(_NAME_DOMAIN + salt + bytes.fromhex(profile_sha256)).hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class LikenessGate:
    """Reads, decides, and opens the profile for who may speak with it."""

    store: LikenessStore
    vault: Callable[[], Vault]  # opened only for takes that ask for a likeness

    def planned(self, name: str, *, modality: Modality, is_preview: bool) -> PlannedLikeness:
        """The newest version that was let, for a preview the newest of all; it may still be refused at the gates.

        Raises:
            NotFoundError: there is no likeness of this name.
            UsageError: it is of another modality.
        """
        row = self.store.resolve(name)
        if row.modality is not modality:
            needed, found = KEYS[modality], KEYS[row.modality]
            raise UsageError(f'likeness {row.id} is no {NOUNS[modality]}; write {found} = "{row.id}", not {needed}')
        let = [one for one in row.versions if is_preview or one.is_released]
        version = (let or row.versions)[-1]
        return PlannedLikeness(
            id=row.id,
            version=version.version,
            profile_sha256=version.profile_sha256,
            recordings=tuple(sorted({one.sha256 for one in version.recordings if one.is_bound})),
            is_preview=is_preview,
        )

    def reasons_against(self, plan: TakePlan) -> tuple[Reason, ...]:
        """Why this take may not be made in its likenesses now; none if it may, or if it asks for none."""
        found = (self._against(plan, modality, one) for modality, one in plan.likenesses.items())
        return tuple(reason for reason in found if reason is not None)

    def _against(self, plan: TakePlan, modality: Modality, planned: PlannedLikeness) -> Reason | None:
        found = self._found(planned, modality)
        if found is None:
            return _gone(planned, modality)
        row, version = found
        if row.record_id != plan.record_id:
            return _of_another(planned)
        if not self._stands(row.record_id, version):
            return _gone(planned, modality)
        if not version.is_released and not _is_only_tried(plan, modality, planned):
            return _not_let(planned)
        return None

    def profile(self, plan: TakePlan, modality: Modality) -> bytes:
        """The voice profile that a take is spoken with, or the twin that it shows: in memory alone, never as a file.

        Raises:
            ConsentRefusedError: it may not be used.
            VaultError: it cannot be read.
        """
        planned = plan.likenesses.get(modality)
        if planned is None:
            raise ConsentRefusedError((_none_asked(plan, modality),))
        against, found = self._against(plan, modality, planned), self._found(planned, modality)
        if against is not None or found is None:
            raise ConsentRefusedError((against or _gone(planned, modality),))
        return self.vault().bytes(found[1].profile_item_id)

    def stands(self, row: LikenessRow, version: LikenessVersion) -> bool:
        """Whether the version still exists: its profile, and every recording that the person has not taken back."""
        return self._stands(row.record_id, version)

    def _found(self, planned: PlannedLikeness, modality: Modality) -> tuple[LikenessRow, LikenessVersion] | None:
        try:
            row = self.store.get(planned.id)
        except NotFoundError:
            return None
        version = row.version(planned.version)
        if row.modality is not modality or version is None or version.profile_sha256 != planned.profile_sha256:
            return None
        return row, version

    def _stands(self, record_id: RecordId, version: LikenessVersion) -> bool:
        item = self.vault().find(version.profile_item_id)
        if item is None or item.erased_at is not None or item.record_id != record_id:
            return False
        used = {one.item_id for one in version.recordings}
        taken_back = (one.id for one in self.vault().traces(record_id) if one.erased_why == SUBJECT_ASKED)
        return item.sha256 == version.profile_sha256 and used.isdisjoint(taken_back)


def _is_only_tried(plan: TakePlan, modality: Modality, planned: PlannedLikeness) -> bool:
    """Legal has to hear a voice, or see a twin, before they let it be used: something short that advertises nothing."""
    tried = {Modality.VOICE: ("audio", "video"), Modality.FACE: ("video",)}[modality]
    is_short = not plan.commercial and len(plan.text) <= PREVIEW_CHARACTERS_MAX
    return planned.is_preview and is_short and plan.kind in tried


def _gone(planned: PlannedLikeness, modality: Modality) -> Reason:
    return Reason(
        code=ReasonCode.REVOKED,
        message=f"version {planned.version} of likeness {planned.id} was erased; enrol the {NOUNS[modality]} again",
        needed="a likeness that exists",
        found="erased",
    )


def _of_another(planned: PlannedLikeness) -> Reason:
    return Reason(
        code=ReasonCode.ASSET_NOT_COVERED,
        message=f"likeness {planned.id} was enrolled under another consent; name that consent in the brief",
        needed="a likeness of this consent",
        found="one of another",
    )


def _not_let(planned: PlannedLikeness) -> Reason:
    return Reason(
        code=ReasonCode.NOT_COUNTERSIGNED,
        message=(
            f"version {planned.version} of likeness {planned.id} waits for legal: "
            f"sayso likeness release {planned.id} --as EMAIL"
        ),
        needed="legal's release of the likeness",
        found="none",
    )


def _none_asked(plan: TakePlan, modality: Modality) -> Reason:
    return Reason(
        code=ReasonCode.GRANT_MISMATCH,
        message=f"take {plan.take_id} asks for no {NOUNS[modality]} of a person, so none is opened for it",
        needed="a take that asks for a likeness",
        found="none",
    )
