"""Coming in: password and code, what happens to whoever guesses, and what ends a session."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from studio.accounts.entering import HALF_SESSION, SESSION
from studio.accounts.lockout import OF_ACCOUNT, OF_ADDRESS
from studio.accounts.values import NotPassed, Passed
from studio.errors import NotFoundError, UsageError, VaultDamagedError
from studio.store.people import Role
from tests.fakes.accounts_home import ADMIN, EMAILS, HERE, LEGAL, MARKETER, PASSWORD, AccountsHome

WRONG = "not the password at all"


def sign_in(home: AccountsHome, email: str, password: str = PASSWORD, *, origin: str = HERE) -> Passed | NotPassed:
    return home.entering.with_password(email, password, origin=origin)


@pytest.mark.parametrize("role", ["marketer", "viewer"])
def test_invitation_and_password_are_enough_for_who_approves_nothing(home: AccountsHome, role: Role) -> None:
    passed = home.invited(role)
    assert passed.next == "in"
    person = home.desk.who(passed.token)
    assert person is not None
    assert (person.email, person.role) == (EMAILS[role], role)
    again = sign_in(home, EMAILS[role].upper())
    assert isinstance(again, Passed)
    assert again.next == "in"


@pytest.mark.parametrize("role", ["legal", "admin"])
def test_legal_and_admin_need_a_second_factor(home: AccountsHome, role: Role) -> None:
    passed = home.invited(role)
    assert passed.next == "enrol"
    assert home.desk.who(passed.token) is None
    inside = home.enrolled(passed)
    assert home.desk.who(inside.token) is not None
    home.move(minutes=1)
    again = sign_in(home, EMAILS[role])
    assert isinstance(again, Passed)
    assert again.next == "code"
    assert home.desk.who(again.token) is None
    assert home.entering.enrolment(again.token) is None  # the secret is told once
    done = home.entering.with_code(again.token, home.code(EMAILS[role]), origin=HERE)
    assert isinstance(done, Passed)
    assert home.desk.who(done.token) is not None


def test_code_works_once_and_only_now(home: AccountsHome) -> None:
    home.member("legal")
    half = sign_in(home, LEGAL)
    assert isinstance(half, Passed)
    used = home.entering.with_code(half.token, home.code(LEGAL), origin=HERE)
    assert isinstance(used, NotPassed)  # it confirmed the enrolment a moment ago
    early = home.code(LEGAL)
    home.move(minutes=2)
    assert isinstance(home.entering.with_code(half.token, early, origin=HERE), NotPassed)
    spaced = home.code(LEGAL)[:3] + " " + home.code(LEGAL)[3:]
    assert isinstance(home.entering.with_code(half.token, spaced, origin=HERE), Passed)
    assert home.entering.with_code(half.token, home.code(LEGAL), origin=HERE) is None  # half a session is used up


@pytest.mark.parametrize("code", ["", "000000", "１２３４５６", "abc", "0" * 500])
def test_made_up_code_is_none(home: AccountsHome, code: str) -> None:
    home.member("legal")
    half = sign_in(home, LEGAL)
    assert isinstance(half, Passed)
    home.move(minutes=1)
    assert home.code(LEGAL) != code
    assert isinstance(home.entering.with_code(half.token, code, origin=HERE), NotPassed)


def test_half_a_session_lasts_minutes(home: AccountsHome) -> None:
    home.member("legal")
    half = sign_in(home, LEGAL)
    assert isinstance(half, Passed)
    home.move(seconds=HALF_SESSION.total_seconds())
    assert home.entering.with_code(half.token, home.code(LEGAL), origin=HERE) is None
    assert home.entering.who_is_half_in(half.token) is None


def test_guessing_closes_the_account_for_a_while_and_then_opens_it(home: AccountsHome) -> None:
    home.member("marketer")
    for n in range(OF_ACCOUNT.most):
        said = sign_in(home, MARKETER, WRONG, origin=f"192.0.2.{n}")
    assert said == NotPassed(until=home.now + OF_ACCOUNT.span)
    assert sign_in(home, MARKETER, origin="198.51.100.1") == NotPassed(until=home.now + OF_ACCOUNT.span)
    assert home.actions().count("locked") == 1
    home.move(seconds=OF_ACCOUNT.span.total_seconds())
    assert isinstance(sign_in(home, MARKETER), Passed)


def test_codes_cannot_be_guessed_either(home: AccountsHome) -> None:
    home.member("legal")
    half = sign_in(home, LEGAL)
    assert isinstance(half, Passed)
    home.move(minutes=1)
    for _ in range(OF_ACCOUNT.most):
        home.entering.with_code(half.token, "000000", origin=HERE)
    assert home.entering.with_code(half.token, home.code(LEGAL), origin=HERE) == NotPassed(
        until=home.now + OF_ACCOUNT.span
    )


def test_password_that_fits_does_not_forget_the_codes_that_failed(home: AccountsHome) -> None:
    home.member("legal")
    home.move(minutes=1)
    for _ in range(OF_ACCOUNT.most):
        half = sign_in(home, LEGAL)
        assert isinstance(half, Passed)
        home.entering.with_code(half.token, "000000", origin=HERE)
    assert isinstance(sign_in(home, LEGAL), NotPassed)


def test_one_address_cannot_try_every_account(home: AccountsHome) -> None:
    home.member("marketer")
    for n in range(OF_ADDRESS.most):
        sign_in(home, f"person{n}@example.com", WRONG)
    assert isinstance(sign_in(home, MARKETER), NotPassed)
    assert isinstance(sign_in(home, MARKETER, origin="198.51.100.1"), Passed)


def test_success_forgets_what_failed(home: AccountsHome) -> None:
    home.member("marketer")
    for _ in range(2):
        for _ in range(OF_ACCOUNT.most - 1):
            assert sign_in(home, MARKETER, WRONG) == NotPassed()
        assert isinstance(sign_in(home, MARKETER), Passed)


def test_what_was_typed_by_nobody_is_not_on_record(home: AccountsHome) -> None:
    sign_in(home, "my secret password", WRONG)
    assert [(row.event.actor, row.event.action) for row in home.desk.log()] == [("somebody", "sign_in_failed")]


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaa", "x" * 257, MARKETER, f" {MARKETER.upper()} "])
def test_password_that_can_be_guessed_is_refused_and_the_link_still_works(home: AccountsHome, password: str) -> None:
    token = home.desk.invite(MARKETER, role="marketer").path.removeprefix("/start/")
    with pytest.raises(UsageError, match="the password"):
        home.entering.accept(token, password, origin=HERE)
    assert home.entering.accept(token, PASSWORD, origin=HERE) is not None
    assert home.entering.accept(token, PASSWORD, origin=HERE) is None


def test_session_ends_with_the_working_day(home: AccountsHome) -> None:
    inside = home.member("marketer")
    home.move(seconds=SESSION.total_seconds() - 1)
    assert home.desk.who(inside.token) is not None
    home.move(seconds=1)
    assert home.desk.who(inside.token) is None


def test_removed_person_is_out_at_once_and_cannot_come_back(home: AccountsHome) -> None:
    inside = home.member("legal")
    waiting = home.desk.invite(LEGAL, role="legal").path.removeprefix("/start/")
    home.desk.remove(LEGAL)
    assert home.desk.who(inside.token) is None
    assert home.entering.accept(waiting, PASSWORD, origin=HERE) is None
    assert isinstance(sign_in(home, LEGAL), NotPassed)
    assert [(one.email, one.state) for one in home.desk.all()] == [(LEGAL, "removed")]
    assert home.invited("legal").next == "enrol"  # both factors anew


def test_invitation_in_another_role_ends_the_sessions_of_the_old_one(home: AccountsHome) -> None:
    before = home.member("legal")
    token = home.desk.invite(LEGAL, role="marketer").path.removeprefix("/start/")
    assert home.desk.role_of(LEGAL) == "legal"
    passed = home.entering.accept(token, PASSWORD, origin=HERE)
    assert passed is not None
    assert passed.next == "code"  # a link in a mailbox does not stand for the second factor
    assert home.desk.who(before.token) is None
    assert home.desk.role_of(LEGAL) == "marketer"


def test_reset_sets_a_password_keeps_the_second_factor_and_ends_sessions(home: AccountsHome) -> None:
    inside = home.member("legal")
    token = home.desk.reset(LEGAL, with_second_factor=False).path.removeprefix("/sign-in/reset/")
    assert home.entering.greet_reset(token) == LEGAL
    with pytest.raises(UsageError):
        home.entering.reset(token, "short", origin=HERE)
    passed = home.entering.reset(token, "another five words for coffee", origin=HERE)
    assert passed is not None
    assert passed.next == "code"
    assert home.desk.who(inside.token) is None
    assert isinstance(sign_in(home, LEGAL), NotPassed)
    assert home.entering.reset(token, PASSWORD, origin=HERE) is None


def test_reset_of_the_second_factor_sets_it_anew(home: AccountsHome) -> None:
    home.member("legal")
    token = home.desk.reset(LEGAL, with_second_factor=True).path.removeprefix("/sign-in/reset/")
    passed = home.entering.reset(token, PASSWORD, origin=HERE)
    assert passed is not None
    assert passed.next == "enrol"
    home.move(minutes=1)
    assert home.desk.who(home.enrolled(passed).token) is not None


def test_reset_link_runs_out_and_ends_with_a_newer_one(home: AccountsHome) -> None:
    home.member("marketer")
    older = home.desk.reset(MARKETER, with_second_factor=False).path.removeprefix("/sign-in/reset/")
    newer = home.desk.reset(MARKETER, with_second_factor=False).path.removeprefix("/sign-in/reset/")
    assert home.entering.greet_reset(older) is None
    assert home.entering.greet_reset(newer) == MARKETER
    home.move(hours=24)
    assert home.entering.reset(newer, PASSWORD, origin=HERE) is None
    with pytest.raises(NotFoundError, match="sayso users list"):
        home.desk.reset("nobody@example.com", with_second_factor=False)


def test_first_admin_is_made_once(home: AccountsHome) -> None:
    assert not home.desk.has_admin()
    passed = home.entering.first_admin(" Admin@Example.com ", PASSWORD, origin=HERE)
    assert passed is not None
    assert not home.desk.has_admin()  # until both factors are there, the console still opens
    home.enrolled(passed)
    assert home.desk.has_admin()
    assert home.entering.first_admin("second@example.com", PASSWORD, origin=HERE) is None
    with pytest.raises(UsageError, match="no e-mail address"):
        home.entering.first_admin("nobody", PASSWORD, origin=HERE)


def test_first_admin_who_gave_up_half_way_goes_on_with_the_password(home: AccountsHome) -> None:
    home.entering.first_admin(ADMIN, PASSWORD, origin=HERE)
    half = sign_in(home, ADMIN)
    assert isinstance(half, Passed)
    assert half.next == "enrol"
    told = home.entering.enrolment(half.token)
    assert told == home.entering.enrolment(half.token)
    home.enrolled(half)
    assert home.desk.has_admin()


def test_sessions_are_listed_and_ended_by_their_short_name(home: AccountsHome) -> None:
    first, second = home.member("marketer"), home.member("viewer")
    names = {one.email: one.id for one in home.desk.open_sessions()}
    with pytest.raises(NotFoundError):
        home.desk.end_session(names[MARKETER][:3])
    with pytest.raises(NotFoundError):
        home.desk.end_session(names[MARKETER], email="viewer@example.com")
    home.desk.end_session(names[MARKETER])
    assert home.desk.who(first.token) is None
    assert home.desk.who(second.token) is not None
    home.desk.leave(second.token, origin=HERE)
    assert home.desk.open_sessions() == ()


def test_made_up_session_is_none(home: AccountsHome) -> None:
    home.member("marketer")
    assert home.desk.who("") is None
    assert home.desk.who("guess") is None


def test_nothing_secret_lies_in_the_database(home: AccountsHome, tmp_path: Path) -> None:
    inside = home.member("legal")
    link = home.desk.reset(LEGAL, with_second_factor=False).path.removeprefix("/sign-in/reset/")
    home.engine.dispose()
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for secret in (PASSWORD.encode(), inside.token.encode(), link.encode(), home.secrets[LEGAL]):
        assert secret not in stored


def test_second_factor_under_a_lost_key_says_what_to_do(home: AccountsHome) -> None:
    home.member("legal")
    half = sign_in(home, LEGAL)
    assert isinstance(half, Passed)
    home.key = bytes(32)
    with pytest.raises(VaultDamagedError, match="--second-factor"):
        home.entering.with_code(half.token, "123456", origin=HERE)


def test_invitations_stand_beside_accounts_on_the_list(home: AccountsHome) -> None:
    home.member("marketer")
    home.invited("legal")
    home.desk.invite("new@example.com", role="viewer")
    states = {one.email: one.state for one in home.desk.all()}
    assert states == {MARKETER: "active", LEGAL: "second factor missing", "new@example.com": "invited"}
    home.move(seconds=timedelta(days=8).total_seconds())
    assert {one.email: one.state for one in home.desk.all()}["new@example.com"] == "invitation expired"
    home.desk.remove("new@example.com")
    with pytest.raises(NotFoundError):
        home.desk.remove("stranger@example.com")
