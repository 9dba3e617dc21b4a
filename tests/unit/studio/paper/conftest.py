"""Fonts and facts for documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.assets import ASSETS
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore
from studio.paper.letterhead import FontFile, Letterhead
from studio.paper.receipt import ReceiptFacts
from studio.paper.words import paper_words

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def fonts(weights_home: Path) -> FontFile:
    return WeightsStore(weights_home, load_cards(ASSETS / "weights.toml")).path


@pytest.fixture
def make_page(fonts: FontFile) -> Iterator[Callable[[str], Letterhead]]:
    made: list[Letterhead] = []

    def make(language: str) -> Letterhead:
        made.append(Letterhead(fonts, paper_words(language), title="T", foot="F", at=AT))
        return made[-1]

    yield make
    for page in made:
        page.close_fonts()


@pytest.fixture
def facts() -> ReceiptFacts:
    return ReceiptFacts(
        language="en",
        title="Your receipt",
        standing="Your permission is active",
        sentences=[("Who asks", "Example GmbH asks Zoë Śliwa (山田) for permission."), ("What for", "Coffee ads.")],
        proofs={"record": "ab" * 32, "Something else": "x"},
        verify_url="https://studio.example/verify",
        foot="Sayso",
        issued_at=AT,
    )


@pytest.fixture
def with_facts(facts: ReceiptFacts) -> Callable[..., ReceiptFacts]:
    return lambda **changes: replace(facts, **changes)
