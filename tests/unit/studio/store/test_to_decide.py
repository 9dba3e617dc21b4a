"""Envelope and ledger of one moment: what a gate decides on, and what it is told where something is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from consent.errors import LedgerTamperedError, LedgerUnreadableError
from tests.fakes.request_home import RequestHome


@pytest.fixture
def home(tmp_path: Path) -> RequestHome:
    return RequestHome(tmp_path)


def test_it_gives_what_the_two_give_alone(home: RequestHome) -> None:
    page = home.sent()
    envelope, ledger = home.records.to_decide(page.record_id)
    assert envelope == home.records.find_or_error(page.record_id)
    assert ledger == home.ledger.view()
    home.close()


def test_an_unreadable_witness_and_a_ledger_put_back_are_values_that_refuse(home: RequestHome, tmp_path: Path) -> None:
    page = home.sent()
    witness = tmp_path / "witness"
    before = witness.read_text()
    witness.write_bytes(b"\xff\xfe")
    envelope, ledger = home.records.to_decide(page.record_id)
    assert envelope is not None
    assert isinstance(ledger, LedgerUnreadableError)

    witness.write_text(before.replace("\n", "1\n", 2).replace("1\n", "\n", 1))  # a size that the database never reached
    _, ledger = home.records.to_decide(page.record_id)
    assert isinstance(ledger, LedgerTamperedError)
    home.close()
