"""Coming in by a link of one's own, and what a session may see afterwards."""

from __future__ import annotations

import pytest

from studio.web.gate import COOKIE, PERSON_HOURS, Sessions
from tests.fakes.review_home import LEGAL, MARKETER, ReviewHome

HTML = {"accept": "text/html"}


def test_link_greets_and_is_used_up_by_its_button_alone(home: ReviewHome) -> None:
    path = home.people.invite(LEGAL, role="legal").path
    client = home.client()
    for _ in range(2):  # mail scanners open links too
        greeting = client.get(path)
        assert greeting.status_code == 200
        assert LEGAL in greeting.text
        assert COOKIE not in greeting.headers.get("set-cookie", "")
    answer = client.post(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/legal/")
    assert client.get("/legal/").status_code == 200
    assert home.client().post(path).status_code == 403


def test_another_site_cannot_use_a_link_up(home: ReviewHome) -> None:
    path = home.people.invite(LEGAL, role="legal").path
    assert home.client().post(path, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert home.client().post(path).status_code == 303


def test_cookie_of_a_person_cannot_be_read_by_scripts(home: ReviewHome) -> None:
    cookie = home.client().post(home.people.invite(LEGAL, role="legal").path).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_marketer_goes_to_the_studio_and_not_to_legal(home: ReviewHome) -> None:
    client = home.client()
    assert client.post(home.people.invite(MARKETER, role="marketer").path).headers["location"] == "/studio/"
    page = client.get("/legal/")
    assert page.status_code == 403
    assert MARKETER in page.text


@pytest.mark.parametrize("path", ["/legal/", "/legal/r1", "/legal/r1/version", "/legal/r1/media/x"])
def test_session_that_names_nobody_sees_nothing_of_legal(home: ReviewHome, path: str) -> None:
    page = home.at_console().get(path)
    assert page.status_code == 403
    assert "sayso people invite" in page.text


@pytest.mark.parametrize(
    "act", ["assess", "approve", "answer", "again", "suspend", "resume", "revoke", "unlink", "link", "version"]
)
@pytest.mark.parametrize("who", ["stranger", "console", "marketer"])
def test_only_legal_acts(home: ReviewHome, act: str, who: str) -> None:
    page = home.signed()
    before = home.desk.reader.case(page.request_id).history
    client = {"stranger": home.client, "console": home.at_console}.get(
        who, lambda: home.signed_in(MARKETER, role="marketer")
    )()
    answer = client.post(
        f"/legal/{page.request_id}/{act}", data={"record": page.record_id, "reason": "x", "sure": "yes"}
    )
    assert answer.status_code == (401 if who == "stranger" else 403)
    assert home.desk.reader.case(page.request_id).history == before


def test_person_taken_off_the_list_is_out_at_once(home: ReviewHome) -> None:
    client = home.signed_in()
    assert client.get("/legal/").status_code == 200
    home.people.remove(LEGAL)
    assert client.get("/legal/", headers=HTML).headers["location"] == "/start"


def test_legal_who_became_marketer_sees_nothing_of_legal_any_more(home: ReviewHome) -> None:
    client = home.signed_in()
    home.signed_in(LEGAL, role="marketer")
    assert client.get("/legal/").status_code == 403


def test_signing_out_ends_the_session_not_just_the_cookie(home: ReviewHome) -> None:
    client = home.signed_in()
    session = client.cookies[COOKIE]
    assert client.post("/leave").headers["location"] == "/start"
    client.cookies.set(COOKIE, session)
    assert client.get("/legal/").status_code == 401


def test_session_of_a_person_ends_with_the_working_day(home: ReviewHome) -> None:
    now = [0.0]
    sessions = Sessions(role_of=home.people.role_of, clock_s=lambda: now[0])
    person = home.people.redeem(home.people.invite(LEGAL, role="legal").path.removeprefix("/start/"))
    assert person is not None
    session = sessions.begin_as(person)
    console = sessions.begin(sessions.new_start_path().removeprefix("/start/"))
    assert console is not None
    assert sessions.who(session) == person
    assert sessions.who(console) is None
    now[0] = PERSON_HOURS * 3600
    assert not sessions.holds(session)
    assert sessions.who(session) is None
    assert sessions.holds(console)


def test_without_a_list_of_people_nobody_has_a_role() -> None:
    from studio.review.people import Person

    sessions = Sessions()
    session = sessions.begin_as(Person(email=LEGAL, role="legal"))
    assert not sessions.holds(session)
    assert sessions.who(session) is None
