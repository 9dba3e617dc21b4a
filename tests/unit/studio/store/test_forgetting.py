"""After retention nothing of a person is left in the tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from consent.grant import Modality, RecordId
from studio.errors import NotFoundError
from studio.store.forgetting import forget_request
from studio.store.likenesses import LikenessStore, LikenessVersion
from studio.store.schema import metadata
from tests.fakes.request_home import RequestHome

TABLES = (
    "requests",
    "request_versions",
    "request_messages",
    "links",
    "statements",
    "statement_attempts",
    "passkeys",
    "scripts",
    "acts",
    "envelopes",
    "salts",
    "vault_items",
    "likenesses",
    "likeness_versions",
)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[RequestHome]:
    made = RequestHome(tmp_path)
    yield made
    made.close()


def stored(home: RequestHome) -> str:
    with home.engine.connect() as connection:
        return repr([connection.execute(select(metadata.tables[name])).all() for name in TABLES])


def test_nothing_of_the_person_is_left(home: RequestHome) -> None:
    page = home.sent()
    home.room.requests.send(page.request_id, by="m@example.com", to="camille@example.org")
    home.desk.ask_for_changes(*page.keys, "call me Cam")
    home.room.requests.hand_back(page.request_id, by="legal@example.com", message="we will, Cam")
    page.go_through()
    home.room.requests.request_script(page.request_id, text="Moi, Cam", locale="fr", campaign="x", by="m@example.com")
    assert "Cam" in stored(home)
    home.vault.erase_record(page.record_id, at=home.clock(), why="retention")
    record_id = page.record_id
    for _ in range(2):
        forget_request(home.engine, page.request_id)
    left = stored(home)
    for word in ("Cam", "camille@", "legal@", "passed", "script_asked"):
        assert word not in left
    assert record_id not in left
    assert page.request_id not in left


def test_likenesses_of_its_records_are_forgotten_and_others_are_not(home: RequestHome) -> None:
    page = home.sent()
    store = LikenessStore(home.engine)
    fit = LikenessVersion(
        version=0,
        language="fr",
        profile_item_id="a" * 32,
        profile_sha256="b" * 64,
        recordings=(),
        report={},
        enrolled_by="legal@example.com",
        enrolled_at=datetime(2026, 11, 22, tzinfo=UTC),
    )
    store.add(page.record_id, fit, modality=Modality.VOICE, new_id="l1111")
    store.add(RecordId("0" * 64), fit, modality=Modality.VOICE, new_id="l2222")
    for _ in range(2):
        forget_request(home.engine, page.request_id)
    assert [row.id for row in store.all()] == ["l2222"]


def test_draft_goes_as_a_whole(home: RequestHome) -> None:
    request = home.room.requests.draft(home.terms(), deal="paid_talent", by="m@example.com")
    forget_request(home.engine, request.id)
    with pytest.raises(NotFoundError):
        home.room.requests.requests.get(request.id)
    assert "Camille" not in stored(home)
