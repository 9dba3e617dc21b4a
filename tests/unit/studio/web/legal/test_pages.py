"""Legal's pages over real requests: what they show, what their forms do, what they say when something is wrong."""

from __future__ import annotations

import html
import re

import pytest
from fastapi.testclient import TestClient

from consent.assessment import Answers
from studio.requests.desk import Counter
from tests.fakes.request_home import Page
from tests.fakes.review_home import LEGAL, SECOND, ReviewHome

GOOD = {f"{name}.level": "none" for name in Answers.model_fields} | {
    f"{name}.text": f"{name}: looked at" for name in Answers.model_fields
}


def seen(client: TestClient, page: Page) -> str:
    answer = client.get(f"/legal/{page.request_id}")
    assert answer.status_code == 200
    return html.unescape(answer.text)


def post(client: TestClient, page: Page, act: str, **data: str) -> tuple[int, str]:
    answer = client.post(f"/legal/{page.request_id}/{act}", data={"record": page.record_id, **data})
    return answer.status_code, html.unescape(answer.text)


def test_queue_lists_what_waits_and_filters(home: ReviewHome) -> None:
    page = home.signed()
    client = home.signed_in()
    assert f"/legal/{page.request_id}" in client.get("/legal/").text
    assert "No request fits" in client.get("/legal/?deal=celebrity_endorsement").text
    assert "Camille Martin" in client.get("/legal/?show=all&days=0").text
    assert client.get("/legal/?show=nonsense&days=x&deal=y").status_code == 200


def test_empty_queue_says_so(home: ReviewHome) -> None:
    assert "Nothing waits for you" in home.signed_in().get("/legal/").text


def test_pages_are_not_kept_framed_or_scripted_from_elsewhere(home: ReviewHome) -> None:
    headers = home.signed_in().get("/legal/").headers
    assert headers["cache-control"] == "no-store"
    policy = headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy


def test_case_shows_words_beside_evidence(home: ReviewHome) -> None:
    page = home.signed()
    text = seen(home.signed_in(), page)
    for part in ("Camille Martin", "Signed with this recording", "heard ", "Face fits the bound pictures", "To review"):
        assert part in text
    assert re.search(rf"/legal/{page.request_id}/media/[0-9a-f]{{32}}", text)


def test_from_assessment_to_approval(home: ReviewHome) -> None:
    page, client = home.signed(), home.signed_in()
    assert "Assess it first" in seen(client, page)
    assert post(client, page, "assess", **GOOD)[0] == 303
    assert "dignity: looked at" in seen(client, page)
    assert post(client, page, "approve", read="yes")[0] == 303
    assert "In force" in seen(client, page)


def test_approval_needs_the_tick(home: ReviewHome) -> None:
    page, client = home.signed(), home.signed_in()
    post(client, page, "assess", **GOOD)
    status, text = post(client, page, "approve")
    assert status == 422
    assert "tick that you have read" in text
    assert "To review" in seen(client, page)


def test_four_eyes_need_a_second_person_on_the_page(home: ReviewHome) -> None:
    page, first, second = home.signed(deal="celebrity_endorsement"), home.signed_in(), home.signed_in(SECOND)
    post(first, page, "assess", **GOOD)
    post(first, page, "approve", read="yes")
    text = seen(first, page)
    assert "Two different people must approve" in text
    assert "Somebody else has to be the second" in text
    assert post(first, page, "approve", read="yes")[0] == 422
    assert post(second, page, "approve", read="yes")[0] == 303
    assert "In force" in seen(first, page)


def test_contract_is_kept_with_the_approval(home: ReviewHome) -> None:
    page, client = home.signed(), home.signed_in()
    post(client, page, "assess", **GOOD)
    answer = client.post(
        f"/legal/{page.request_id}/approve",
        data={"record": page.record_id, "read": "yes"},
        files={"evidence": ("contract.pdf", b"%PDF signed", "application/pdf")},
    )
    assert answer.status_code == 303
    envelope = home.studio.records.find(page.record_id)
    assert envelope is not None
    assert [one.name for one in envelope.evidence if one.kind == "contract"] == ["contract.pdf"]
    (document,) = home.desk.reader.case(page.request_id).documents
    saved = client.get(f"/legal/{page.request_id}/media/{document.item_id}")
    assert saved.content == b"%PDF signed"
    assert saved.headers["content-disposition"].startswith("attachment")


def test_what_was_taken_back_in_part_is_shown(home: ReviewHome) -> None:
    page, client = home.signed(), home.signed_in()
    home.studio.approve(page.record_id)
    home.studio.desk.withdraw(*page.keys, part={"channels": ("youtube",)})
    assert re.search(r"Taken back in part.*Channels: youtube", seen(client, page), re.DOTALL)


