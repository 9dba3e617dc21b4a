"""Asking for a consent on a page: a new request with its link, and the next version of one that was sent."""

from __future__ import annotations

import html
import re

import pytest
from fastapi.testclient import TestClient

from tests.fakes.review_home import LEGAL, MARKETER, ReviewHome
from tests.fakes.studio_home import PIXEL

TERMS: dict[str, str | list[str]] = {
    "subject.name": "Jo Park",
    "subject.contact": "jo@example.org",
    "subject.language": "fr",
    "subject.birth_year": "1991",
    "controller.name": "Example GmbH",
    "controller.contact": "privacy@example.com",
    "scope.description": "Two spots for Coffee One,\r\nspoken by you.",
    "scope.modalities": ["face", "voice"],
    "scope.brands": "Example",
    "scope.products": "Coffee One, Coffee Two",
    "scope.languages": "en, fr",
    "scope.territories": "FR\nUS-NY",
    "scope.channels": ["web", "youtube"],
    "scope.valid_from": "2026-12-01",
    "scope.valid_until": "2027-12-01",
    "scope.max_takes": "20",
    "scope.script_approval": "per_script",
    "scope.script_approver": "subject",
    "scope.prohibited_topics": ["politics", "health"],
    "scope.alterations": ["clothing"],
    "money.currency": "EUR",
    "money.fee_minor_units": "1500.50",
    "statement": "live",
}


def ask(client: TestClient, deal: str = "paid_talent", **changes: str | list[str]) -> tuple[int, str]:
    answer = client.post(
        f"/legal/new/{deal}", data={**TERMS, **changes}, files={"files": ("portrait.png", PIXEL, "image/png")}
    )
    return answer.status_code, html.unescape(answer.text)


def form_of(client: TestClient, request_id: str) -> dict[str, str | list[str]]:
    """What a browser would send back if nobody touched the form."""
    from html.parser import HTMLParser

    found: dict[str, list[str]] = {}

    class Reader(HTMLParser):
        area = select = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            said = dict(attrs)
            name = said.get("name") or ""
            if tag == "input" and name and (said.get("type") != "checkbox" or "checked" in said):
                found.setdefault(name, []).append(said.get("value") or "")
            elif tag == "textarea":
                self.area = name
                found.setdefault(name, [""])
            elif tag == "select":
                self.select = name
            elif tag == "option" and "selected" in said:
                found[self.select] = [said.get("value") or ""]

        def handle_data(self, data: str) -> None:
            if self.area:
                found[self.area] = [found[self.area][0] + data]

        def handle_endtag(self, tag: str) -> None:
            if tag == "textarea":
                self.area = ""

    answer = client.get(f"/legal/{request_id}/version")
    assert answer.status_code == 200
    Reader().feed(answer.text)
    return dict(found)


@pytest.mark.parametrize("who", ["legal", "marketer", "console"])
def test_everybody_in_the_studio_may_ask(home: ReviewHome, who: str) -> None:
    client = home.at_console() if who == "console" else home.signed_in(f"{who}@example.com", role=who)
    assert "Paid talent" in client.get("/legal/new").text
    assert client.get("/legal/new/paid_talent").status_code == 200
    status, text = ask(client)
    assert status == 200
    assert re.search(r'value="http://localhost:7860/s/[\w-]{43}"', text)
    (request,) = home.desk.reader.requests.all()
    assert request.created_by == ("console" if who == "console" else f"{who}@example.com")


def test_record_says_what_the_form_said(home: ReviewHome) -> None:
    ask(home.signed_in(MARKETER, role="marketer"))
    (request,) = home.desk.reader.requests.all()
    record = home.desk.reader.record(request.id)
    assert record.scope.description == "Two spots for Coffee One,\nspoken by you."
    assert record.scope.territories == ("FR", "US-NY")
    assert record.scope.products == ("Coffee One", "Coffee Two")
    assert record.scope.prohibited_topics == ("health", "politics")
    assert record.scope.alterations.clothing
    assert not record.scope.paid_media  # a switch that is off is sent as nothing
    assert record.money is not None
    assert record.money.fee_minor_units == 150050
    assert [one.name for one in record.scope.assets] == ["portrait.png"]
    assert (record.deal, record.statement, record.biometric_checks) == ("paid_talent", "live", "agreed")


def test_link_is_shown_once(home: ReviewHome) -> None:
    client = home.signed_in()
    _, text = ask(client)
    token = re.search(r"/s/([\w-]{43})", text)
    assert token is not None
    (request,) = home.desk.reader.requests.all()
    assert token.group(1) not in client.get(f"/legal/{request.id}").text
    assert home.studio.desk.peek(token.group(1), client="a browser") == "fr"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"scope.valid_until": "2026-11-01"}, "needed is a later day"),
        ({"scope.territories": "UK"}, 'the United Kingdom is "GB"'),
        ({"scope.max_takes": "many"}, "no whole number"),
        ({"scope.max_takes": "0"}, "greater than or equal to 1"),
        ({"money.fee_minor_units": "a lot"}, "no amount"),
        ({"scope.channels": []}, "Channels"),
        ({"subject.name": ""}, "Name"),
        ({"subject.birth_date": "1990-02-03"}, "birth_year is 1991"),
    ],
)
def test_wrong_field_gets_its_sentence_and_nothing_is_lost(
    home: ReviewHome, changes: dict[str, str | list[str]], said: str
) -> None:
    status, text = ask(home.signed_in(), **changes)
    assert status == 422
    assert said in text
    assert "This is not right yet" in text
    assert "Coffee One, Coffee Two" in text
    assert home.desk.reader.requests.all() == ()


