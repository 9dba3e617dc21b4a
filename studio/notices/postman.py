"""Sends what waits in the outbox. Every failure stays there with its reason; nothing is lost by trying."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from studio.errors import NoticeError
from studio.store.outbox import Outbox, Queued

HOLD = timedelta(hours=1)  # how soon to look again whether a way to send was set up
ROUND_MAX = 500  # of one round, so that a fault that repeats cannot keep it going for ever


class Carrier(Protocol):
    """A way to send: mail, webhook."""

    def send(self, queued: Queued) -> None:
        """Hand a message over; raises ``NoticeError``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round did. ``held`` waits for a way to send."""

    sent: int
    failed: int
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Postman:
    """Takes due messages out of the outbox. A way that is not set up is None."""

    outbox: Outbox
    mail: Carrier | None
    webhook: Carrier | None
    clock: Callable[[], datetime]

    def send_due(self) -> Round:
        """Send everything that is due."""
        sent = failed = held = 0
        for _ in range(ROUND_MAX):
            queued = self.outbox.claim(at=self.clock())
            if queued is None:
                break
            carrier = self.mail if queued.message.channel == "mail" else self.webhook
            if carrier is None:
                self._hold(queued)
                held += 1
            elif self._try(queued, carrier):
                sent += 1
            else:
                failed += 1
        return Round(sent=sent, failed=failed, held=held)

    def _hold(self, queued: Queued) -> None:
        name = "SAYSO_SMTP_URL" if queued.message.channel == "mail" else "SAYSO_WEBHOOK_URL"
        self.outbox.held(queued.id, until=self.clock() + HOLD, error=f"{name} is not set; set it, and it is sent")

    def _try(self, queued: Queued, carrier: Carrier) -> bool:
        try:
            carrier.send(queued)
        except NoticeError as e:
            self.outbox.failed(queued, at=self.clock(), error=str(e))
            return False
        except Exception as e:  # noqa: BLE001 - what a server answers can break more than we know; the rest must go out
            self.outbox.failed(queued, at=self.clock(), error=f"a fault of ours: {type(e).__name__}")
            return False
        self.outbox.sent(queued.id, at=self.clock())
        return True
