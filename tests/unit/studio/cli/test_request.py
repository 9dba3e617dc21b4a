"""sayso request …, over a studio with real stores."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from studio.cli import request
from tests.fakes.request_home import RequestHome


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RequestHome]:
    made = RequestHome(tmp_path)
    monkeypatch.setattr(request, "open_wiring", lambda _home: SimpleNamespace(request_room=made.room))
    yield made
    made.close()


def sayso(*words: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(request.app, [str(word) for word in words])
    return result.exit_code, result.stdout, result.stderr


def told(*words: str | Path) -> Any:
    code, out, err = sayso(*words, "--json")
    assert code == 0, err
    return json.loads(out)


def draft(home: RequestHome) -> str:
    return str(told("new", "--deal", "paid_talent", "--from", home.terms(), "--as", "m@example.com")["id"])


def test_request_is_drafted_sent_and_shown(home: RequestHome, tmp_path: Path) -> None:
    request_id = draft(home)
    assert told("show", request_id[:6])["stage"] == "drafted"
    sent = told("send", request_id, "--qr", tmp_path / "qr.svg", "--mail", "--as", "m@example.com")
    assert sent["url"].startswith("http://localhost:7860/s/")
    assert (tmp_path / "qr.svg").read_text().startswith("<svg")
    shown = told("show", request_id)
    assert (shown["stage"], shown["versions"][0]["version"], shown["links"][0]["opened"]) == ("asked", 1, False)
    assert [line["id"] for line in told("list")["requests"]] == [request_id]
    code, out, _ = sayso("show", request_id)
    assert code == 0
    assert "Camille Martin: Coffee One launch ads" in out


def test_answer_amend_and_script_go_to_the_subject(home: RequestHome, tmp_path: Path) -> None:
    page = home.sent()
    home.desk.ask_for_changes(*page.keys, "fewer takes?")
    told("answer", page.request_id, "--message", "yes", "--as", "legal@example.com")
    version = told("amend", page.request_id, "--set", "scope.max_takes=5", "--set", 'scope.channels=["web"]')
    assert version["version"] == 2
    assert home.desk.view(*page.keys).record.scope.max_takes == 5
    (tmp_path / "script.txt").write_text("Bonjour.\n")
    page.go_through()
    told("script", page.request_id, "--text", tmp_path / "script.txt", "--locale", "fr", "--campaign", "Spring")
    assert home.desk.view(*page.keys).scripts[0].text == "Bonjour."


def test_link_is_revoked(home: RequestHome) -> None:
    page = home.sent()
    link = home.room.overview.show(page.request_id).links[0].id
    told("revoke-link", page.request_id, link, "--as", "legal@example.com")
    assert told("show", page.request_id)["links"][0]["revoked"]


def test_wrong_use_is_one_sentence(home: RequestHome) -> None:
    request_id = draft(home)
    for words, said in (
        (("new", "--deal", "barter", "--from", home.terms()), "no kind of deal"),
        (("send", request_id, "--valid-days", "0"), "1 to 90 days"),
        (("send", "zzzz"), "there is no request"),
        (("send", request_id, "--guardian"), "names no guardian"),
        (("amend", request_id, "--set", "scope.max_takes"), "no path with a JSON value"),
        (("amend", request_id, "--set", "scope.max_takes=5"), "only one that was sent"),
        (("answer", request_id), "waits for an answer"),
        (("revoke-link", request_id, "123"), "has no link"),
        (("script", request_id, "--text", "missing.txt", "--locale", "fr"), "cannot read the script"),
    ):
        code, out, err = sayso(*words)
        assert (code, out) == (2, ""), words
        assert said in err
        assert len(err.splitlines()) == 1
