"""The certificate of destruction, for people: what its signed JSON says, in the subject's language.

The JSON is the certificate; the page names its hash and its key, so that the two can be held together.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from studio.paper.letterhead import MUTED, FontFile, Letterhead
from studio.paper.words import PaperWords, paper_words


class DestroyedLine(Protocol):
    """One file, or a number of others of one kind. A file of the vault has its hash."""

    @property
    def what(self) -> str:
        """Machine word for the kind."""
        ...

    @property
    def count(self) -> int:
        """How many."""
        ...

    @property
    def sha256(self) -> str | None:
        """Hash of the file, where it is one."""
        ...

    @property
    def kept_since(self) -> datetime | None:
        """When it came."""
        ...

    @property
    def destroyed_at(self) -> datetime:
        """When it went."""
        ...


class KeptLine(Protocol):
    """What is not destroyed yet."""

    @property
    def what(self) -> str:
        """Machine word for the kind."""
        ...

    @property
    def count(self) -> int:
        """How many."""
        ...

    @property
    def until(self) -> datetime:
        """When it goes."""
        ...


class Signed(Protocol):
    """The signature of the company."""

    @property
    def key_id(self) -> str:
        """Name of the key."""
        ...


class Certificate(Protocol):
    """What ``studio.consents.destruction.DestructionCertificate`` is, as far as it is written down."""

    @property
    def record(self) -> str:
        """The record's public hash."""
        ...

    @property
    def number(self) -> int:
        """Of this record's certificates."""
        ...

    @property
    def controller(self) -> str:
        """The company."""
        ...

    @property
    def cause(self) -> str:
        """The occasion: withdrawn, declined or retention."""
        ...

    @property
    def laws(self) -> Sequence[str]:
        """By which it was done."""
        ...

    @property
    def destroyed(self) -> Sequence[DestroyedLine]:
        """What went."""
        ...

    @property
    def kept(self) -> Sequence[KeptLine]:
        """What is left."""
        ...

    @property
    def issued_at(self) -> datetime:
        """When it was signed."""
        ...

    @property
    def signature(self) -> Signed | None:
        """The company's signature."""
        ...

    @property
    def sha256(self) -> str:
        """Hash of the signed JSON."""
        ...


def destruction_pdf(certificate: Certificate, *, language: str, fonts: FontFile) -> bytes:
    """Return the certificate as a PDF file in the language nearest to this one.

    Raises:
        WeightsError: a font is missing.
        ValueError: the certificate is not signed; a page about it would prove nothing.
    """
    if certificate.signature is None:
        raise ValueError(f"certificate {certificate.number} of {certificate.record} is not signed; sign it first")
    words = paper_words(language)
    told = words.destruction
    day = certificate.issued_at.date().isoformat()
    page = Letterhead(fonts, words, title=told["title"], foot=f"Sayso   {day}", at=certificate.issued_at)
    page.write_text(told["intro"].format(controller=certificate.controller), size=12)
    page.write_text(told[f"cause_{certificate.cause}"], size=12, after=4)
    _write_destroyed(page, certificate, words)
    _write_kept(page, certificate, words)
    page.ln(4)
    page.write_pair(told["laws"], "\n".join(certificate.laws))
    page.write_pair(told["number"], str(certificate.number))
    page.write_pair(told["issued"], _moment(certificate.issued_at))
    page.write_pair(told["record"], certificate.record, size=8.5)
    page.write_pair(told["signature"], certificate.signature.key_id, size=8.5)
    page.write_pair(told["certificate"], certificate.sha256, size=8.5)
    page.ln(2)
    page.write_text(told["reading"], size=9.5, colour=MUTED)
    return page.to_bytes()


def _write_destroyed(page: Letterhead, certificate: Certificate, words: PaperWords) -> None:
    told = words.destruction
    page.write_heading(told["destroyed"])
    if not certificate.destroyed:
        page.write_text(told["nothing"])
        return
    for line in certificate.destroyed:
        when = [told["on"].format(date=_moment(line.destroyed_at))]
        if line.kept_since is not None:
            when.insert(0, told["since"].format(date=_moment(line.kept_since)))
        hashed = [] if line.sha256 is None else [f"SHA-256 {line.sha256}"]
        page.write_pair(_named(line.what, line.count, words), "\n".join(["   ·   ".join(when), *hashed]), size=7.8)
    page.ln(2)
    if any(line.sha256 is not None for line in certificate.destroyed):
        page.write_text(told["how_vault"])
    if any(line.sha256 is None for line in certificate.destroyed):
        page.write_text(told["how_copies"])


def _write_kept(page: Letterhead, certificate: Certificate, words: PaperWords) -> None:
    if not certificate.kept:
        return
    told = words.destruction
    page.write_heading(told["kept_title"])
    for line in certificate.kept:
        until = told["kept_until"].format(date=line.until.date().isoformat())
        page.write_pair(_named(line.what, line.count, words), until)
    page.ln(2)
    page.write_text(told["kept_why"])


def _named(what: str, count: int, words: PaperWords) -> str:
    name = words.what.get(what, what)
    return name if count == 1 else f"{name} × {count}"


def _moment(at: datetime) -> str:
    """Read the same everywhere; times are in UTC."""
    return at.strftime("%Y-%m-%d %H:%M UTC")
