"""sayso review and sayso people as scripts see them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from studio.accounts.desk import Accounts
from studio.accounts.passwords import Passwords
from studio.cli import people, review, users
from studio.wiring.accounts import open_accounts
from tests.fakes.accounts_home import CHEAP, PASSWORD
from tests.fakes.review_home import LEGAL, SECOND, ReviewHome

ANSWERS = "\n".join(
    f'[{name}]\nlevel = "none"\ntext = "looked at"'
    for name in ("dignity", "sensitive_context", "vulnerable_audiences", "deception_risk", "brand_fit")
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReviewHome]:
    made = ReviewHome(tmp_path)
    key = bytes(32)
    accounts = open_accounts(
        made.studio.engine,
        people=made.people,
        clock=made.studio.clock,
        key=lambda: key,
        passwords=Passwords(random_bytes=secrets.token_bytes, cost=CHEAP),
    )
    wiring = SimpleNamespace(review=made.desk, accounts=accounts)
    monkeypatch.setattr(made, "accounts", accounts, raising=False)
    for module in (users, review):
        monkeypatch.setattr(module, "open_wiring", lambda _home: wiring)
    monkeypatch.delenv("SAYSO_DEBUG", raising=False)
    yield made
    made.close()


def sayso(*words: str | Path) -> tuple[int, str, str]:
    app = {"people": people.app, "review": review.app}[str(words[0])]
    result = CliRunner().invoke(app, [str(word) for word in words[1:]])
    return result.exit_code, result.stdout, result.stderr


def answers(tmp_path: Path, text: str = ANSWERS) -> Path:
    path = tmp_path / "answers.toml"
    path.write_text(text)
    return path


def test_from_the_queue_to_the_approval(home: ReviewHome, tmp_path: Path) -> None:
    page = home.signed(deal="celebrity_endorsement")
    code, out, _ = sayso("review", "list", "--json")
    assert code == 0
    (line,) = json.loads(out)["requests"]
    assert (line["id"], line["phase"], line["needed"]) == (page.request_id, "review", 2)
    assert sayso("review", "approve", page.request_id, "--as", LEGAL)[0] == 2
    assert sayso("review", "assess", page.request_id, "--answers", answers(tmp_path), "--as", LEGAL)[0] == 0
    assert "1 of 2 approvals" in sayso("review", "approve", page.request_id[:6], "--as", LEGAL)[1]
    assert sayso("review", "approve", page.request_id, "--as", LEGAL)[0] == 2
    _, out, _ = sayso("review", "approve", page.request_id, "--as", SECOND, "--json")
    assert json.loads(out) == {"request": page.request_id, "approvals": 2, "needed": 2, "status": "active"}
    assert "sayso" not in sayso("review", "list")[2]


def test_show_says_everything_about_a_request(home: ReviewHome) -> None:
    page = home.signed()
    code, out, _ = sayso("review", "show", page.request_id, "--json")
    assert code == 0
    found = json.loads(out)
    assert found["record"] == page.record_id
    assert found["recordings"][0]["checks"]["face_match"] == "passed"
    assert found["history"][0]["action"] == "signed"
    text = sayso("review", "show", page.request_id)[1]
    assert "Camille Martin: review, version 1" in text
    assert "Signed by subject" in text


def test_life_of_a_consent(home: ReviewHome) -> None:
    page = home.signed()
    home.studio.approve(page.record_id)
    for act in ("suspend", "resume", "revoke"):
        assert sayso("review", act, page.request_id, "--reason", "because", "--as", LEGAL)[0] == 0
    assert json.loads(sayso("review", "show", page.request_id, "--json")[1])["phase"] == "ended"
    assert sayso("review", "suspend", page.request_id, "--reason", "because", "--as", LEGAL)[0] == 2


def test_question_is_answered_and_signature_asked_again(home: ReviewHome) -> None:
    page = home.studio.sent()
    home.studio.desk.ask_for_changes(*page.keys, "Without YouTube?")
    assert sayso("review", "answer", page.request_id, "--as", LEGAL)[0] == 2
    assert sayso("review", "answer", page.request_id, "--as", LEGAL, "--message", "No, sorry.")[0] == 0
    page.go_through()
    code, out, _ = sayso("review", "ask", page.request_id, "--as", LEGAL, "--message", "The sound broke off.")
    assert (code, "as version 2" in out) == (0, True)


@pytest.mark.parametrize("text", ["", ANSWERS.replace('level = "none"', 'level = "never"', 1)])
def test_wrong_answers_name_file_and_key(home: ReviewHome, tmp_path: Path, text: str) -> None:
    page = home.signed()
    code, _, said = sayso("review", "assess", page.request_id, "--answers", answers(tmp_path, text), "--as", LEGAL)
    assert (code, "answers.toml:" in said) == (2, True)


def test_unknown_request_and_list_are_wrong_use(home: ReviewHome) -> None:
    assert home.desk.reader.lines() == ()
    assert sayso("review", "show", "r000000")[0] == 2
    assert sayso("review", "list", "--show", "everything")[0] == 2
    assert "no request is in this list" in sayso("review", "list")[1]


def test_people_are_invited_listed_and_removed(home: ReviewHome) -> None:
    code, out, _ = sayso("people", "invite", LEGAL, "--role", "legal", "--json")
    assert code == 0
    path = json.loads(out)["path"]
    accounts: Accounts = home.accounts
    assert accounts.entering.accept(path.removeprefix("/start/"), PASSWORD, origin="here") is not None
    assert json.loads(sayso("people", "list", "--json")[1])["people"][0]["state"] == "second factor missing"
    assert LEGAL in sayso("people", "list")[1]
    assert sayso("people", "remove", LEGAL)[0] == 0
    assert accounts.role_of(LEGAL) is None
    assert sayso("people", "remove", "stranger@example.com")[0] == 2
    assert sayso("people", "invite", "nobody")[0] == 2


def test_link_is_printed_for_people(home: ReviewHome) -> None:
    out = sayso("people", "invite", LEGAL)[1]
    assert "/start/" in out
    assert "works once" in out
    assert home.people.role_of(LEGAL) is None
