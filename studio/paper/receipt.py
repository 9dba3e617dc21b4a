"""The subject's receipt: what was agreed, in the words that were shown, with everything by which it can be checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio.paper.letterhead import FontFile, Letterhead


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFacts:
    """What stands on a receipt. ``words`` are the page's texts in the subject's language."""

    language: str
    title: str
    standing: str  # in a sentence: active, with legal ...
    sentences: Sequence[tuple[str, str]]  # heading, text
    proofs: Mapping[str, str]  # ids, hashes, signatures: name -> value
    verify_url: str
    foot: str


def receipt_pdf(facts: ReceiptFacts, *, fonts: FontFile) -> bytes:
    """Return the receipt as a PDF file; raises ``WeightsError`` where a font is missing."""
    page = Letterhead(fonts, language=facts.language, title=facts.title, foot=facts.foot)
    page.write_text(facts.standing, size=12, after=4)
    for heading, text in facts.sentences:
        page.write_pair(heading, text)
    for name, value in facts.proofs.items():
        page.write_pair(name, value)
    page.write_code(facts.verify_url)
    return page.to_bytes()
