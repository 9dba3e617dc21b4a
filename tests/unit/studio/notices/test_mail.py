"""Mail, against a real SMTP server on this machine."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from studio.errors import NoticeError, UsageError
from studio.notices.mail import Mailer, read_smtp_url
from studio.store.outbox import Message, Queued

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
PASSWORD = "p@ss/word"


class Inbox:
    """Takes every mail but those to nobody@example.org."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == "nobody@example.org":
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 OK"


def queued(recipient: str = "a@example.org", subject: str = "Votre consentement", body: str = "Ça finit.\n") -> Queued:
    message = Message(dedupe="x", channel="mail", recipient=recipient, subject=subject, body=body)
    return Queued(id=7, message=message, created_at=AT, next_try_at=AT, attempts=0, sent_at=None, error="")


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def server(inbox: Inbox) -> Iterator[Controller]:
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller
    controller.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    assert isinstance(port, int)
    return port


def mailer(address: str, tls: ssl.SSLContext | None = None) -> Mailer:
    return read_smtp_url(f"{address}/?from=consent@example.com", tls=tls or ssl.create_default_context())


@pytest.mark.enable_socket
def test_a_letter_arrives_as_it_was_written(server: Controller, inbox: Inbox) -> None:
    to = mailer(f"smtp://127.0.0.1:{server.port}")
    to.send(queued())
    to.send(queued())
    first, second = inbox.letters
    assert (first["From"], first["To"], first["Subject"]) == (
        "consent@example.com",
        "a@example.org",
        "Votre consentement",
    )
    assert first.get_content().splitlines() == ["Ça finit."]
    assert first["Message-ID"] == second["Message-ID"], "a second delivery is known by it"
    assert first["Auto-Submitted"] == "auto-generated"


@pytest.mark.enable_socket
def test_a_refused_recipient_is_said_without_the_letter(server: Controller) -> None:
    with pytest.raises(NoticeError, match="recipient was refused \\(550\\)") as e:
        mailer(f"smtp://127.0.0.1:{server.port}").send(queued(recipient="nobody@example.org"))
    assert "finit" not in str(e.value)


@pytest.mark.enable_socket
def test_a_server_that_is_away_is_said() -> None:
    port = free_port()
    with pytest.raises(NoticeError, match=f"127.0.0.1:{port}"):
        mailer(f"smtp://127.0.0.1:{port}").send(queued())


@pytest.mark.enable_socket
def test_a_server_without_encryption_gets_nothing_that_must_be_encrypted(server: Controller, inbox: Inbox) -> None:
    with pytest.raises(NoticeError, match="STARTTLS"):
        mailer(f"smtp+starttls://user:secret@127.0.0.1:{server.port}").send(queued())
    assert inbox.letters == []


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_path, key_path = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert_path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert_path, key_path


def log_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    assert isinstance(data, LoginPassword)
    return AuthResult(success=data == LoginPassword(b"user", PASSWORD.encode()), handled=False)


@pytest.mark.enable_socket
def test_mail_goes_encrypted_and_with_a_password(inbox: Inbox, certificate: tuple[Path, Path]) -> None:
    mine = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    mine.load_cert_chain(*certificate)
    controller = Controller(
        inbox,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=mine,
        require_starttls=True,
        authenticator=log_in,
        auth_required=True,
    )
    controller.start()
    try:
        trusting = ssl.create_default_context(cafile=certificate[0])
        address = f"localhost:{controller.port}"
        mailer(f"smtp+starttls://user:p%40ss%2Fword@{address}", trusting).send(queued())
        assert len(inbox.letters) == 1
        with pytest.raises(NoticeError, match="535"):
            mailer(f"smtp+starttls://user:wrong@{address}", trusting).send(queued())
        with pytest.raises(NoticeError, match="CERTIFICATE_VERIFY_FAILED"):
            mailer(f"smtp+starttls://user:p%40ss%2Fword@{address}").send(queued())
    finally:
        controller.stop()


def test_a_line_break_in_a_header_is_refused() -> None:
    with pytest.raises(NoticeError, match="no mail that can be sent"):
        mailer("smtp://127.0.0.1").send(queued(recipient="a@example.org\nBcc: all@example.org"))


def test_nobody_named_is_a_failure_that_is_seen() -> None:
    with pytest.raises(NoticeError, match=r"notices\.toml"):
        mailer("smtp://127.0.0.1").send(queued(recipient=""))


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://mail.example.com/?from=a@b.c", "names no mail server"),
        ("smtp:///?from=a@b.c", "names no mail server"),
        ("smtp://mail.example.com", "names no sender"),
        ("smtp://mail.example.com/?from=me", "names no sender"),
        ("smtp://user:secret@mail.example.com/?from=a@b.c", "in clear"),
        ("smtp://mail.example.com:port/?from=a@b.c", "no address"),
    ],
)
def test_a_wrong_address_is_refused_without_showing_its_password(url: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as e:
        read_smtp_url(url, tls=ssl.create_default_context())
    assert "secret" not in str(e.value)


def test_the_password_is_in_no_log() -> None:
    shown = repr(mailer("smtps://user:secret@mail.example.com"))
    assert "secret" not in shown
    assert "465" in shown
