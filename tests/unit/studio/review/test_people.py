"""People come in by a link of their own, once, and are out the moment somebody takes them off the list."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.errors import NotFoundError, UsageError
from studio.review.people import LINK_DAYS, Person
from tests.fakes.review_home import LEGAL, ReviewHome


def token_of(home: ReviewHome, email: str = LEGAL, *, role: str = "legal") -> str:
    return home.people.invite(email, role=role).path.removeprefix("/start/")


def test_link_works_once(home: ReviewHome) -> None:
    token = token_of(home)
    assert home.people.redeem(token) == Person(email=LEGAL, role="legal")
    assert home.people.redeem(token) is None
    assert home.people.greet(token) is None


def test_greeting_does_not_use_the_link_up(home: ReviewHome) -> None:
    token = token_of(home)
    assert home.people.greet(token) == home.people.greet(token) == Person(email=LEGAL, role="legal")
    assert home.people.role_of(LEGAL) is None
    assert home.people.redeem(token) is not None


def test_link_runs_out(home: ReviewHome) -> None:
    token = token_of(home)
    home.studio.clock.move(days=LINK_DAYS)
    assert home.people.redeem(token) is None
    assert [one.state for one in home.people.all()] == ["invitation expired"]


def test_newer_invitation_ends_the_older_one(home: ReviewHome) -> None:
    older, newer = token_of(home), token_of(home)
    assert home.people.redeem(older) is None
    assert home.people.redeem(newer) is not None


def test_made_up_token_opens_nothing(home: ReviewHome) -> None:
    token_of(home)
    assert home.people.redeem("guess") is None
    assert home.people.redeem("") is None


def test_only_a_hash_of_the_token_is_stored(home: ReviewHome, tmp_path: Path) -> None:
    token = token_of(home)
    home.close()
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and token.encode() in file.read_bytes()]


def test_role_is_that_of_the_link_used_last(home: ReviewHome) -> None:
    home.people.redeem(token_of(home, role="marketer"))
    assert home.people.role_of(LEGAL) == "marketer"
    later = token_of(home)
    assert home.people.role_of(LEGAL) == "marketer"
    home.people.redeem(later)
    assert home.people.role_of(LEGAL) == "legal"


def test_removed_person_has_no_role_and_no_open_link(home: ReviewHome) -> None:
    home.people.redeem(token_of(home))
    waiting = token_of(home)
    home.people.remove(LEGAL.upper())
    assert home.people.role_of(LEGAL) is None
    assert home.people.redeem(waiting) is None
    assert [(one.email, one.state) for one in home.people.all()] == [(LEGAL, "removed")]
    with pytest.raises(NotFoundError, match="not on the list"):
        home.people.remove(LEGAL)


def test_removed_person_can_be_invited_again(home: ReviewHome) -> None:
    home.people.redeem(token_of(home))
    home.people.remove(LEGAL)
    home.people.redeem(token_of(home))
    assert home.people.role_of(LEGAL) == "legal"


def test_address_is_one_person_however_it_is_written(home: ReviewHome) -> None:
    home.people.redeem(token_of(home, " Legal@Example.com "))
    assert home.people.role_of(LEGAL) == "legal"


@pytest.mark.parametrize(("email", "role"), [("nobody", "legal"), ("", "legal"), (LEGAL, "owner"), (LEGAL, "")])
def test_wrong_invitation_gets_a_sentence(home: ReviewHome, email: str, role: str) -> None:
    with pytest.raises(UsageError, match=r"e-mail address|no role"):
        home.people.invite(email, role=role)
