"""Receipts and certificates of destruction, in every language."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from consent.grant import Sha256Hex
from consent.keys import SigningKey
from pipelines.errors import WeightsError
from studio.consents.destruction import (
    CRYPTO_ERASURE,
    DELETION,
    CertificateShelf,
    Destroyed,
    DestructionCertificate,
    Kept,
)
from studio.paper.destruction import destruction_pdf
from studio.paper.letterhead import FontFile
from studio.paper.receipt import ReceiptFacts, receipt_pdf
from studio.paper.words import paper_words
from studio.wordings.texts import languages
from tests.unit.studio.paper.conftest import AT

RECORD = Sha256Hex("cd" * 32)


@pytest.fixture
def certificate(tmp_path: Path) -> DestructionCertificate:
    return CertificateShelf(tmp_path).issue(
        RECORD,
        controller="Example GmbH",
        cause="withdrawn",
        destroyed=[
            Destroyed(
                what="portrait",
                sha256="ab" * 32,
                size_bytes=3,
                kept_since=AT - timedelta(days=9),
                destroyed_at=AT,
                method=CRYPTO_ERASURE,
            ),
            Destroyed(what="take_in_the_making", count=3, destroyed_at=AT, method=DELETION),
        ],
        kept=[Kept(what="statement", count=1, until=AT + timedelta(days=30), reason="proof")],
        at=AT,
        key=SigningKey.generate(),
    )


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b(?!s)", pdf))


def read(pdf: bytes, tmp_path: Path) -> str:
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext is not on this machine")
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf)
    told = subprocess.run([tool, "-layout", path, "-"], check=True, capture_output=True, text=True)
    return re.sub(r"\s+", " ", told.stdout)


@pytest.mark.weights
@pytest.mark.parametrize("language", languages())
def test_a_receipt_is_written_in_every_language(
    fonts: FontFile, with_facts: Callable[..., ReceiptFacts], language: str
) -> None:
    pdf = receipt_pdf(with_facts(language=language, title=paper_words(language).receipt["check"]), fonts=fonts)
    assert pdf.startswith(b"%PDF-")
    assert (pages(pdf), f"/Lang ({language})".encode() in pdf) == (1, True)


@pytest.mark.weights
def test_the_same_receipt_is_the_same_file(fonts: FontFile, facts: ReceiptFacts) -> None:
    assert receipt_pdf(facts, fonts=fonts) == receipt_pdf(facts, fonts=fonts)


@pytest.mark.weights
def test_a_receipt_tells_what_was_agreed_and_how_to_check_it(
    fonts: FontFile, facts: ReceiptFacts, tmp_path: Path
) -> None:
    told = read(receipt_pdf(facts, fonts=fonts), tmp_path)
    for text in ("Your receipt", "Zoë Śliwa (山田)", "The permission (SHA-256)", "ab" * 32, "Something else", "1 / 1"):
        assert text in told, text
    assert "https://studio.example/verify" in told


@pytest.mark.weights
@pytest.mark.parametrize("language", languages())
def test_a_certificate_is_written_in_every_language(
    fonts: FontFile, certificate: DestructionCertificate, language: str
) -> None:
    pdf = destruction_pdf(certificate, language=language, fonts=fonts)
    assert (pages(pdf), f"/Lang ({language})".encode() in pdf) == (1, True)


@pytest.mark.weights
def test_a_certificate_tells_what_went_what_stays_and_how_to_hold_it_to_the_signed_one(
    fonts: FontFile, certificate: DestructionCertificate, tmp_path: Path
) -> None:
    assert certificate.signature is not None
    told = read(destruction_pdf(certificate, language="en", fonts=fonts), tmp_path)
    for text in (
        "Example GmbH certifies",
        "the permission was withdrawn",
        "Picture",
        "kept since 2026-11-13 12:00 UTC",
        "ab" * 32,
        "Unfinished version × 3",
        "The key was deleted first",
        "working copies",
        "until 2026-12-22",
        "740 ILCS 14/15(a)",
        RECORD,
        certificate.sha256,
        certificate.signature.key_id,
    ):
        assert text in told, text


@pytest.mark.weights
def test_nothing_destroyed_is_said(fonts: FontFile, certificate: DestructionCertificate, tmp_path: Path) -> None:
    empty = certificate.model_copy(update={"destroyed": (), "kept": ()})
    told = read(destruction_pdf(empty, language="en", fonts=fonts), tmp_path)
    assert "Nothing was there to be destroyed." in told
    assert "Not destroyed yet" not in told


def test_a_certificate_without_a_signature_is_no_document(certificate: DestructionCertificate) -> None:
    bare = certificate.model_copy(update={"signature": None})
    with pytest.raises(ValueError, match="sign it first"):
        destruction_pdf(bare, language="en", fonts=lambda *_: Path())


def test_a_missing_font_is_said(facts: ReceiptFacts) -> None:
    def none(card: str, file: str) -> Path:
        raise WeightsError(f"{card} is not installed; run: sayso models pull")

    with pytest.raises(WeightsError, match="models pull"):
        receipt_pdf(facts, fonts=none)