def test_file_that_is_no_picture_is_refused(home: ReviewHome) -> None:
    answer = home.signed_in().post("/legal/new/paid_talent", data=TERMS, files={"files": ("a.png", b"text")})
    assert answer.status_code == 422
    assert "no picture, footage or recording" in answer.text


@pytest.mark.parametrize("name", ["consent.toml", ".hidden", "x" * 130 + ".png"])
def test_strange_file_names_are_refused(home: ReviewHome, name: str) -> None:
    answer = home.signed_in().post("/legal/new/paid_talent", data=TERMS, files={"files": (name, PIXEL)})
    assert answer.status_code == 422
    assert home.desk.reader.requests.all() == ()


def test_path_in_a_file_name_leads_nowhere(home: ReviewHome) -> None:
    answer = home.signed_in().post("/legal/new/paid_talent", data=TERMS, files={"files": ("../../up.png", PIXEL)})
    assert answer.status_code == 200
    (request,) = home.desk.reader.requests.all()
    assert [one.name for one in home.desk.reader.record(request.id).scope.assets] == ["up.png"]


def test_unknown_deal_is_not_found(home: ReviewHome) -> None:
    assert home.signed_in().get("/legal/new/barter").status_code == 404


def test_untouched_form_changes_nothing(home: ReviewHome) -> None:
    client = home.signed_in()
    ask(client)
    (request,) = home.desk.reader.requests.all()
    answer = client.post(f"/legal/{request.id}/version", data=form_of(client, request.id))
    assert answer.status_code == 200
    assert "Nothing changes yet" in answer.text


def test_version_is_shown_before_it_is_filed(home: ReviewHome) -> None:
    client = home.signed_in()
    ask(client)
    (request,) = home.desk.reader.requests.all()
    form = form_of(client, request.id) | {"scope.max_takes": "5", "scope.territories": "FR, US-NY, DE"}
    shown = client.post(f"/legal/{request.id}/version", data=form)
    text = html.unescape(shown.text)
    assert re.search(r"Number of takes.*<del>20</del>.*<ins>5</ins>.*narrower", text, re.DOTALL)
    assert re.search(r"Territories.*wider", text, re.DOTALL)
    assert home.desk.reader.requests.get(request.id).current == 1
    seen = re.search(r'name="seen" value="(\w+)"', text)
    assert seen is not None
    final = form | {"step": "file", "seen": seen.group(1), "message": "Fewer takes, more places."}
    other = client.post(f"/legal/{request.id}/version", data=final | {"scope.max_takes": "6"})
    assert "<ins>6</ins>" in other.text  # another change is shown first
    assert client.post(f"/legal/{request.id}/version", data=final).status_code == 303
    record = home.desk.reader.record(request.id)
    assert (record.scope.max_takes, record.scope.territories) == (5, ("DE", "FR", "US-NY"))
    assert home.desk.reader.requests.get(request.id).current == 2


def test_person_of_a_version_cannot_be_changed(home: ReviewHome) -> None:
    client = home.signed_in()
    ask(client)
    (request,) = home.desk.reader.requests.all()
    form = form_of(client, request.id) | {"subject.name": "Somebody Else", "guardian.name": "Mallory"}
    assert "Nothing changes yet" in client.post(f"/legal/{request.id}/version", data=form).text


def test_money_can_be_taken_out(home: ReviewHome) -> None:
    client = home.signed_in()
    ask(client)
    (request,) = home.desk.reader.requests.all()
    form = form_of(client, request.id) | {
        "money.currency": "",
        "money.fee_minor_units": "",
    }
    text = html.unescape(client.post(f"/legal/{request.id}/version", data=form).text)
    seen = re.search(r'name="seen" value="(\w+)"', text)
    assert seen is not None
    final = form | {"step": "file", "seen": seen.group(1), "message": "As we said."}
    assert client.post(f"/legal/{request.id}/version", data=final).status_code == 303
    record = home.desk.reader.record(request.id)
    assert record.money is None


def test_wrong_value_of_a_version_keeps_what_was_typed(home: ReviewHome) -> None:
    client = home.signed_in()
    ask(client)
    (request,) = home.desk.reader.requests.all()
    form = form_of(client, request.id) | {"scope.valid_until": "2020-01-01", "scope.description": "Three spots"}
    answer = client.post(f"/legal/{request.id}/version", data=form)
    assert answer.status_code == 422
    assert "needed is a later day" in html.unescape(answer.text)
    assert "Three spots" in answer.text


def test_marketer_makes_no_version(home: ReviewHome) -> None:
    page = home.studio.sent()
    assert home.signed_in(MARKETER, role="marketer").get(f"/legal/{page.request_id}/version").status_code == 403
    assert home.signed_in(LEGAL).get(f"/legal/{page.request_id}/version").status_code == 200
