"""sayso users as scripts see it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from studio.cli import users
from tests.fakes.accounts_home import HERE, LEGAL, MARKETER, PASSWORD, AccountsHome


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AccountsHome]:
    made = AccountsHome(tmp_path)
    monkeypatch.setattr(users, "open_wiring", lambda _home: SimpleNamespace(accounts=made.desk))
    monkeypatch.delenv("SAYSO_DEBUG", raising=False)
    yield made
    made.engine.dispose()


def sayso(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(users.app, list(words))
    return result.exit_code, result.stdout, result.stderr


def test_invited_reset_and_removed(home: AccountsHome) -> None:
    path = json.loads(sayso("invite", LEGAL, "--role", "legal", "--json")[1])["path"]
    passed = home.entering.accept(path.removeprefix("/start/"), PASSWORD, origin=HERE)
    assert passed is not None
    home.enrolled(passed)
    person = json.loads(sayso("list", "--json")[1])["people"][0]
    assert (person["email"], person["state"], person["second_factor"]) == (LEGAL, "active", True)
    assert LEGAL in sayso("list")[1]
    code, out, _ = sayso("reset", LEGAL, "--json")
    assert code == 0
    assert home.entering.greet_reset(json.loads(out)["path"].removeprefix("/sign-in/reset/")) == LEGAL
    assert "works once" in sayso("reset", LEGAL, "--second-factor")[1]
    assert sayso("reset", "nobody@example.com")[0] == 2
    assert sayso("remove", LEGAL)[0] == 0
    assert sayso("invite", LEGAL, "--role", "owner")[0] == 2


def test_sessions_are_listed_and_ended(home: AccountsHome) -> None:
    assert "nobody is signed in" in sayso("sessions")[1]
    inside = home.member("marketer")
    found = json.loads(sayso("sessions", "--json")[1])["sessions"]
    assert [one["email"] for one in found] == [MARKETER]
    assert MARKETER in sayso("sessions")[1]
    assert sayso("end-session", found[0]["id"])[0] == 0
    assert home.desk.who(inside.token) is None
    code, _, err = sayso("end-session", found[0]["id"])
    assert code == 2
    assert "sayso users sessions" in err


def test_log_is_shown_and_checked(home: AccountsHome) -> None:
    assert "nobody was invited yet" in sayso("list")[1]
    home.member("marketer")
    said = json.loads(sayso("audit", "--json")[1])
    assert [one["action"] for one in said["log"]] == ["invited", "invitation_accepted", "signed_in"]
    assert said["newest"] == said["log"][-1]["sha256"]
    code, out, _ = sayso("audit")
    assert code == 0
    assert "the chain holds" in out
    with home.engine.begin() as connection:
        connection.execute(text("UPDATE audit_log SET actor = 'x' WHERE position = 1"))
    code, _, err = sayso("audit")
    assert code == 1
    assert "entry 1" in err
