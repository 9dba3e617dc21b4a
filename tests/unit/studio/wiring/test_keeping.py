"""What is queued is sent without anybody asking; the vault refuses to open without its key."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path

import pytest

from studio.errors import VaultLockedError
from studio.store.outbox import Message, Queued
from studio.wiring.keeping import sending
from tests.fakes.keeping import KeepingStudio


@pytest.fixture
def studio(tmp_path: Path) -> KeepingStudio:
    return KeepingStudio(tmp_path)


class Carrier:
    def __init__(self) -> None:
        self.took = threading.Event()

    def send(self, queued: Queued) -> None:
        self.took.set()


def test_what_waits_is_sent_in_the_background(studio: KeepingStudio) -> None:
    message = Message(dedupe="a", channel="mail", recipient="a@example.org", subject="s", body="b")
    studio.keeping.outbox.put(message, at=studio.now)
    carrier = Carrier()
    with sending(dataclasses.replace(studio.keeping.postman, mail=carrier)):
        assert carrier.took.wait(10)
    assert [one.state for one in studio.keeping.outbox.all()] == ["sent"]


def test_nothing_is_sent_or_posted_where_nothing_is_set(studio: KeepingStudio) -> None:
    assert studio.keeping.postman.mail is None
    assert studio.keeping.postman.webhook is None
    assert not studio.keeping.notifier.has_webhook


def test_a_lost_vault_key_is_said_and_never_replaced(studio: KeepingStudio, tmp_path: Path) -> None:
    record_id = studio.consent()
    (item,) = studio.vault.items(record_id)
    path = tmp_path / "home.vault-key"
    assert path.stat().st_mode & 0o777 == 0o600
    key = path.read_bytes()
    path.unlink()
    for use in (lambda: studio.vault.bytes(item.id), lambda: studio.keep_all_kinds(record_id)):
        with pytest.raises(VaultLockedError, match="restore the key"):
            use()
    assert not path.exists()
    path.write_bytes(key)
    path.chmod(0o600)
    assert studio.vault.bytes(item.id) == b"%PDF-1.4 a contract"
