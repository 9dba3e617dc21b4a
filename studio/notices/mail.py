"""Mail by SMTP. The address of the server says how the way there is kept private.

``smtps://``          encrypted from the first byte (port 465)
``smtp+starttls://``  encrypted before anything is said, or nothing is sent (port 587)
``smtp://``           in clear, for a relay on the same machine or network (port 25); no password goes this way

``smtp+starttls://user:password@mail.example.com:587/?from=consent@example.com``; letters of the password that mean
something in an address are written as %XX.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final, Literal, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

from consent.signatures import ADDRESS
from studio.errors import NoticeError, UsageError
from studio.store.outbox import Queued

Privacy: TypeAlias = Literal["smtps", "smtp+starttls", "smtp"]
TIMEOUT_S = 20.0
_PORTS: Final[dict[str, int]] = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}
_PRIVACY: Final[dict[str, Privacy]] = {"smtps": "smtps", "smtp+starttls": "smtp+starttls", "smtp": "smtp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailer:
    """Sends one message after another; each has a connection of its own."""

    host: str
    port: int
    privacy: Privacy
    sender: str
    user: str | None
    password: str | None = field(repr=False)
    tls: ssl.SSLContext
    timeout_s: float = TIMEOUT_S

    def send(self, queued: Queued) -> None:
        """Hand a message to the mail server.

        Raises:
            NoticeError: it was not taken.
        """
        message, domain = queued.message, self.sender.rsplit("@", 1)[1]
        if not message.recipient:
            raise NoticeError(
                "nobody is named who could be told; name somebody in notices.toml, and tell them yourself"
            )
        try:
            letter = EmailMessage()
            letter["From"], letter["To"], letter["Subject"] = self.sender, message.recipient, message.subject
            letter["Date"] = format_datetime(queued.created_at)
            # The same at each try, so that the other side can tell a second delivery from a second message.
            letter["Message-ID"] = f"<notice-{queued.id}-{int(queued.created_at.timestamp())}@{domain}>"
            letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: out-of-office answers stay away
            letter.set_content(message.body)
        except ValueError as e:  # a line break in a header
            raise NoticeError(f"this is no mail that can be sent: {e}") from e
        try:
            with self._connection() as server:
                if self.user is not None and self.password is not None:
                    server.login(self.user, self.password)
                server.send_message(letter)
        except (smtplib.SMTPException, OSError) as e:
            raise NoticeError(f"the mail server {self.host}:{self.port} did not take it: {_said(e)}") from e

    def _connection(self) -> smtplib.SMTP:
        if self.privacy == "smtps":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout_s, context=self.tls)
        server = smtplib.SMTP(self.host, self.port, timeout=self.timeout_s)
        if self.privacy == "smtp+starttls":
            try:
                server.starttls(context=self.tls)
            except BaseException:
                server.close()
                raise
        return server


def read_smtp_url(url: str, *, tls: ssl.SSLContext) -> Mailer:
    """Read SAYSO_SMTP_URL.

    Raises:
        UsageError: it names no server or no sender, or would send a password in clear.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as e:
        raise UsageError(f"SAYSO_SMTP_URL is no address ({e}); see studio.notices.mail for its form") from e
    privacy = _PRIVACY.get(parts.scheme)
    if privacy is None or not parts.hostname:
        raise UsageError(
            "SAYSO_SMTP_URL names no mail server; write smtps://, smtp+starttls:// or smtp:// and the server's name"
        )
    sender = parse_qs(parts.query).get("from", [""])[0]
    if not re.fullmatch(ADDRESS, sender):
        raise UsageError("SAYSO_SMTP_URL names no sender; end it with /?from=somebody@your.company")
    if privacy == "smtp" and parts.password:
        raise UsageError(
            "SAYSO_SMTP_URL would send its password in clear; write smtp+starttls:// or smtps:// instead of smtp://"
        )
    return Mailer(
        host=parts.hostname,
        port=port or _PORTS[privacy],
        privacy=privacy,
        sender=sender,
        user=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
        tls=tls,
    )


def _said(error: Exception) -> str:
    """What the server said, in one line; never the letter, which speaks of people."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted({str(code) for code, _ in error.recipients.values()})
        return f"the recipient was refused ({', '.join(codes)})"
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return f"{error.smtp_code} {' '.join(text.split())[:200]}"
    return f"{type(error).__name__}: {str(error)[:200]}"
