"""Durations of tokens become times of letters and words."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from pipelines.errors import ScriptRefusedError
from pipelines.voice.coqui.letters import read_letters, timed
from pipelines.voice.coqui.lines import Line, lines


@dataclass
class Characters:
    letters: str = "_ .,abcdefghijklmnopqrstuvwxyzäöü#"
    blank_id: int = 33
    bos_id: None = None
    eos_id: None = None

    def id_to_char(self, id_: int) -> str:
        return self.letters[id_]


@dataclass
class Tokenizer:
    """As Coqui's: small letters, a blank around each, ``swaps`` for a phonemizer that joins words."""

    characters: Characters = field(default_factory=Characters)
    not_found_characters: list[str] = field(default_factory=list)
    swaps: dict[str, str] = field(default_factory=dict)

    def text_to_ids(self, text: str, *, language: str | None) -> list[int]:
        text = text.lower()
        for old, new in self.swaps.items():
            text = text.replace(old, new)
        ids = []
        for letter in text:
            at = self.characters.letters.find(letter)
            if at < 0:
                self.not_found_characters.append(letter)
            else:
                ids += [self.characters.blank_id, at]
        return [*ids, self.characters.blank_id]


def one(text: str) -> Line:
    (line,) = lines(text, language="de", pronunciations={}, characters_max=200)
    return line


def times(text: str, tokenizer: Tokenizer, durations: list[float] | None = None) -> dict[str, tuple[float, float]]:
    letters = read_letters(tokenizer, one(text), language=None)
    tokens = len(tokenizer.text_to_ids(one(text).text, language=None))
    symbols = timed(letters, np.asarray(durations or [1.0] * tokens, dtype=np.float32), duration_s=2.0)
    found: dict[str, tuple[float, float]] = {}
    for symbol in symbols:
        if symbol.span is not None:
            word = text[symbol.span.begin : symbol.span.end]
            begin, _ = found.get(word, (symbol.start_s, 0.0))
            found[word] = (begin, symbol.end_s)
    return found


def test_a_letter_lasts_as_long_as_its_token_and_half_of_the_blanks_around() -> None:
    letters = read_letters(Tokenizer(), one("ab."), language=None)
    symbols = timed(letters, np.asarray([0, 4, 2, 1, 0, 1, 0], dtype=np.float32), duration_s=0.8)
    assert [(s.symbol, round(s.start_s, 3), round(s.end_s, 3)) for s in symbols] == [
        ("a", 0.0, 0.5), ("b", 0.5, 0.7), (".", 0.7, 0.8),
    ]  # fmt: skip


def test_words_are_told_apart_at_spaces() -> None:
    found = times("gut so.", Tokenizer())
    assert list(found) == ["gut", "so"]
    assert found["gut"][1] <= found["so"][0]


def test_a_word_in_two_parts_keeps_both() -> None:
    assert list(times("gut, so.", Tokenizer())) == ["gut", "so"]


def test_words_that_a_phonemizer_runs_together_are_laid_over_by_least_edits() -> None:
    found = times("in dem haus.", Tokenizer(swaps={"in dem": "indem"}))
    assert list(found) == ["in", "dem", "haus"]
    assert found["in"][1] <= found["dem"][0] < found["dem"][1] <= found["haus"][0]


def test_a_letter_without_a_symbol_is_refused_and_a_mark_is_left_out() -> None:
    with pytest.raises(ScriptRefusedError, match="no sound for ñ"):
        read_letters(Tokenizer(), one("señor."), language=None)
    assert read_letters(Tokenizer(), one("ja; gut."), language=None).symbols == "ja gut."
