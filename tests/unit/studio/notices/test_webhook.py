"""The webhook, against a real server on this machine."""

from __future__ import annotations

import hmac
import json
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from studio.errors import NoticeError, UsageError
from studio.notices.webhook import Webhook, read_webhook
from studio.store.outbox import Message, Queued

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = "0123456789abcdef"
BODY = json.dumps({"event": "consent.withdrawn", "record": "ab" * 32})


class Receiver(ThreadingHTTPServer):
    """Answers each path with the status that it names, and writes down what came."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.came: list[tuple[str, dict[str, str], bytes]] = []


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Receiver)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(int(self.path.strip("/")))
        self.send_header("Location", "/200")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def webhook(receiver: Receiver, path: str) -> Webhook:
    address = f"http://127.0.0.1:{receiver.server_address[1]}/{path}"
    return read_webhook(address, SECRET, tls=ssl.create_default_context(), clock=lambda: AT)


def queued() -> Queued:
    message = Message(dedupe="x", channel="webhook", recipient="", subject="consent.withdrawn", body=BODY)
    return Queued(id=7, message=message, created_at=AT, next_try_at=AT, attempts=0, sent_at=None, error="")


@pytest.mark.enable_socket
def test_a_notice_arrives_signed(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # what a proxy would see, nobody shall see
    webhook(receiver, "204").send(queued())
    ((_, headers, body),) = receiver.came
    assert body == BODY.encode()
    stamp = str(int(AT.timestamp()))
    assert (headers["sayso-timestamp"], headers["sayso-notice"]) == (stamp, "7")
    expected = hmac.new(SECRET.encode(), f"{stamp}.{BODY}".encode(), sha256).hexdigest()
    assert headers["sayso-signature"] == f"sha256={expected}"
    assert headers["content-type"] == "application/json"


@pytest.mark.enable_socket
@pytest.mark.parametrize("status", ["301", "302", "307", "308", "404", "500"])
def test_anything_but_yes_is_a_failure_and_no_redirect_is_followed(receiver: Receiver, status: str) -> None:
    with pytest.raises(NoticeError, match=status):
        webhook(receiver, status).send(queued())
    assert [path for path, _, _ in receiver.came] == [f"/{status}"]


@pytest.mark.enable_socket
def test_a_receiver_that_is_away_is_said(receiver: Receiver) -> None:
    gone = read_webhook("http://127.0.0.1:9/x", SECRET, tls=ssl.create_default_context(), clock=lambda: AT)
    with pytest.raises(NoticeError, match="cannot be reached"):
        gone.send(queued())


@pytest.mark.parametrize(
    ("url", "secret", "says"),
    [
        ("file:///etc/passwd", SECRET, "no address"),
        ("https://", SECRET, "no address"),
        ("https://example.com/hook", None, "SAYSO_WEBHOOK_SECRET"),
        ("https://example.com/hook", "short", "SAYSO_WEBHOOK_SECRET"),
    ],
)
def test_wrong_settings_are_refused(url: str, secret: str | None, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        read_webhook(url, secret, tls=ssl.create_default_context(), clock=lambda: AT)


def test_the_secret_is_in_no_log() -> None:
    made = read_webhook("https://example.com/?token=abc", SECRET, tls=ssl.create_default_context(), clock=lambda: AT)
    assert SECRET not in repr(made)
    assert "abc" not in repr(made)
