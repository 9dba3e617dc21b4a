"""Likenesses on disk: which voice or twin was made under which consent, from what, by whom, and who let it be used.

Nothing of the person is here. Profile and recordings lie in the vault under the same record, and only the vault says
whether they still exist: a row whose profile was erased names nothing any more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, Row, func, insert, select, update

from consent.grant import Modality, RecordId
from studio.errors import NotFoundError
from studio.store.engine import reading
from studio.store.schema import likeness_versions, likenesses

PREFIX_MIN = 4  # "l" and three digits; fewer would soon name two


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedRecording:
    """A recording, or footage, behind a likeness. ``is_bound``: the signed record names these very bytes."""

    item_id: str
    sha256: str
    is_bound: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LikenessVersion:
    """One fitted voice or trained twin: its file is the ``profile``.

    ``language`` is that of the recordings, empty for a face. ``report`` says how good recordings and fit were: plain
    JSON, no biometric numbers.
    """

    version: int
    language: str
    profile_item_id: str
    profile_sha256: str
    recordings: tuple[UsedRecording, ...]
    report: Mapping[str, object]
    enrolled_by: str
    enrolled_at: datetime
    released_by: str | None = None
    released_at: datetime | None = None

    @property
    def is_released(self) -> bool:
        """Whether legal let it be used."""
        return self.released_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class LikenessRow:
    """A person's voice, or face, under one consent, with every version of it, oldest first (never none)."""

    id: str
    record_id: RecordId
    modality: Modality
    created_at: datetime
    versions: tuple[LikenessVersion, ...]

    def version(self, number: int) -> LikenessVersion | None:
        """The version of this number."""
        return next((one for one in self.versions if one.version == number), None)


class LikenessStore:
    """Reads and writes likenesses; each call is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, record_id: RecordId, version: LikenessVersion, *, modality: Modality, new_id: str) -> LikenessRow:
        """Store a new version of the record's likeness; its first one makes the likeness, under ``new_id``.

        ``version.version`` does not count: versions are numbered here.
        """
        at = version.enrolled_at
        with self._engine.begin() as connection:
            known = connection.execute(
                select(likenesses.c.id).where(
                    likenesses.c.record_id == record_id, likenesses.c.modality == modality.value
                )
            ).scalar()
            likeness_id = known or new_id
            if known is None:
                connection.execute(
                    insert(likenesses).values(id=new_id, record_id=record_id, modality=modality.value, created_at=at)
                )
            newest = connection.execute(
                select(func.max(likeness_versions.c.version)).where(likeness_versions.c.likeness_id == likeness_id)
            ).scalar()
            connection.execute(
                insert(likeness_versions).values(
                    likeness_id=likeness_id,
                    version=(newest or 0) + 1,
                    language=version.language,
                    profile_item_id=version.profile_item_id,
                    profile_sha256=version.profile_sha256,
                    recordings=_dump_recordings(version.recordings),
                    report=json.dumps(dict(version.report), ensure_ascii=False),
                    enrolled_by=version.enrolled_by,
                    enrolled_at=at,
                )
            )
        return self.get(likeness_id)

    def release(self, likeness_id: str, version: int, *, by: str, at: datetime) -> bool:
        """Let a version be used; False if it was let before."""
        statement = (
            update(likeness_versions)
            .where(
                likeness_versions.c.likeness_id == likeness_id,
                likeness_versions.c.version == version,
                likeness_versions.c.released_at.is_(None),
            )
            .values(released_by=by, released_at=at)
        )
        with self._engine.begin() as connection:
            return connection.execute(statement).rowcount == 1

    def get(self, likeness_id: str) -> LikenessRow:
        """The likeness; raises ``NotFoundError``."""
        found = [row for row in self.all() if row.id == likeness_id]
        if not found:
            raise _unknown(likeness_id)
        return found[0]

    def resolve(self, text: str) -> LikenessRow:
        """The likeness of this id, or of its first digits.

        Raises:
            NotFoundError: it names none, or more than one.
        """
        wanted = text.strip().lower()
        found = [row for row in self.all() if row.id.startswith(wanted)] if len(wanted) >= PREFIX_MIN else []
        if not found:
            raise _unknown(text)
        if len(found) > 1:
            raise NotFoundError(f"{text} is the beginning of more than one likeness; give more digits")
        return found[0]

    def of_record(self, record_id: RecordId, modality: Modality) -> LikenessRow | None:
        """The record's likeness of this modality, or None."""
        return next((row for row in self.all() if (row.record_id, row.modality) == (record_id, modality)), None)

    def all(self) -> tuple[LikenessRow, ...]:
        """Every likeness, oldest first. A studio has some dozens, not thousands."""
        heads = select(likenesses).order_by(likenesses.c.created_at, likenesses.c.id)
        tails = select(likeness_versions).order_by(likeness_versions.c.version)
        with reading(self._engine) as connection:
            rows = list(connection.execute(heads))
            versions: dict[str, list[LikenessVersion]] = {row.id: [] for row in rows}
            for row in connection.execute(tails):
                versions[row.likeness_id].append(_version(row))
        return tuple(
            LikenessRow(
                id=row.id,
                record_id=RecordId(row.record_id),
                modality=Modality(row.modality),
                created_at=row.created_at,
                versions=tuple(versions[row.id]),
            )
            for row in rows
        )


def _unknown(text: str) -> NotFoundError:
    return NotFoundError(f"there is no likeness {text} in this home; sayso likeness list shows those there are")


def _version(row: Row[tuple[object, ...]]) -> LikenessVersion:
    return LikenessVersion(
        version=row.version,
        language=row.language,
        profile_item_id=row.profile_item_id,
        profile_sha256=row.profile_sha256,
        recordings=tuple(UsedRecording(**one) for one in json.loads(row.recordings)),
        report=json.loads(row.report),
        enrolled_by=row.enrolled_by,
        enrolled_at=row.enrolled_at,
        released_by=row.released_by,
        released_at=row.released_at,
    )


def _dump_recordings(recordings: tuple[UsedRecording, ...]) -> str:
    return json.dumps([{"item_id": r.item_id, "sha256": r.sha256, "is_bound": r.is_bound} for r in recordings])
