"""Hard cases per language: what is written, and the words that an announcer says (``hard_cases/<language>.toml``)."""

from __future__ import annotations

import difflib
import functools
import tomllib
import unicodedata
from pathlib import Path

import pytest

from pipelines.voice.front.spaced import SpacedFrontEnd
from pipelines.voice.phonemes.espeak import open_espeak
from pipelines.voice.reading.reader import ScriptReader
from pipelines.voice.reading.rules import load_rules
from pipelines.voice.script.pieces import Spoken
from pipelines.voice.script.sentences import sentences
from pipelines.voice.voices import LANGUAGES

FOLDER = Path(__file__).with_name("hard_cases")
DOCS = Path(__file__).parents[3] / "docs" / "languages.md"
HEADER = "| language | written | an announcer says | why we do not |"
ROWS_MIN = 25
KINDS = {"numbers", "money", "moments", "units", "contact", "names"}

TABLES = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))}
CASES = [
    pytest.param(language, written, spoken, id=f"{language}: {written}")
    for language, table in TABLES.items()
    for kind in sorted(KINDS & set(table))
    for written, spoken in table[kind].items()
]
KNOWN = [
    pytest.param(language, written, row["spoken"], id=f"{language}: {written}")
    for language, table in TABLES.items()
    for written, row in table.get("known", {}).items()
]


def words(text: str, *, spaced: bool) -> str:
    """Text without case, hyphens and marks; without spaces where words are not written apart."""
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" or c == "'" else " " for c in text.casefold())
    return (" " if spaced else "").join(kept.split())


@functools.cache
def reader(language: str) -> ScriptReader:
    return ScriptReader(load_rules(language), {})


def said(language: str, written: str) -> str:
    spoken = sentences(reader(language).read(written))
    heard = [item.text for sentence in spoken for item in sentence.items if isinstance(item, Spoken)]
    return words(" ".join(heard), spaced=load_rules(language).spaced)


def symbols(language: str, written: str) -> str:
    front = SpacedFrontEnd(language, locale=language, espeak=open_espeak())
    spoken = sentences(reader(language).read(written))
    return "".join(front.phonemes(sentence).symbols for sentence in spoken)


def test_every_language_has_hard_cases_of_every_kind() -> None:
    assert set(TABLES) == set(LANGUAGES)
    for language, table in TABLES.items():
        assert set(table) - {"known"} == KINDS, language
        assert sum(len(table[kind]) for kind in KINDS) >= ROWS_MIN, language


@pytest.mark.parametrize(("language", "written", "spoken"), CASES)
def test_a_hard_case_is_said_as_an_announcer_says_it(language: str, written: str, spoken: str) -> None:
    assert said(language, written) == words(spoken, spaced=load_rules(language).spaced)


@pytest.mark.parametrize(("language", "written", "spoken"), KNOWN)
def test_a_known_fault_is_still_one(language: str, written: str, spoken: str) -> None:
    """When this fails, the reader has learned it: move the row out of ``[known]`` and out of docs/languages.md."""
    assert said(language, written) != words(spoken, spaced=load_rules(language).spaced)


def test_every_known_fault_stands_in_the_docs() -> None:
    table = DOCS.read_text(encoding="utf-8").partition("## Known to be read wrong")[2]
    rows = {
        f"| {language} | {written} | {row['spoken']} | {row['why']} |"
        for language, found in TABLES.items()
        for written, row in found.get("known", {}).items()
    }
    assert rows == {line for line in table.splitlines() if line.startswith("| ")} - {HEADER}


def test_every_known_fault_says_why() -> None:
    rows = [row for table in TABLES.values() for row in table.get("known", {}).values()]
    assert rows
    assert all(row["why"].strip() for row in rows)


@pytest.mark.parametrize(
    ("language", "written"), [("en-US", "BUY NOW"), ("fr", "SOLDES"), ("de", "NUR HEUTE"), ("it", "SALDI")]
)
def test_capitals_are_words_to_espeak(language: str, written: str) -> None:
    assert symbols(language, written) == symbols(language, written.lower())


def test_hindi_digits_sound_like_their_own_words() -> None:
    spelled = {"125": "एक सौ पच्चीस", "99": "निन्यानवे", "500000": "पाँच लाख", "1250": "एक हज़ार दो सौ पचास"}

    def nearest(digits: str) -> str:
        heard = symbols("hi", digits)
        return max(spelled, key=lambda d: difflib.SequenceMatcher(None, heard, symbols("hi", spelled[d])).ratio())

    assert [nearest(digits) for digits in spelled] == list(spelled)
