"""At the end of the evidence time a request is forgotten, and a stranger with a film is still told the truth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from consent.grant import RecordId
from consent.ledger import FORGOTTEN, Acted
from studio.consents.ending import Ending, ending_of
from studio.requests.desk import LinkRefusedError
from studio.retention.forgetting import DECLINED_LIFE, DRAFT_LIFE, SETTLING, Forgetting
from studio.retention.sweep import SweepReport
from studio.store.schema import envelopes, metadata
from tests.fakes.keeping import RETENTION, KeepingStudio
from tests.fakes.request_home import Page, RequestHome

ENDS = ("valid_until = 2035-01-01", "valid_until = 2026-12-31")
PROOF_OVER = datetime(2027, 1, 31, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def studio(tmp_path: Path) -> KeepingStudio:
    return KeepingStudio(tmp_path)


def sweep(studio: KeepingStudio, at: datetime) -> SweepReport:
    studio.now = at
    return studio.keeping.sweeper.sweep(at)


def everything(studio: KeepingStudio) -> str:
    """All that the database holds, but for mails that nobody has sent yet and what a release says of itself."""
    tables = [one for one in metadata.sorted_tables if one.name != "outbox"]
    with studio.wiring.engine.connect() as connection:
        return repr([connection.execute(select(one)).all() for one in tables])


def public_hash(studio: KeepingStudio, record_id: RecordId) -> str:
    envelope = studio.wiring.records.find(record_id)
    assert envelope is not None
    assert envelope.public_hash is not None
    return envelope.public_hash


def test_a_record_is_forgotten_when_its_proof_is_and_not_before(studio: KeepingStudio) -> None:
    record_id = studio.consent(ENDS, more=RETENTION)
    studio.keep_all_kinds(record_id)
    name = public_hash(studio, record_id)
    sweep(studio, PROOF_OVER - timedelta(seconds=1))
    assert sweep(studio, PROOF_OVER).forgotten == (), "the certificate can still be fetched by the record's id"
    assert "Test Performer" in str(studio.wiring.records.find(record_id).record())  # type: ignore[union-attr] # it is there
    assert "legal@example.com" in everything(studio)
    report = sweep(studio, PROOF_OVER + DAY)
    assert (report.forgotten, report.troubles) == ((record_id,), ())
    left = everything(studio)
    for word in (record_id, "legal@example.com", "subject@example.org", "Performer", "contract.pdf"):
        assert word not in left
    assert studio.wiring.records.all_ids() == ()
    assert sweep(studio, PROOF_OVER + 2 * DAY).forgotten == ()

    view = studio.wiring.ledger.view()
    last = view.history(name)[-1]  # type: ignore[arg-type] # a public hash
    assert isinstance(last, Acted)
    assert last.action == FORGOTTEN
    assert len(studio.keeping.destruction.certificates.of(name)) == 2  # type: ignore[arg-type] # as above
    assert studio.wiring.public_records.consent_status(name, at=studio.now) == "expired"


def test_a_withdrawn_consent_is_called_so_after_it_is_forgotten(studio: KeepingStudio) -> None:
    record_id = studio.consent(more=RETENTION.replace("evidence_days = 30", "evidence_days = 0"))
    name = public_hash(studio, record_id)
    began = studio.now
    studio.acts.revoke(record_id, reason="x")
    assert sweep(studio, began + SETTLING - timedelta(seconds=1)).forgotten == ()
    sweep(studio, began + 40 * DAY)
    sweep(studio, began + 41 * DAY)
    assert studio.wiring.records.all_ids() == ()
    assert studio.wiring.public_records.consent_status(name, at=studio.now) == "withdrawn"
    assert studio.wiring.public_records.consent_status("ab" * 32, at=studio.now) == "unknown"


def test_no_byte_of_the_record_is_left_in_the_database_file(studio: KeepingStudio) -> None:
    record_id = studio.consent(ENDS, more=RETENTION)
    files = list(studio.home.folder.glob("home/sayso.sqlite*"))
    envelope = studio.wiring.records.find(record_id)
    assert envelope is not None
    text = envelope.to_json().split('"record_bytes":"')[1][200:260].encode()
    assert any(text in file.read_bytes() for file in files), "it is there before"
    for days in range(3):
        sweep(studio, PROOF_OVER + days * DAY)
    assert studio.wiring.records.all_ids() == ()
    assert not any(text in file.read_bytes() for file in studio.home.folder.glob("home/sayso.sqlite*"))


def test_a_record_that_stands_or_that_keeps_something_is_not_forgotten(studio: KeepingStudio) -> None:
    standing = studio.consent(more=RETENTION)
    ended = studio.consent(ENDS, ("max_takes = 20", "max_takes = 3"), more=RETENTION)
    sweep(studio, PROOF_OVER)
    studio.vault.keep(
        b"found in a drawer", record_id=ended, kind="statement", name="late", media_type="x", at=studio.now
    )
    assert studio.keeping.sweeper.forgetting.forget_due(PROOF_OVER + DAY).names == ()
    assert set(studio.wiring.records.all_ids()) == {standing, ended}


def test_a_record_that_cannot_be_read_is_not_forgotten(studio: KeepingStudio) -> None:
    record_id = studio.consent(ENDS, more=RETENTION)
    with studio.wiring.engine.begin() as connection:
        connection.execute(update(envelopes).where(envelopes.c.record_id == record_id).values(body="{}"))
    for days in range(3):
        assert sweep(studio, PROOF_OVER + days * DAY).forgotten == ()
    assert record_id in studio.wiring.records.all_ids()


class Asked:
    """A request between people, and what forgets it over the same stores."""

    def __init__(self, folder: Path) -> None:
        self.home = RequestHome(folder)
        self.forgetting = Forgetting(
            records=self.home.records,
            requests=self.home.room.requests.requests,
            vault=self.home.vault,
            ending=self.ending,
        )

    def ending(self, record_id: RecordId, at: datetime) -> Ending | None:
        envelope = self.home.records.find(record_id)
        assert envelope is not None
        assert envelope.public_hash is not None
        return ending_of(envelope.record(), self.home.ledger.view().history(envelope.public_hash), at=at)

    def forget(self, **later: float) -> tuple[str, ...]:
        self.home.clock.move(**later)
        found = self.forgetting.forget_due(self.home.clock())
        assert found.troubles == ()
        return found.names

    def left(self) -> str:
        tables = [one for one in metadata.sorted_tables if one.name != "outbox"]
        with self.home.engine.connect() as connection:
            return repr([connection.execute(select(one)).all() for one in tables])


def test_a_declined_request_goes_as_a_whole_with_its_link(tmp_path: Path) -> None:
    asked = Asked(tmp_path)
    page: Page = asked.home.sent()
    asked.home.desk.ask_for_changes(*page.keys, "call me Cam")
    asked.home.room.requests.hand_back(page.request_id, by="legal@example.com", message="we will")
    asked.home.desk.decline(*page.keys, "no, said Camille")
    asked.home.vault.erase_record(page.record_id, at=asked.home.clock(), why="declined")
    assert asked.forget(days=DECLINED_LIFE.days - 1) == ()
    assert asked.home.room.overview.show(page.request_id).stage == "declined", "until then legal sees it"
    assert asked.forget(days=2) == (page.request_id,)
    for word in ("Cam", "camille@", "legal@", "marketer@", page.request_id):
        assert word not in asked.left()
    with pytest.raises(LinkRefusedError) as refused:
        asked.home.desk.view(*page.keys)
    assert refused.value.problem == "unknown"
    assert asked.home.room.overview.list() == ()
    asked.home.close()


def test_every_version_must_be_over(tmp_path: Path) -> None:
    asked = Asked(tmp_path)
    page = asked.home.sent()
    page.go_through()
    asked.home.approve(page.record_id)
    changed = asked.home.room.requests.amended(page.request_id, {"scope.max_takes": 30})
    asked.home.room.requests.new_version(page.request_id, changed, by="legal@example.com", message="")
    asked.home.desk.decline(*page.keys, "")
    assert asked.forget(days=400) == ()
    assert page.stage == "active", "the version before is what was agreed"
    asked.home.close()


def test_a_draft_that_nobody_sent_goes_after_a_season(tmp_path: Path) -> None:
    asked = Asked(tmp_path)
    request = asked.home.room.requests.draft(asked.home.terms(), deal="paid_talent", by="m@example.com")
    assert asked.forget(days=DRAFT_LIFE.days - 1) == ()
    assert asked.forget(days=2) == (request.id,)
    for word in ("Camille", "m@example.com", request.id):
        assert word not in asked.left()
    assert asked.home.vault.items(RecordId(request.id)) == ()
    asked.home.close()
