"""What legal reads: every attempt with its checks, every act with its proof, every flag, the queue in order."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, text, update

from consent.evidence import REQUIRED
from studio.errors import NotFoundError
from studio.requests.desk import Counter
from studio.review.queue import Filter, Shown, count, pick
from studio.store.schema import acts, envelopes
from tests.fakes.review_home import LEGAL, ReviewHome


def codes(home: ReviewHome, request_id: str) -> list[str]:
    return [flag.code for flag in home.desk.reader.case(request_id).flags]


def test_record_is_shown_in_plain_english_words(home: ReviewHome) -> None:
    case = home.desk.reader.case(home.studio.sent().request_id)
    shown = " ".join(one.text for one in case.shown)
    assert "Coffee One" in shown
    assert "Camille Martin" in shown


def test_recordings_stand_newest_first_with_transcript_and_checks(home: ReviewHome) -> None:
    page = home.studio.sent()
    home.studio.desk.agree_to_checks(*page.keys)
    home.studio.checks.outcomes = {"synthetic_speech": "failed"}
    page.speak(b"\x1aE\xdf\xa3 first")
    home.studio.checks.outcomes = {}
    home.studio.desk.statement(*page.keys)
    page.speak(b"\x1aE\xdf\xa3 second")
    page.sign()
    second, first = home.desk.reader.case(page.request_id).recordings
    assert (second.number, second.is_signed, first.number, first.is_signed) == (2, True, 1, False)
    assert second.transcript.startswith("heard ")
    assert {one.name for one in second.checks} == set(REQUIRED)
    assert (first.checks[0].name, first.checks[0].is_required) == ("synthetic_speech", True)


def test_refused_file_stays_visible(home: ReviewHome) -> None:
    from pipelines.errors import EvidenceRefusedError
    from studio.requests.desk import ActRefusedError

    page = home.studio.sent()
    home.studio.desk.agree_to_checks(*page.keys)
    home.studio.checks.refusal = EvidenceRefusedError("this is no recording")
    with pytest.raises(ActRefusedError):
        page.speak(b"not a video")
    (one,) = home.desk.reader.case(page.request_id).recordings
    assert (one.refusal, one.item_id) == ("this is no recording", None)


def test_only_files_of_this_requests_statements_are_found(home: ReviewHome) -> None:
    mine, other = home.signed(), home.signed(changes={"Camille Martin": "Jo Park"})
    (recording,) = home.desk.reader.case(mine.request_id).recordings
    assert recording.item_id is not None
    assert home.desk.reader.file(mine.request_id, recording.item_id).kind == "statement"
    transcripts = [item.id for item in home.studio.vault.items(mine.record_id) if item.kind == "transcript"]
    for request_id, item_id in ((other.request_id, recording.item_id), (mine.request_id, transcripts[0])):
        with pytest.raises(NotFoundError):
            home.desk.reader.file(request_id, item_id)


def test_erased_recording_leaves_its_trace(home: ReviewHome) -> None:
    page = home.signed()
    home.studio.vault.erase_record(page.record_id, at=home.studio.clock(), why="a test")
    (one,) = home.desk.reader.case(page.request_id).recordings
    assert (one.item_id, one.transcript, len(one.sha256)) == (None, "", 64)
    assert one.checks  # the signed report lies in the envelope


def test_history_is_held_against_the_ledger(home: ReviewHome) -> None:
    page = home.signed()
    home.desk.acts.watched(page.record_id, by=LEGAL)
    history = home.desk.reader.case(page.request_id).history
    assert history[0].action == "statement_watched"
    assert all(line.is_proven for line in history if line.action != "version_filed")
    assert [line.place for line in history] == sorted((line.place for line in history), reverse=True)  # type: ignore[type-var] # all have a place


@pytest.mark.parametrize("column", ["actor", "reason"])
def test_changed_log_shows(home: ReviewHome, column: str) -> None:
    page = home.signed()
    home.studio.approve(page.record_id)
    home.desk.acts.suspend(page.request_id, reason="a complaint", by=LEGAL)
    with home.studio.engine.begin() as connection:
        connection.execute(update(acts).where(acts.c.action == "suspended").values({column: "somebody else"}))
    line = home.desk.reader.case(page.request_id).history[0]
    assert (line.action, line.is_proven) == ("suspended", False)


def test_deleted_and_invented_acts_show(home: ReviewHome) -> None:
    page = home.signed()
    with home.studio.engine.begin() as connection:
        connection.execute(delete(acts).where(acts.c.action == "signed"))
        connection.execute(
            text(
                "INSERT INTO acts (record_id, at, actor, action, reason) "
                "VALUES (:record, '2026-01-02 00:00:00', 'mallory@example.com', 'approved', '')"
            ),
            {"record": page.record_id},
        )
    history = home.desk.reader.case(page.request_id).history
    signed = next(line for line in history if line.action == "signed")
    invented = next(line for line in history if line.actor == "mallory@example.com")
    assert (signed.actor, signed.is_proven) == ("", None)
    assert (invented.place, invented.is_proven) == (None, False)


def test_flags_say_what_to_look_at(home: ReviewHome) -> None:
    page = home.studio.sent(deal="celebrity_endorsement", changes={'"EU", "US"': '"WORLD"'})
    home.studio.checks.outcomes = {"head_movements": "missing"}
    page.go_through()
    assert {"world", "term", "representation", "head_movements", "fee"} <= set(codes(home, page.request_id))
    case = home.desk.reader.case(page.request_id)
    assert case.oversight is not None
    assert case.oversight.needed == 2


def test_minor_without_guardian_is_flagged_as_a_stop(home: ReviewHome) -> None:
    flags = home.desk.reader.case(home.studio.sent(birth_year="2012").request_id).flags
    assert (flags[0].level, flags[0].code) == ("stop", "minor")


def test_upload_is_flagged(home: ReviewHome) -> None:
    page = home.studio.sent(changes={'class = "replica"': 'class = "replica"\nstatement = "upload_allowed"'})
    home.studio.desk.agree_to_checks(*page.keys)
    page.speak(is_upload=True)
    page.sign()
    assert "upload" in codes(home, page.request_id)


def test_queue_shows_what_waits_for_legal_oldest_first(home: ReviewHome) -> None:
    first = home.signed()
    asked = home.studio.sent(changes={"Camille Martin": "Jo Park"})
    home.studio.desk.narrow(*asked.keys, Counter(max_takes=3))
    home.studio.sent(changes={"Camille Martin": "Noor Haddad"})
    lines, at = home.desk.reader.lines(), home.studio.clock()
    waiting = pick(lines, Filter(), at=at)
    assert [(one.request.id, one.phase) for one in waiting] == [
        (first.request_id, "review"),
        (asked.request_id, "question"),
    ]
    assert dict(count(lines)) == {"waiting": 2, "with_person": 1, "in_force": 0, "ended": 0, "all": 3}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(), 1),
        (Filter(deal="paid_talent"), 1),
        (Filter(deal="celebrity_endorsement"), 0),
        (Filter(flagged=True), 1),
        (Filter(older_than_days=2), 0),
        (Filter(shown="ended"), 0),
        (Filter(shown="all"), 1),
    ],
)
def test_filters(home: ReviewHome, wanted: Filter, found: int) -> None:
    home.signed()
    assert len(pick(home.desk.reader.lines(), wanted, at=home.studio.clock())) == found


def test_old_requests_are_found_by_their_age(home: ReviewHome) -> None:
    home.signed()
    home.studio.clock.move(days=3)
    assert len(pick(home.desk.reader.lines(), Filter(older_than_days=2), at=home.studio.clock())) == 1


@pytest.mark.parametrize("shown", ["in_force", "ended"])
def test_life_goes_on_in_other_lists(home: ReviewHome, shown: Shown) -> None:
    page = home.signed()
    home.studio.approve(page.record_id)
    if shown == "ended":
        home.desk.acts.revoke(page.request_id, reason="over", by=LEGAL)
    (line,) = pick(home.desk.reader.lines(), Filter(shown=shown), at=home.studio.clock())
    assert line.request.id == page.request_id


def test_damaged_record_is_a_line_that_waits_for_legal(home: ReviewHome) -> None:
    page = home.signed()
    other = home.signed(changes={"Camille Martin": "Jo Park"})
    with home.studio.engine.begin() as connection:
        connection.execute(update(envelopes).where(envelopes.c.record_id == page.record_id).values(body="{}"))
    lines = {line.request.id: line for line in home.desk.reader.lines()}
    assert lines[page.request_id].phase == "damaged"
    assert lines[page.request_id].needs_legal
    assert lines[other.request_id].phase == "review"
