"""Private links: used once, expiring, revocable, counted; only hashes are kept."""

from __future__ import annotations

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from consent.errors import ConsentStateError
from studio.errors import NotFoundError, UsageError
from studio.requests.desk import LinkRefusedError
from studio.requests.links import TRIES_OF_CLIENT, TRIES_OF_LINK, Link
from studio.requests.site import Site
from tests.fakes.request_home import RequestHome


def send(home: RequestHome, **options: Any) -> tuple[str, Link]:
    request = home.room.requests.draft(home.terms(), deal="paid_talent", by="marketer@example.com")
    return request.id, home.room.requests.send(request.id, by="marketer@example.com", **options)


def token_of(link: Link) -> str:
    return link.path.removeprefix("/s/")


def problem(act: Any) -> str:
    with pytest.raises(LinkRefusedError) as refused:
        act()
    return refused.value.problem


def test_link_is_shown_once_as_address_and_qr(home: RequestHome) -> None:
    _, link = send(home)
    assert link.url == f"http://localhost:7860{link.path}"
    assert len(token_of(link)) == 43  # 256 bits
    assert link.qr_svg.startswith("<svg")


def test_only_hashes_of_secrets_are_stored(home: RequestHome) -> None:
    _, link = send(home)
    claim = home.desk.claim(token_of(link), client="a")
    with home.engine.connect() as connection:
        stored = repr(connection.execute(text("SELECT * FROM links")).all())
        stored += repr(connection.execute(text("SELECT * FROM acts")).all())
    assert token_of(link) not in stored
    assert claim not in stored


def test_greeting_does_not_use_the_link_up(home: RequestHome) -> None:
    _, link = send(home)
    for _ in range(3):
        assert home.desk.peek(token_of(link), client="a mail scanner") == "fr"
    assert home.desk.claim(token_of(link), client="the person")


def test_first_browser_owns_the_link(home: RequestHome) -> None:
    _, link = send(home)
    claim = home.desk.claim(token_of(link), client="a")
    assert home.desk.view(token_of(link), claim).stage == "asked"
    assert problem(lambda: home.desk.claim(token_of(link), client="b")) == "used_elsewhere"
    assert problem(lambda: home.desk.peek(token_of(link), client="b")) == "used_elsewhere"
    assert problem(lambda: home.desk.view(token_of(link), "another secret")) == "used_elsewhere"


def test_unclaimed_and_unknown_links_open_nothing(home: RequestHome) -> None:
    _, link = send(home)
    assert problem(lambda: home.desk.view(token_of(link), "")) == "unknown"
    for token in ("", "x", "\udcff", secrets.token_urlsafe(32), "../" * 10):
        assert problem(lambda token=token: home.desk.peek(token, client="a")) == "unknown"
        assert problem(lambda token=token: home.desk.view(token, "y")) == "unknown"


def test_link_expires_to_the_second(home: RequestHome) -> None:
    _, link = send(home, valid_days=1)
    home.clock.now = link.expires_at
    assert problem(lambda: home.desk.peek(token_of(link), client="a")) == "expired"
    assert problem(lambda: home.desk.claim(token_of(link), client="a")) == "expired"


def test_claimed_link_expires_too_while_nothing_is_signed(home: RequestHome) -> None:
    _, link = send(home, valid_days=1)
    claim = home.desk.claim(token_of(link), client="a")
    home.clock.move(days=2)
    assert problem(lambda: home.desk.view(token_of(link), claim)) == "expired"


def test_revoked_link_opens_nothing(home: RequestHome) -> None:
    request_id, link = send(home)
    home.room.requests.revoke_link(request_id, link.id, by="legal@example.com")
    assert problem(lambda: home.desk.peek(token_of(link), client="a")) == "revoked"
    with pytest.raises(NotFoundError, match="has no link"):
        home.room.requests.revoke_link(request_id, "123456789012", by="legal@example.com")


def test_opening_a_newer_link_ends_the_older_one(home: RequestHome) -> None:
    request_id, old = send(home)
    claim = home.desk.claim(token_of(old), client="a")
    new = home.room.requests.send(request_id, by="legal@example.com")
    assert home.desk.view(token_of(old), claim).stage == "asked"  # until the new one is really opened
    home.desk.claim(token_of(new), client="b")
    assert problem(lambda: home.desk.view(token_of(old), claim)) == "revoked"


def test_older_link_does_not_end_a_newer_one(home: RequestHome) -> None:
    request_id, old = send(home)
    new = home.room.requests.send(request_id, by="legal@example.com")
    home.desk.claim(token_of(old), client="whoever read the old mail")
    assert home.desk.claim(token_of(new), client="the person")


