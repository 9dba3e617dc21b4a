"""Reading back the JSON of a ``ReleaseEntry`` (version 1, as ``ReleaseEntry.to_json`` writes it)."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from consent.grant import RecordId, Sha256Hex, TakeId
from pipelines.provenance.fingerprint import Fingerprint
from pipelines.release.gate import ReleaseEntry


class _EntryJson(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    take_id: TakeId
    record_id: RecordId
    public_hash: Sha256Hex
    file_sha256: Sha256Hex
    file_name: str
    media_type: str
    fingerprint: dict[str, str]
    locale: str
    market: str
    channel: str
    format: str
    script_sha256: Sha256Hex
    subject_class: str
    assurance: str
    label_text: str | None
    label_box: tuple[int, int, int, int] | None
    notice_text: str | None
    released_at: datetime


def read_release_entry(text: str) -> ReleaseEntry:
    """Read a stored release entry."""
    found = _EntryJson.model_validate_json(text)
    values = {name: getattr(found, name) for name in type(found).model_fields}
    values["fingerprint"] = Fingerprint.from_json(found.fingerprint)
    return ReleaseEntry(**values)
