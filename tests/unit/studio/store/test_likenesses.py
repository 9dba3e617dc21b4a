"""Likenesses on disk: versions are numbered, ids are unambiguous, times keep their zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from consent.grant import Modality, RecordId
from studio.errors import NotFoundError
from studio.store.engine import open_engine
from studio.store.likenesses import LikenessStore, LikenessVersion, UsedRecording
from studio.store.migrate import migrate

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ONE, OTHER = RecordId("1" * 64), RecordId("2" * 64)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'db.sqlite'}")
    migrate(engine, lock_path=tmp_path / "lock")
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> LikenessStore:
    return LikenessStore(engine)


def fit(**changes: str) -> LikenessVersion:
    return LikenessVersion(
        version=0,
        language=changes.get("language", "fr"),
        profile_item_id="a" * 32,
        profile_sha256="b" * 64,
        recordings=(UsedRecording(item_id="c" * 32, sha256="d" * 64, is_bound=True),),
        report={"speech_s": 61.5, "advice": "très bien"},
        enrolled_by="legal@example.com",
        enrolled_at=AT,
    )


def test_a_record_has_one_likeness_whose_versions_are_numbered(store: LikenessStore) -> None:
    first = store.add(ONE, fit(), modality=Modality.VOICE, new_id="l1111")
    second = store.add(ONE, fit(language="en"), modality=Modality.VOICE, new_id="l2222")
    assert (first.id, second.id) == ("l1111", "l1111")
    assert [(one.version, one.language) for one in second.versions] == [(1, "fr"), (2, "en")]
    assert second.versions[0].report == {"speech_s": 61.5, "advice": "très bien"}
    assert second.versions[0].recordings[0].is_bound
    assert second.versions[0].enrolled_at == AT
    assert store.of_record(ONE, Modality.VOICE) == second
    assert store.of_record(OTHER, Modality.VOICE) is None


def test_a_record_has_a_voice_and_a_face_beside_each_other(store: LikenessStore) -> None:
    voice = store.add(ONE, fit(), modality=Modality.VOICE, new_id="l1111")
    face = store.add(ONE, fit(language=""), modality=Modality.FACE, new_id="l2222")
    assert (voice.id, face.id) == ("l1111", "l2222")
    assert store.of_record(ONE, Modality.FACE) == face
    assert store.get("l1111").modality is Modality.VOICE


def test_a_version_is_released_once(store: LikenessStore) -> None:
    row = store.add(ONE, fit(), modality=Modality.VOICE, new_id="l1111")
    assert store.release(row.id, 1, by="a@example.com", at=AT)
    assert not store.release(row.id, 1, by="b@example.com", at=AT + timedelta(days=1))
    assert not store.release(row.id, 2, by="b@example.com", at=AT)
    (version,) = store.get(row.id).versions
    assert (version.is_released, version.released_by, version.released_at) == (True, "a@example.com", AT)


def test_a_beginning_that_is_too_short_or_names_two_is_refused(store: LikenessStore) -> None:
    for record_id, name in ((ONE, "l1112"), (OTHER, "l1113")):
        store.add(record_id, fit(), modality=Modality.VOICE, new_id=name)
    assert store.resolve("l1113").record_id == OTHER
    with pytest.raises(NotFoundError, match="more than one"):
        store.resolve("l111")
    for name in ("l11", "", "l2222"):
        with pytest.raises(NotFoundError, match="there is no likeness"):
            store.resolve(name)
