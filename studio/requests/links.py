"""Private links: 256-bit secrets of which only hashes are kept, used up by the first browser that opens them.

A link is a token in the address and, once it is claimed, a second secret in that browser's cookie: whoever reads the
address in a mail, a log or over a shoulder has only half of it. Wrong tries are counted per client and per link; the
right secret is never kept out by other people's tries.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from studio.errors import NotFoundError, UsageError
from studio.requests.desk import LinkRefusedError, Party
from studio.requests.site import Site
from studio.store.links import LinkRow, LinkStore

TOKEN_BYTES: Final = 32
VALID_DAYS: Final = 14
VALID_DAYS_MAX: Final = 90
SPAN: Final = timedelta(minutes=10)
TRIES_OF_CLIENT: Final = 30  # wrong tokens of one client in a span
RENEWALS_PER_DAY: Final = 3  # mails that anybody with an old link can have sent to its person
BY_ITSELF: Final = "studio"  # who made a link that its person asked for
TRIES_OF_LINK: Final = 60  # greetings, claims and wrong secrets of one link in a span, from wherever


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link that was just made. It is shown once: nobody can make it again from what is stored."""

    id: str
    party: Party
    path: str
    url: str
    qr_svg: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Makes links and opens them."""

    store: LinkStore
    site: Site
    clock: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]

    def make(
        self, request_id: str, *, party: Party, by: str, valid_days: int = VALID_DAYS, sent_to: str | None = None
    ) -> Link:
        """Make a link. Older ones of the same person end when this one is first opened.

        Raises:
            UsageError: the days are out of range.
        """
        require_days(valid_days)
        token, at = self._secret(), self.clock()
        row = LinkRow(
            token_sha256=_sha256(token),
            request_id=request_id,
            party=party,
            created_by=by,
            created_at=at,
            expires_at=at + timedelta(days=valid_days),
            sent_to=sent_to,
        )
        self.store.add(row)
        path = f"/s/{token}"
        url = self.site.url(path)
        return Link(id=row.id, party=party, path=path, url=url, qr_svg=qr_svg(url), expires_at=row.expires_at)

    def peek(self, token: str, *, client: str) -> LinkRow:
        """Find a link that can still be opened, without opening it; raises ``LinkRefusedError``."""
        row = self._find_for(client, token)
        self._count(f"link {row.token_sha256}", TRIES_OF_LINK)
        self._require_open(row)
        if row.claim_sha256 is not None:
            raise LinkRefusedError("used_elsewhere")
        return row

    def claim(self, token: str, *, client: str) -> str:
        """Use the link up for one browser; returns that browser's secret. Raises ``LinkRefusedError``."""
        row = self.peek(token, client=client)
        secret = self._secret()
        if not self.store.claim(row, claim_sha256=_sha256(secret), at=self.clock()):
            raise LinkRefusedError("used_elsewhere")
        return secret

    def open(self, token: str, claim: str) -> LinkRow:
        """Open a link with both of its secrets; raises ``LinkRefusedError``."""
        row = self._find(token)
        if row.claim_sha256 is None or not hmac.compare_digest(row.claim_sha256, _sha256(claim)):
            self._count(f"link {row.token_sha256}", TRIES_OF_LINK)
            raise LinkRefusedError("used_elsewhere" if row.claim_sha256 else "unknown")
        self._require_open(row)
        return row

    def find_for_renewal(self, token: str, *, client: str) -> LinkRow | None:
        """The link, if its person may have a fresh one: expired or used elsewhere, but not taken back."""
        try:
            row = self._find_for(client, token)
        except LinkRefusedError:
            return None
        if row.revoked_at is not None:
            return None
        day_ago = self.clock() - timedelta(days=1)
        renewed = [
            one
            for one in self.store.of_request(row.request_id)
            if one.party == row.party and one.created_by == BY_ITSELF and one.created_at > day_ago
        ]
        return None if len(renewed) >= RENEWALS_PER_DAY else row

    def revoke(self, request_id: str, link_id: str) -> LinkRow:
        """End a link of this request.

        Raises:
            NotFoundError: it has none of this id.
        """
        row = next((one for one in self.store.of_request(request_id) if one.id == link_id), None)
        if row is None:
            raise NotFoundError(f"request {request_id} has no link {link_id}; sayso request show lists them")
        self.store.revoke(row.token_sha256, at=self.clock())
        return row

    def keep_open(self, row: LinkRow, *, until: datetime) -> None:
        """Let a link that is in use live on, so that its person can watch and withdraw."""
        self.store.extend(row.token_sha256, until=until)

    def _find_for(self, client: str, token: str) -> LinkRow:
        """Find a link for a client that has not guessed too often.

        Right tokens are not held against anybody: behind a proxy a whole town may look like one client.
        """
        key = f"client {client}"
        self._require_patience(key, TRIES_OF_CLIENT)
        try:
            return self._find(token)
        except LinkRefusedError:
            self._count(key, TRIES_OF_CLIENT)
            raise

    def _find(self, token: str) -> LinkRow:
        row = self.store.find(_sha256(token))
        if row is None:
            raise LinkRefusedError("unknown")
        return row

    def _require_open(self, row: LinkRow) -> None:
        if row.revoked_at is not None:
            raise LinkRefusedError("revoked")
        if self.clock() >= row.expires_at:
            raise LinkRefusedError("expired")

    def _count(self, key: str, most: int) -> None:
        self._require_patience(key, most)
        at = self.clock()
        self.store.note_try(_sha256(key), at=at, forget_before=at - SPAN)

    def _require_patience(self, key: str, most: int) -> None:
        if self.store.tries(_sha256(key), since=self.clock() - SPAN) >= most:
            raise LinkRefusedError("too_many_tries")

    def _secret(self) -> str:
        return base64.urlsafe_b64encode(self.random_bytes(TOKEN_BYTES)).rstrip(b"=").decode("ascii")


def require_days(valid_days: int) -> None:
    """Raise ``UsageError`` unless a link may be valid for so long."""
    if not 1 <= valid_days <= VALID_DAYS_MAX:
        raise UsageError(f"a link is valid for 1 to {VALID_DAYS_MAX} days, not {valid_days}")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def qr_svg(url: str) -> str:
    """Return a QR code as one SVG element."""
    import segno  # noqa: PLC0415 - of the studio extra; only who makes links needs it

    return str(segno.make(url, error="m").svg_inline(scale=4, border=4, omitsize=True))
