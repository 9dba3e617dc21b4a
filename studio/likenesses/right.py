"""May this person's voice, or face, be enrolled and used under this record at all? What no single take decides.

1. The consent is active.
2. It covers the voice (or the face), and the subject has not taken it back.
3. A recording goes in only if the signed record binds its bytes (docs/consent-spec.md 4.19), or if the subject made it
   on their own page, under this record, after signing: then it is the subject's own act that gives it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from consent.decide import RecordStatus
from consent.envelope import Envelope
from consent.errors import ConsentRefusedError
from consent.grant import Modality, Reason, ReasonCode, RecordId
from consent.record import ConsentRecord
from studio.errors import NotFoundError
from studio.store.records import RecordStore

_STATUS_CODE: Mapping[RecordStatus, ReasonCode] = {
    RecordStatus.UNKNOWN: ReasonCode.RECORD_UNKNOWN,
    RecordStatus.DRAFT: ReasonCode.NOT_SIGNED,
    RecordStatus.PENDING_LEGAL: ReasonCode.NOT_COUNTERSIGNED,
    RecordStatus.NOT_YET_VALID: ReasonCode.NOT_YET_VALID,
    RecordStatus.SUSPENDED: ReasonCode.SUSPENDED,
    RecordStatus.EXPIRED: ReasonCode.EXPIRED,
    RecordStatus.WITHDRAWN: ReasonCode.REVOKED,
    RecordStatus.DECLINED: ReasonCode.DECLINED,
    RecordStatus.SUPERSEDED: ReasonCode.SUPERSEDED,
}

_SHOWN_MAX = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LikenessRight:
    """Reads records and says whether a likeness of this modality may be kept for them."""

    records: RecordStore
    status: Callable[[RecordId], RecordStatus]
    modality: Modality

    def require(self, record_id: RecordId) -> tuple[ConsentRecord, Envelope]:
        """Return the record if its person's likeness may be enrolled now.

        Raises:
            ConsentRefusedError: it may not.
            NotFoundError: there is no such record.
        """
        envelope = self.records.find(record_id)
        if envelope is None:
            raise NotFoundError(f"there is no consent record {record_id} in this home")
        status = self.status(record_id)
        if status is not RecordStatus.ACTIVE:
            raise ConsentRefusedError((_not_active(record_id, status, self.modality),))
        record = envelope.record()
        taken_back = {one for restriction in envelope.restrictions for one in restriction.modalities}
        if self.modality not in record.scope.modalities:
            raise ConsentRefusedError((_not_covered(record_id, record, self.modality),))
        if self.modality in taken_back:
            raise ConsentRefusedError((_taken_back(record_id, self.modality),))
        return record, envelope


def require_bound(record: ConsentRecord, hashes: Mapping[str, str]) -> None:
    """Raise ``ConsentRefusedError`` unless the record binds all of these files (SHA-256 by name)."""
    bound = {asset.sha256 for asset in record.scope.assets}
    foreign = sorted(name for name, sha256 in hashes.items() if sha256 not in bound)
    if not foreign:
        return
    more = len(foreign) - _SHOWN_MAX
    shown = ", ".join(foreign[:_SHOWN_MAX]) + (f" and {more} more" if more > 0 else "")
    raise ConsentRefusedError(
        (
            Reason(
                code=ReasonCode.ASSET_NOT_COVERED,
                message=(
                    f"{shown}: not bound in the consent; name the recordings under scope.assets of the record that is "
                    "signed, or let the person record on their own page"
                ),
                needed="only recordings that are bound by hash in the record",
                found=f"{len(foreign)} of {len(hashes)} that are not",
            ),
        )
    )


def _not_active(record_id: RecordId, status: RecordStatus, modality: Modality) -> Reason:
    return Reason(
        code=_STATUS_CODE[status],
        message=(
            f"the consent {record_id[:12]} is {str(status).replace('_', ' ')}; a {modality} needs one that is active"
        ),
        needed="an active consent",
        found=str(status),
    )


def _not_covered(record_id: RecordId, record: ConsentRecord, modality: Modality) -> Reason:
    covered = ", ".join(sorted(record.scope.modalities))
    return Reason(
        code=ReasonCode.MODALITY_NOT_COVERED,
        message=(
            f"the consent {record_id[:12]} covers {covered} and no {modality}; ask for a new consent that covers it"
        ),
        needed=f"the modality {modality}",
        found=covered,
    )


def _taken_back(record_id: RecordId, modality: Modality) -> Reason:
    return Reason(
        code=ReasonCode.REVOKED,
        message=f"the subject took the {modality} back from the consent {record_id[:12]}; ask for a new consent",
        needed="nothing that the subject took back",
        found=f"modality {modality}",
    )
