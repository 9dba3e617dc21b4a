"""The log of sign-ins and changes: whoever changes it breaks it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from studio.store.audit import first_broken
from tests.fakes.accounts_home import MARKETER, AccountsHome


def test_every_act_is_on_record(home: AccountsHome) -> None:
    inside = home.member("legal")
    home.desk.leave(inside.token, origin="192.0.2.7")
    home.desk.remove("legal@example.com", actor="admin@example.com")
    rows = home.desk.log()
    assert [row.event.action for row in rows] == [
        "invited",
        "invitation_accepted",
        "second_factor_set",
        "signed_in",
        "signed_out",
        "removed",
    ]
    assert rows[-1].event.actor == "admin@example.com"
    assert first_broken(rows) is None
    assert first_broken(()) is None


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("UPDATE audit_log SET actor = 'nobody' WHERE position = 1", 1),
        ("UPDATE audit_log SET at = '2020-01-01 00:00:00.000000' WHERE position = 0", 0),
        ("DELETE FROM audit_log WHERE position = 1", 1),
        ("DELETE FROM audit_log WHERE position = 0", 0),
        ("UPDATE audit_log SET origin = 'console', sha256 = before_sha256 WHERE position = 2", 2),
    ],
)
def test_changed_or_missing_row_shows(home: AccountsHome, change: str, broken: int) -> None:
    home.member("marketer")
    home.desk.reset(MARKETER, with_second_factor=False)
    with home.engine.begin() as connection:
        connection.execute(text(change))
    assert first_broken(home.desk.log()) == broken
