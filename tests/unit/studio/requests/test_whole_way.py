"""From a draft to an active record and back, over real stores, a real ledger and real passkey signatures."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from sqlalchemy import text

from consent.decide import RecordStatus
from consent.keys import SigningKey
from consent.policy import stand
from studio.requests.answering import MESSAGES_MAX
from studio.requests.desk import ActRefusedError, Counter, LinkRefusedError
from tests.fakes.request_home import Page, RequestHome, answers


def kinds(home: RequestHome) -> list[str]:
    return [json.loads(leaf)["kind"] for leaf in home.ledger.everything()[0]]


def test_request_becomes_an_active_verified_record(home: RequestHome) -> None:
    page = home.sent()
    assert page.stage == "asked"
    page.go_through()
    assert page.stage == "with_legal"
    home.approve(page.record_id)
    assert page.stage == "active"
    standing = stand(
        page.record_id,
        envelope=home.records.find(page.record_id),
        ledger=home.ledger.view(),
        rulebook=home.rulebook,
        at=home.clock(),
    )
    assert standing.assurance() == "verified"
    assert kinds(home) == [
        "record_created",
        "acted",  # link made
        "acted",  # opened
        "acted",  # agreed
        "checked",
        "signed",
        "assessed",
        "approved",
    ]


def test_everything_says_who_and_why(home: RequestHome) -> None:
    page = home.sent()
    page.go_through()
    home.approve(page.record_id)
    home.acts.suspend(page.record_id, reason="a complaint", by="legal@example.com")
    acts = home.room.overview.show(page.request_id).acts
    assert [(act.actor, act.action) for act in acts] == [
        ("marketer@example.com", "version_filed"),
        ("marketer@example.com", "link_made"),
        ("subject", "opened"),
        ("subject", "wording_agreed"),
        ("subject", "statement_given"),
        ("subject", "signed"),
        ("legal@example.com", "assessed"),
        ("legal@example.com", "approved"),
        ("legal@example.com", "suspended"),
    ]
    assert acts[-1].reason == "a complaint"
    leaves = b"".join(home.ledger.everything()[0])
    for word in (b"legal@", b"marketer@", b"complaint", b"Camille", page.record_id.encode()):
        assert word not in leaves
    assert all("actor_hash" in json.loads(leaf) for leaf in home.ledger.everything()[0][1:])


def test_wording_is_hashed_into_the_record_before_it_is_filed(home: RequestHome) -> None:
    page = home.sent()
    view = home.desk.view(*page.keys)
    assert view.record.notice is not None
    assert view.record.notice.sha256 == view.shown.sha256
    assert (view.record.notice.language, str(view.record.notice.given_on)) == ("fr", "2026-11-23")


def test_reading_in_another_language_changes_nothing(home: RequestHome) -> None:
    page = home.sent()
    before = page.record_id
    assert home.desk.view(*page.keys, language="en").shown.language == "en"
    assert home.desk.view(*page.keys, language="xx").shown.language == "fr"
    assert page.record_id == before
    assert home.desk.view(*page.keys).record.notice.language == "fr"  # type: ignore[union-attr] # it was sent


def test_narrowing_makes_a_version_and_keeps_the_one_before(home: RequestHome) -> None:
    page = home.sent()
    first = page.record_id
    home.desk.narrow(*page.keys, Counter(territories=("FR",), max_takes=3))
    assert (page.stage, home.changed) == ("with_legal", ["narrowed"])
    view = home.desk.view(*page.keys)
    assert (view.version, view.record.scope.territories, view.record.supersedes) == (2, ("FR",), first)
    assert view.record.notice.sha256 == view.shown.sha256  # type: ignore[union-attr] # re-rendered
    assert home.status(first) is RecordStatus.SUPERSEDED
    assert home.records.find(first).record().scope.territories == ("EU", "US")  # type: ignore[union-attr]
    home.room.requests.hand_back(page.request_id, by="legal@example.com", message="that is fine")
    assert (page.stage, home.desk.view(*page.keys).message_from_legal) == ("asked", "that is fine")
    page.go_through()
    home.approve(page.record_id)
    assert page.stage == "active"
    paths = {one.path: one.direction for one in home.room.overview.compare(page.request_id, 1, 2)}
    assert (paths["scope.territories"], paths["scope.max_takes"]) == ("narrower", "narrower")


def test_legal_amends_and_the_old_version_stands_until_the_new_one_is_approved(home: RequestHome) -> None:
    page = home.sent()
    page.go_through()
    home.approve(page.record_id)
    first = page.record_id
    record = home.room.requests.amended(page.request_id, {"scope.max_takes": 50})
    home.room.requests.new_version(page.request_id, record, by="legal@example.com", message="more takes, please")
    assert page.stage == "asked"
    assert home.desk.view(*page.keys).message_from_legal == "more takes, please"
    assert home.status(first) is RecordStatus.ACTIVE
    page.go_through()
    assert home.status(first) is RecordStatus.ACTIVE
    home.approve(page.record_id)
    assert (home.status(first), page.stage) == (RecordStatus.SUPERSEDED, "active")


def test_declining_an_amendment_leaves_what_was_agreed(home: RequestHome) -> None:
    page = home.sent()
    page.go_through()
    home.approve(page.record_id)
    first = page.record_id
    record = home.room.requests.amended(page.request_id, {"scope.max_takes": 50})
    home.room.requests.new_version(page.request_id, record, by="legal@example.com", message="")
    second = page.record_id
    home.desk.decline(*page.keys, "twenty are enough")
    assert (page.record_id, page.stage) == (first, "active")
    assert home.status(second) is RecordStatus.DECLINED


def test_declining_is_for_good(home: RequestHome) -> None:
    page = home.sent()
    home.desk.decline(*page.keys, "no")
    assert (page.stage, home.status(page.record_id)) == ("declined", RecordStatus.DECLINED)
    for act in (
        lambda: home.desk.agree_to_checks(*page.keys),
        lambda: home.desk.narrow(*page.keys, Counter(max_takes=1)),
        lambda: home.desk.signing_options(*page.keys),
        lambda: home.desk.decline(*page.keys, "no"),
    ):
        with pytest.raises(ActRefusedError, match="not_now"):
            act()


def test_question_waits_for_legal_and_nothing_is_signed_meanwhile(home: RequestHome) -> None:
    page = home.sent()
    home.desk.ask_for_changes(*page.keys, "  Who is Example?  ")
    assert page.stage == "with_legal"
    assert home.desk.view(*page.keys).my_message == "Who is Example?"
    with pytest.raises(ActRefusedError, match="not_now"):
        home.desk.agree_to_checks(*page.keys)
    home.room.requests.hand_back(page.request_id, by="legal@example.com", message="a coffee maker")
    assert page.stage == "asked"


def test_withdrawing_whole_revokes_every_signed_version(home: RequestHome) -> None:
    page = home.sent()
    page.go_through()
    home.approve(page.record_id)
    first = page.record_id
    record = home.room.requests.amended(page.request_id, {"scope.max_takes": 50})
    home.room.requests.new_version(page.request_id, record, by="legal@example.com", message="")
    second = page.record_id
    home.desk.withdraw(*page.keys, part=None)
    assert page.stage == "withdrawn"
    assert {home.status(first), home.status(second)} == {RecordStatus.WITHDRAWN}
    assert set(home.withdrawn) == {first, second}
    assert home.changed[-1] == "withdrawn"


def test_withdrawing_a_part_restricts(home: RequestHome) -> None:
    page = home.sent()
    page.go_through()
    home.approve(page.record_id)
    home.desk.withdraw(*page.keys, part={"channels": ("youtube",), "territories": ("FR",)})
    view = home.desk.view(*page.keys)
    assert view.stage == "active"
    assert view.restricted == {"channels": ("youtube",), "territories": ("FR",)}
    assert [record_id for record_id, _ in home.restricted] == [page.record_id]


def test_taking_back_the_last_of_a_list_withdraws_all(home: RequestHome) -> None:
    page = home.sent()
    page.go_through()
    home.approve(page.record_id)
    home.desk.withdraw(*page.keys, part={"brands": ("Example",)})
    assert page.stage == "withdrawn"
    assert home.withdrawn == [page.record_id]


@pytest.mark.parametrize("part", [{"channels": ("tiktok",)}, {"money": ("all",)}, {"territories": ("JP",)}, {}])
def test_part_that_is_not_in_the_consent_is_refused(home: RequestHome, part: dict[str, tuple[str, ...]]) -> None:
    page = home.sent()
    page.go_through()
    home.approve(page.record_id)
    with pytest.raises(ActRefusedError, match="part_invalid"):
        home.desk.withdraw(*page.keys, part=part)
    assert page.stage == "active"


def test_link_lives_on_after_the_signature_and_dies_if_taken_back(home: RequestHome) -> None:
    page = home.sent()
    page.go_through()
    home.approve(page.record_id)
    home.clock.move(days=400)
    assert page.stage == "active"
    link = home.room.overview.show(page.request_id).links[0]
    home.room.requests.revoke_link(page.request_id, link.id, by="legal@example.com")
    with pytest.raises(LinkRefusedError, match="revoked"):
        home.desk.view(*page.keys)


def test_synthetic_performer_signs_without_statement(home: RequestHome) -> None:
    page = home.sent(deal="synthetic_performer", subject_class="synthetic_performer")
    assert home.desk.agree_to_checks(*page.keys).text == ""
    assert page.stage == "sign"
    page.sign()
    assert page.stage == "with_legal"


def test_receipts_are_given_after_the_signature(home: RequestHome) -> None:
    page = home.sent()
    with pytest.raises(ActRefusedError, match="not_now"):
        home.desk.receipt(*page.keys, "pdf")
    page.go_through()
    content, name = home.desk.receipt(*page.keys, "pdf")
    assert content.startswith(b"%PDF")
    assert name == f"consent-{page.record_id[:12]}.pdf"
    assert json.loads(home.desk.receipt(*page.keys, "jsonld")[0]) == {"record": page.record_id}


def test_headless_signature_by_key_file_counts_for_the_request(home: RequestHome) -> None:
    page = home.sent()
    home.acts.sign(page.record_id, key=SigningKey.generate())
    assert page.stage == "with_legal"
    with pytest.raises(ActRefusedError, match="not_now"):
        home.desk.agree_to_checks(*page.keys)


def test_version_that_comes_while_somebody_signs_is_not_signed(home: RequestHome) -> None:
    page = home.sent()
    home.desk.agree_to_checks(*page.keys)
    page.speak()
    page.enrol()
    answer = page.device.get(home.desk.signing_options(*page.keys))
    record = home.room.requests.amended(page.request_id, {"scope.max_takes": 50})
    home.room.requests.new_version(page.request_id, record, by="legal@example.com", message="")
    with pytest.raises(ActRefusedError, match="not_now"):
        home.desk.sign(*page.keys, answer)
    assert page.stage == "asked"


def test_approval_that_was_cut_off_is_settled_by_the_sweep(home: RequestHome) -> None:
    page = home.sent()
    page.go_through()
    home.approve(page.record_id)
    first = page.record_id
    record = home.room.requests.amended(page.request_id, {"scope.max_takes": 50})
    home.room.requests.new_version(page.request_id, record, by="legal@example.com", message="")
    page.go_through()
    cut_off = dataclasses.replace(home.acts, approved=lambda _record_id: None)
    cut_off.assess(page.record_id, answers=answers(), by="legal@example.com")
    cut_off.approve(page.record_id, approver="legal@example.com")
    assert home.status(first) is RecordStatus.ACTIVE
    for _ in range(2):
        home.room.filing.settle_all()
    assert home.status(first) is RecordStatus.SUPERSEDED


def test_rewritten_ledger_shows_nothing_and_takes_nothing(home: RequestHome) -> None:
    page = home.sent()
    with home.engine.begin() as connection:
        connection.execute(text("DELETE FROM ledger_entries WHERE position = 2"))
    for act in (lambda: home.desk.view(*page.keys), lambda: home.desk.withdraw(*page.keys, part=None)):
        with pytest.raises(ActRefusedError, match="records_unreadable"):
            act()


def test_messages_are_limited(home: RequestHome) -> None:
    page = home.sent()
    page.go_through()
    for number in range(MESSAGES_MAX):
        home.desk.ask_for_changes(*page.keys, f"question {number}")
    with pytest.raises(ActRefusedError, match="too_many_messages"):
        home.desk.ask_for_changes(*page.keys, "one more")
    assert page.stage == "with_legal"


def test_signed_version_is_withdrawn_and_not_declined(home: RequestHome) -> None:
    page = home.sent()
    page.go_through()
    with pytest.raises(ActRefusedError, match="not_now"):
        home.desk.decline(*page.keys, "I changed my mind")
    with pytest.raises(ActRefusedError, match="message_long"):
        home.desk.decline(*home.sent().keys, "x" * 5000)
    home.desk.withdraw(*page.keys, part=None)
    assert page.stage == "withdrawn"


def test_record_that_was_changed_in_the_database_is_not_shown(home: RequestHome) -> None:
    page = home.sent()
    with home.engine.begin() as connection:
        connection.execute(text("UPDATE salts SET salt = zeroblob(32)"))
    with pytest.raises(ActRefusedError, match="records_unreadable"):
        home.desk.view(*page.keys)


def amended(home: RequestHome, page: Page, changes: dict[str, object]) -> None:
    record = home.room.requests.amended(page.request_id, changes)
    home.room.requests.new_version(page.request_id, record, by="legal@example.com", message="")


def test_part_is_taken_back_from_what_stands_while_an_amendment_is_asked(home: RequestHome) -> None:
    page = home.sent()
    page.go_through()
    home.approve(page.record_id)
    first = page.record_id
    amended(home, page, {"scope.channels": ["tiktok", "web", "youtube"]})
    home.desk.withdraw(*page.keys, part={"channels": ("youtube",)})
    assert [record_id for record_id, _ in home.restricted] == [first]
    with pytest.raises(ActRefusedError, match="part_invalid"):
        home.desk.withdraw(*page.keys, part={"channels": ("tiktok",)})  # it was only asked


def test_part_of_what_is_only_asked_is_narrowed_instead(home: RequestHome) -> None:
    page = home.sent()
    with pytest.raises(ActRefusedError, match="not_now"):
        home.desk.withdraw(*page.keys, part={"channels": ("youtube",)})


def test_withdrawn_twice_is_withdrawn_once(home: RequestHome) -> None:
    page = home.sent()
    page.go_through()
    home.acts.revoke(page.record_id, reason="legal was faster", by="legal@example.com")
    with pytest.raises(ActRefusedError, match="not_now"):
        home.desk.withdraw(*page.keys, part=None)
    assert page.stage == "withdrawn"


def test_new_device_of_somebody_who_signed_stays_open(home: RequestHome) -> None:
    page = home.sent()
    page.go_through()
    home.approve(page.record_id)
    link = home.room.requests.send(page.request_id, by="legal@example.com", valid_days=1)
    other = home.opened(page.request_id, link.path)
    home.clock.move(days=100)
    assert other.stage == "active"


def test_guardian_may_narrow_and_decline_before_anybody_signs(home: RequestHome) -> None:
    guardian_table = '[guardian]\nname = "Alix Martin"\ncontact = "alix@example.org"\n'
    page = home.sent(birth_year="2012", more=guardian_table)
    link = home.room.requests.send(page.request_id, by="legal@example.com", party="guardian")
    guardian = home.opened(page.request_id, link.path)
    home.desk.narrow(*guardian.keys, Counter(max_takes=2))
    assert (page.stage, guardian.stage) == ("with_legal", "with_legal")
    home.room.requests.hand_back(page.request_id, by="legal@example.com", message="")
    assert (page.stage, guardian.stage) == ("asked", "asked")
    home.desk.decline(*guardian.keys, "not for my child")
    assert (page.stage, guardian.stage) == ("declined", "declined")
    acts = home.room.overview.show(page.request_id).acts
    assert (acts[-1].actor, acts[-1].action, acts[-1].reason) == ("guardian", "declined", "not for my child")


def test_a_fault_behind_one_version_does_not_save_the_others(home: RequestHome) -> None:
    page = home.sent()
    page.go_through()
    home.approve(page.record_id)
    first = page.record_id
    changed = home.room.requests.amended(page.request_id, {"scope.max_takes": 30})
    home.room.requests.new_version(page.request_id, changed, by="legal@example.com", message="")
    second = page.record_id
    done: list[object] = []

    def fails(record_id: object) -> None:
        done.append(record_id)
        raise OSError("the disk is full")

    acts = dataclasses.replace(home.acts, withdrawn=fails)
    taking_back = dataclasses.replace(home.desk.taking_back, consents=acts)
    dataclasses.replace(home.desk, taking_back=taking_back).withdraw(*page.keys, part=None)
    assert done == [second, first]
    assert {home.status(first), home.status(second)} == {RecordStatus.WITHDRAWN}
    assert page.stage == "withdrawn"
    log = home.room.overview.show(page.request_id).acts
    assert [act.reason for act in log if act.action == "not_done"] == [
        "what follows the withdrawal: OSError: the disk is full"
    ] * 2


def test_a_mailer_that_fails_undoes_no_answer(tmp_path: Path) -> None:
    def broken(_what: str, _request: str) -> None:
        raise ConnectionError("no mail today")

    home = RequestHome(tmp_path, tell=broken)
    page = home.sent()
    page.go_through()
    assert page.stage == "with_legal"
    home.desk.withdraw(*page.keys, part=None)
    assert page.stage == "withdrawn"
    log = home.room.overview.show(page.request_id).acts
    assert [act.reason for act in log if act.action == "not_done"] == [
        "telling legal: signed: ConnectionError: no mail today",
        "telling legal: withdrawn: ConnectionError: no mail today",
    ]
    home.close()
