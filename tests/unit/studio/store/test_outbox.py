"""A message is queued once, sent once, tried again while there is hope, and never lost from sight."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from studio.store.engine import open_engine
from studio.store.migrate import migrate
from studio.store.outbox import BACKOFF, CLAIM, Message, Outbox

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
HELLO = Message(dedupe="a", channel="mail", recipient="a@example.org", subject="Hello", body="Dear A")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'db.sqlite'}")
    migrate(engine, lock_path=tmp_path / "lock")
    yield engine
    engine.dispose()


@pytest.fixture
def outbox(engine: Engine) -> Outbox:
    return Outbox(engine)


def test_the_same_message_is_queued_once(outbox: Outbox) -> None:
    assert outbox.put(HELLO, HELLO, at=AT) == 1
    assert outbox.put(HELLO, at=AT) == 0
    assert len(outbox.all()) == 1


def test_one_sender_at_a_time_has_a_message(outbox: Outbox, engine: Engine) -> None:
    outbox.put(HELLO, at=AT)
    assert outbox.claim(at=AT) is not None
    assert Outbox(engine).claim(at=AT) is None
    assert Outbox(engine).claim(at=AT + CLAIM) is not None, "the first sender died"


def test_what_was_sent_loses_its_text_and_is_never_sent_again(outbox: Outbox) -> None:
    outbox.put(HELLO, at=AT)
    queued = outbox.claim(at=AT)
    assert queued is not None
    outbox.sent(queued.id, at=AT)
    (kept,) = outbox.all()
    assert (kept.state, kept.message.body, kept.message.recipient, kept.sent_at) == ("sent", "", "a@example.org", AT)
    assert outbox.claim(at=AT + timedelta(days=99)) is None
    assert outbox.put(HELLO, at=AT) == 0
    assert outbox.forget(before=AT + timedelta(days=1)) == 1
    assert outbox.all()[0].message.recipient == ""
    assert outbox.put(HELLO, at=AT) == 0


def test_what_fails_is_tried_later_each_time_and_then_given_up_with_its_reason(outbox: Outbox) -> None:
    outbox.put(HELLO, at=AT)
    now = AT
    for wait in BACKOFF:
        queued = outbox.claim(at=now)
        assert queued is not None
        outbox.failed(queued, at=now, error="no answer")
        assert outbox.claim(at=now + wait - timedelta(seconds=1)) is None
        now += wait
    queued = outbox.claim(at=now)
    assert queued is not None
    outbox.failed(queued, at=now, error="no answer at all")
    (given_up,) = outbox.all()
    assert (given_up.state, given_up.error, given_up.message.body) == ("given_up", "no answer at all", "Dear A")
    assert outbox.claim(at=now + timedelta(days=99)) is None
    assert outbox.again(at=now) == 1
    assert outbox.claim(at=now) is not None
