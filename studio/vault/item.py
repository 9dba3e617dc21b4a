"""What the vault says of one file: whose it is, what it is, when it came and when it was destroyed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias, get_args

from sqlalchemy import Row

from consent.grant import Modality, RecordId

Kind: TypeAlias = Literal[
    "statement", "contract", "portrait", "voice", "footage", "template", "transcript", "receipt", "other"
]
KINDS: tuple[Kind, ...] = get_args(Kind)
VOICE_PROFILE = "application/vnd.sayso.voice-profile+json"  # the template that speaks in a person's voice
TWIN = "application/vnd.sayso.twin"  # the template that shows a person's face


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultItem:
    """One file of the vault. ``name`` is empty once it was erased: it may have named somebody."""

    id: str
    record_id: RecordId
    kind: Kind
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    kept_at: datetime
    erased_at: datetime | None
    erased_why: str = ""  # a machine word


def is_of(item: VaultItem, modality: Modality) -> bool:
    """Whether the item is the person's voice, or face: a recording of it, or what was made from some."""
    if modality is Modality.VOICE:
        return item.kind == "voice" or (item.kind == "template" and item.media_type == VOICE_PROFILE)
    if modality is Modality.FACE:
        return item.kind in {"footage", "portrait"} or (item.kind == "template" and item.media_type == TWIN)
    return False


def item_of(row: Row[tuple[object, ...]]) -> VaultItem:
    """Read a row of ``vault_items``; the key stays where it is."""
    return VaultItem(
        id=row.id,
        record_id=RecordId(row.record_id),
        kind=row.kind,
        name=row.name,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        kept_at=_aware(row.kept_at),
        erased_at=None if row.erased_at is None else _aware(row.erased_at),
        erased_why=row.erased_why,
    )


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)  # SQLite forgets the zone
