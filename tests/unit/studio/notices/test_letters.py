"""Mails to the subject say the same in every language, and say it whole."""

from __future__ import annotations

from pathlib import Path
from string import Formatter

import pytest

from pipelines.assets import ASSETS
from studio.errors import UsageError
from studio.notices.addresses import read_addresses
from studio.notices.letters import Facts, Wording, load_letters
from tests.unit.studio.consents.test_ending import RECORD

LETTERS = load_letters(ASSETS / "notices")
FACTS = Facts(date="2026-11-22", take_down_by="2026-11-29", kept_until="2026-12-22", below="{}")


def placeholders(wording: Wording) -> dict[str, set[str]]:
    flat = {
        f"{name}.{part}" if part else name: text
        for name, value in wording.model_dump().items()
        for part, text in (value.items() if isinstance(value, dict) else {"": value}.items())
    }
    return {name: {field for _, field, _, _ in Formatter().parse(text) if field} for name, text in flat.items()}


def test_nine_languages_are_there() -> None:
    assert set(LETTERS.languages) == {"en", "fr", "it", "es", "de", "pt-BR", "ja", "zh", "hi"}


@pytest.mark.parametrize("language", LETTERS.languages)
def test_each_language_says_the_same(language: str) -> None:
    assert placeholders(LETTERS.languages[language]) == placeholders(LETTERS.languages["en"])


@pytest.mark.parametrize("language", LETTERS.languages)
def test_each_letter_can_be_written(language: str) -> None:
    subject = RECORD.subject.model_copy(update={"language": language, "name": "{A} B"})
    record = RECORD.model_copy(update={"subject": subject})
    for occasion in ("withdrawn", "restricted", "expiring", "destroyed"):
        letter = LETTERS.write(occasion, record, facts=FACTS, sentences=("take_down", "kept", "certificate"))
        assert "2026-11-22" in letter.body
        assert "{A} B" in letter.body, "a brace in a name is a brace"
        assert letter.body.endswith("\n-- \n{}\n")
        assert "\n" not in letter.subject


@pytest.mark.parametrize(
    ("asked", "given"), [("fr", "fr"), ("fr-CA", "fr"), ("pt", "pt-BR"), ("zh-Hant", "zh"), ("nl", "en")]
)
def test_the_nearest_language_is_taken(asked: str, given: str) -> None:
    assert LETTERS.of(asked) is LETTERS.languages[given]


def test_without_addresses_everything_goes_to_the_controllers_contact(tmp_path: Path) -> None:
    addresses = read_addresses(tmp_path / "notices.toml")
    assert addresses.of_legal(RECORD) == addresses.of_channel("web", RECORD) == ("c@example.com",)
    assert addresses.of_subject(RECORD) == ("a@example.org",)


def test_named_addresses_are_used(tmp_path: Path) -> None:
    path = tmp_path / "notices.toml"
    path.write_text('legal = ["l@example.com"]\n[channels]\nWeb = ["w@example.com"]\n')
    addresses = read_addresses(path)
    assert addresses.of_channel("web", RECORD) == ("w@example.com",)
    assert addresses.of_channel("radio", RECORD) == ("l@example.com",)


@pytest.mark.parametrize("text", ["legal = 'l@example.com'", "legal = ['nobody']", "lawyers = []", "= ="])
def test_wrong_addresses_are_said_with_their_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "notices.toml").write_text(text)
    with pytest.raises(UsageError, match=r"notices\.toml"):
        read_addresses(tmp_path / "notices.toml")