def test_client_is_slowed_down_and_others_are_not(home: RequestHome) -> None:
    _, link = send(home)
    for _ in range(TRIES_OF_CLIENT):
        assert problem(lambda: home.desk.peek(secrets.token_urlsafe(32), client="a guesser")) == "unknown"
    assert problem(lambda: home.desk.peek(token_of(link), client="a guesser")) == "too_many_tries"
    assert home.desk.peek(token_of(link), client="the person") == "fr"
    home.clock.move(minutes=11)
    assert home.desk.peek(token_of(link), client="a guesser") == "fr"


def test_wrong_secrets_are_counted_and_never_keep_the_right_one_out(home: RequestHome) -> None:
    _, link = send(home)
    claim = home.desk.claim(token_of(link), client="the person")
    said = {problem(lambda n=n: home.desk.view(token_of(link), f"guess {n}")) for n in range(TRIES_OF_LINK + 5)}
    assert said == {"used_elsewhere", "too_many_tries"}
    assert home.desk.view(token_of(link), claim).stage == "asked"


def test_new_link_goes_to_the_contact_and_to_nobody_else(home: RequestHome) -> None:
    request_id, link = send(home)
    home.desk.claim(token_of(link), client="another browser")
    home.desk.send_new_link(token_of(link), client="the person")
    queued = home.outbox.claim(at=home.clock())
    assert queued is not None
    assert queued.message.recipient == "camille@example.org"
    assert "http://localhost:7860/s/" in queued.message.body
    assert queued.message.subject == "Example GmbH demande votre consentement"
    assert len(home.room.overview.show(request_id).links) == 2


def test_nobodys_mailbox_is_filled_with_new_links(home: RequestHome) -> None:
    request_id, link = send(home)
    for _ in range(6):
        home.desk.send_new_link(token_of(link), client="somebody with an old link")
    assert len(home.room.overview.show(request_id).links) == 1 + 3


def test_many_browsers_at_once_and_one_owns_the_link(home: RequestHome) -> None:
    _, link = send(home)
    start = threading.Barrier(6)

    def claim(number: int) -> str:
        start.wait()
        try:
            return home.desk.claim(token_of(link), client=f"browser {number}")
        except LinkRefusedError as e:
            return e.problem

    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(claim, range(6)))
    assert said.count("used_elsewhere") == 5


def test_link_that_cannot_be_made_files_nothing(home: RequestHome) -> None:
    phone = home.terms(changes={'contact = "camille@example.org"': 'contact = "+33 1 23 45 67 89"'})
    request = home.room.requests.draft(phone, deal="paid_talent", by="marketer@example.com")
    for options in ({"valid_days": 0}, {"to": "+33 1 23 45 67 89"}, {"party": "guardian"}):
        with pytest.raises((UsageError, ConsentStateError)):
            home.room.requests.send(request.id, by="marketer@example.com", **options)
    assert home.ledger.view().size == 0
    assert home.room.requests.send(request.id, by="marketer@example.com").path


def test_no_new_link_for_what_was_taken_back_or_never_was(home: RequestHome) -> None:
    request_id, link = send(home)
    home.room.requests.revoke_link(request_id, link.id, by="legal@example.com")
    home.desk.send_new_link(token_of(link), client="a")
    home.desk.send_new_link("never was", client="a")
    assert home.outbox.claim(at=home.clock()) is None


def test_link_is_mailed_to_the_records_contact_or_nowhere(home: RequestHome) -> None:
    with pytest.raises(UsageError, match="names camille"):
        send(home, to="somebody.else@example.org")
    send(home, to="Camille@example.org")
    queued = home.outbox.claim(at=home.clock())
    assert queued is not None
    assert queued.message.recipient == "camille@example.org"


@pytest.mark.parametrize("days", [0, -1, 91])
def test_link_is_valid_for_some_days(home: RequestHome, days: int) -> None:
    with pytest.raises(UsageError, match="1 to 90 days"):
        send(home, valid_days=days)


@pytest.mark.parametrize(
    ("url", "rp_id", "origin"),
    [
        ("https://Studio.example.com/", "studio.example.com", "https://studio.example.com"),
        ("https://studio.example.com:443", "studio.example.com", "https://studio.example.com"),
        ("http://localhost:7860", "localhost", "http://localhost:7860"),
        ("https://studio.example.com:8443", "studio.example.com", "https://studio.example.com:8443"),
    ],
)
def test_site_is_read_from_its_address(url: str, rp_id: str, origin: str) -> None:
    site = Site.of(url)
    assert (site.rp_id, site.origin) == (rp_id, origin)


@pytest.mark.parametrize(
    "url",
    ["", "studio.example.com", "http://studio.example.com", "https://x.example/path", "https://x:port", "ftp://x"],
)
def test_site_without_passkeys_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="SAYSO_PUBLIC_URL"):
        Site.of(url)