@pytest.mark.parametrize("missing", ["dignity.level", "brand_fit.text"])
def test_unanswered_question_keeps_the_other_answers(home: ReviewHome, missing: str) -> None:
    page, client = home.signed(), home.signed_in()
    status, text = post(client, page, "assess", **{**GOOD, missing: ""})
    assert status == 422
    assert "deception_risk: looked at" in text
    assert not home.desk.reader.case(page.request_id).assessments


def test_older_version_cannot_be_approved_from_a_stale_page(home: ReviewHome) -> None:
    page, client = home.signed(), home.signed_in()
    read = page.record_id
    post(client, page, "again", message="The sound broke off.")
    answer = client.post(f"/legal/{page.request_id}/assess", data={**GOOD, "record": read})
    assert answer.status_code == 422
    assert "changed since you read it" in answer.text


def test_counter_offer_shows_what_is_less_and_can_be_agreed_to(home: ReviewHome) -> None:
    page = home.studio.sent()
    home.studio.desk.narrow(*page.keys, Counter(territories=("EU",)))
    client = home.signed_in()
    text = seen(client, page)
    assert "They offer less instead" in text
    assert re.search(r"<del>EU, US</del>.*<ins>EU</ins>.*narrower", text, re.DOTALL)
    assert post(client, page, "answer", message="")[0] == 303
    assert "With the person" in seen(client, page)


def test_question_is_shown_and_answered(home: ReviewHome) -> None:
    page = home.studio.sent()
    home.studio.desk.ask_for_changes(*page.keys, "Without <b>YouTube</b>?")
    client = home.signed_in()
    assert "Without &lt;b&gt;YouTube&lt;/b&gt;?" in client.get(f"/legal/{page.request_id}").text
    assert post(client, page, "answer", message="")[0] == 422
    assert post(client, page, "answer", message="No, sorry.")[0] == 303


def test_suspend_resume_and_revoke(home: ReviewHome) -> None:
    page, client = home.signed(), home.signed_in()
    home.studio.approve(page.record_id)
    assert post(client, page, "suspend", reason="a complaint")[0] == 303
    assert "Suspended" in seen(client, page)
    assert post(client, page, "resume", reason="settled")[0] == 303
    status, text = post(client, page, "revoke", reason="it is over for good")
    assert status == 422
    assert "it is over for good" in text  # what was typed is not lost
    assert post(client, page, "revoke", reason="over", sure="yes")[0] == 303
    assert "This request has ended" in seen(client, page)


def test_links_are_listed_made_and_ended(home: ReviewHome) -> None:
    page, client = home.studio.sent(), home.signed_in()
    answer = client.post(f"/legal/{page.request_id}/link")
    assert answer.status_code == 200
    assert re.search(r'value="http://localhost:7860/s/[\w-]{43}"', answer.text)
    assert "<svg" in answer.text
    link = home.desk.reader.case(page.request_id).links[-1]
    assert post(client, page, "unlink", link=link.id)[0] == 303
    assert home.desk.reader.case(page.request_id).links[-1].revoked_at is not None
    assert post(client, page, "unlink", link="nothing")[0] == 422


def test_history_says_who_and_why_with_its_place_in_the_ledger(home: ReviewHome) -> None:
    page, client = home.signed(), home.signed_in()
    home.studio.approve(page.record_id)
    post(client, page, "suspend", reason="a complaint from the press")
    text = seen(client, page)
    assert "a complaint from the press" in text
    assert f"by {LEGAL}" in text
    assert re.search(r"#\d+", text)


def test_unknown_request_and_unknown_act_get_a_sentence(home: ReviewHome) -> None:
    page, client = home.studio.sent(), home.signed_in()
    assert client.get("/legal/r0000000000").status_code == 404
    assert post(client, page, "explode")[0] == 422
    assert client.post("/legal/r0000000000/approve").status_code == 404


def test_statement_plays_in_ranges_and_opening_it_is_written_down(home: ReviewHome) -> None:
    page, client = home.signed(), home.signed_in()
    (recording,) = home.desk.reader.case(page.request_id).recordings
    path = f"/legal/{page.request_id}/media/{recording.item_id}"
    whole = client.get(path)
    assert (whole.status_code, whole.content) == (200, b"\x1aE\xdf\xa3 a recording")
    assert whole.headers["cache-control"] == "no-store"
    part = client.get(path, headers={"range": "bytes=5-6"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"a ", "bytes 5-6/16")
    assert client.get(path, headers={"range": "bytes=99-"}).status_code == 416
    case = home.desk.reader.case(page.request_id)
    assert [one.actor for one in case.history if one.action == "statement_watched"] == [LEGAL]


def test_recording_of_another_request_is_not_served(home: ReviewHome) -> None:
    mine, other = home.signed(), home.signed(changes={"Camille Martin": "Jo Park"})
    (recording,) = home.desk.reader.case(mine.request_id).recordings
    assert home.signed_in().get(f"/legal/{other.request_id}/media/{recording.item_id}").status_code == 404
