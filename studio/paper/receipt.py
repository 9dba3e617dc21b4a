"""The subject's receipt: what was agreed, in the words that were shown, with everything by which it can be checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from studio.paper.letterhead import FontFile, Letterhead
from studio.paper.words import paper_words


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFacts:
    """What stands on a receipt.

    ``proofs`` go by the names of assets/paper (record, wording, signature, guardian, statement, ledger, checkpoint),
    which are told in the subject's language; another name stands as it is.
    """

    language: str
    title: str
    standing: str  # in a sentence: active, with legal ...
    sentences: Sequence[tuple[str, str]]  # heading, text
    proofs: Mapping[str, str]  # ids, hashes, signatures: name -> value
    verify_url: str
    foot: str
    issued_at: datetime


def receipt_pdf(facts: ReceiptFacts, *, fonts: FontFile) -> bytes:
    """Return the receipt as a PDF file; raises ``WeightsError`` where a font is missing."""
    words = paper_words(facts.language)
    page = Letterhead(fonts, words, title=facts.title, foot=facts.foot, at=facts.issued_at)
    page.write_text(facts.standing, size=12, after=4)
    for heading, text in facts.sentences:
        page.write_pair(heading, text)
    page.write_heading(words.receipt["check"])
    for name, value in facts.proofs.items():
        page.write_pair(words.receipt.get(name, name), value, size=8.5)
    page.write_code(facts.verify_url, told=words.receipt["scan"])
    return page.to_bytes()
