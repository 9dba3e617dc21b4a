"""What waits is sent; what cannot be sent stays, with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from studio.errors import NoticeError
from studio.notices.postman import HOLD, Postman, Round
from studio.store.engine import open_engine
from studio.store.migrate import migrate
from studio.store.outbox import Channel, Message, Outbox, Queued

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Carrier:
    def __init__(self, *refused: str) -> None:
        self.refused = refused
        self.took: list[str] = []

    def send(self, queued: Queued) -> None:
        if queued.message.recipient in self.refused:
            raise NoticeError("no such mailbox")
        self.took.append(queued.message.recipient)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    engine = open_engine(f"sqlite:///{tmp_path / 'db.sqlite'}")
    migrate(engine, lock_path=tmp_path / "lock")
    yield Outbox(engine)
    engine.dispose()


def message(recipient: str, channel: Channel = "mail") -> Message:
    return Message(dedupe=recipient, channel=channel, recipient=recipient, subject="s", body="b")


def test_one_bad_address_holds_up_nobody(outbox: Outbox) -> None:
    outbox.put(message("a"), message("bad"), message("c"), at=AT)
    mail = Carrier("bad")
    assert Postman(outbox=outbox, mail=mail, webhook=None, clock=lambda: AT).send_due() == Round(
        sent=2, failed=1, held=0
    )
    assert mail.took == ["a", "c"]
    (failed,) = (one for one in outbox.all() if one.state == "waiting")
    assert (failed.error, failed.attempts) == ("no such mailbox", 1)


def test_what_has_no_way_yet_waits_and_says_so(outbox: Outbox) -> None:
    outbox.put(message("a"), message("hook", "webhook"), at=AT)
    now = AT
    postman = Postman(outbox=outbox, mail=None, webhook=None, clock=lambda: now)
    assert postman.send_due() == Round(sent=0, failed=0, held=2)
    assert {one.error.split()[0] for one in outbox.all()} == {"SAYSO_SMTP_URL", "SAYSO_WEBHOOK_URL"}
    assert {one.attempts for one in outbox.all()} == {0}
    now += HOLD + timedelta(seconds=1)
    mail = Carrier()
    assert Postman(outbox=outbox, mail=mail, webhook=None, clock=lambda: now).send_due().sent == 1


def test_a_fault_that_nobody_foresaw_holds_up_nobody(outbox: Outbox) -> None:
    class Broken(Carrier):
        def send(self, queued: Queued) -> None:
            if queued.message.recipient == "bad":
                raise KeyError("camille@example.org")
            super().send(queued)

    outbox.put(message("bad"), message("c"), at=AT)
    mail = Broken()
    assert Postman(outbox=outbox, mail=mail, webhook=None, clock=lambda: AT).send_due() == Round(
        sent=1, failed=1, held=0
    )
    (failed,) = (one for one in outbox.all() if one.state == "waiting")
    assert failed.error == "a fault of ours: KeyError", "what it says may name a person"
