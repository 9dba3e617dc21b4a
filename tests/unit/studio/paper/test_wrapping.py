"""Lines end where readers of Chinese and Japanese expect it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.paper.wrapping import pieces


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("顔、声です。", ["顔、", "声", "で", "す。"]),
        ("（両日を含む）。その", ["（両", "日", "を", "含", "む）。", "そ", "の"]),
        ("さっと", ["さっ", "と"]),
        ("Test Subjectさん", ["Test ", "Subject", "さ", "ん"]),
        ("您获得€1,500.00。", ["您", "获", "得", "€1,", "500.", "00。"]),
        ("a@b.example", ["a@b.", "example"]),
        ("", []),
    ],
)
def test_what_belongs_together_stays_together(text: str, cut: list[str]) -> None:
    assert list(pieces(text)) == cut


@given(st.text(alphabet=st.characters(exclude_characters="\n", exclude_categories=("Cs",))))
def test_nothing_is_lost_or_added(text: str) -> None:
    assert "".join(pieces(text)) == text
