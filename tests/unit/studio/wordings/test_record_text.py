"""A record says the same in every language, all of it, and its hash changes with every word."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

import pytest

from consent.record import ConsentRecord
from studio.wordings.local import Local
from studio.wordings.record_text import RecordWordings
from studio.wordings.texts import FOLDER, languages, nearest, wording
from tests.unit.consent.conftest import a_record

ALL = languages()
NEEDED = ("en", "fr", "it", "es", "de", "pt-BR", "ja", "zh", "hi")
WORDS = RecordWordings()
# French and Spanish write these as English does.
ALIKE = {"record.contact.heading", "page.version", "words.topic_alcohol", "words.topic_religion"}


def local(language: str) -> Local:
    return Local(wording(language))


def flat(language: str) -> dict[str, str]:
    found: dict[str, str] = {}

    def walk(table: Mapping[str, Any], path: str) -> None:
        for key, value in table.items():
            if isinstance(value, str):
                found[f"{path}{key}"] = value
            else:
                walk(value, f"{path}{key}.")

    walk(tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8")), "")
    return found


def test_every_language_of_the_studio_is_there() -> None:
    assert set(NEEDED) <= set(ALL)
    assert ALL[0] == "en"


@pytest.mark.parametrize("language", ALL)
def test_every_language_has_the_same_texts_with_the_same_places(language: str) -> None:
    english, other = flat("en"), flat(language)
    assert other.keys() == english.keys()
    wrong = [key for key in english if places(english[key]) != places(other[key])]
    assert wrong == []
    if language != "en":
        bare = {key: re.sub(r"{\w+}", "", text) for key, text in english.items()}
        same = [key for key in english if english[key] == other[key] and re.search(r"[A-Za-z]{5}", bare[key])]
        assert set(same) <= ALIKE, "not translated"


def places(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


RECORDS: dict[str, ConsentRecord] = {
    "as little as possible": a_record(scope__assets=(), scope__prohibited_topics=()),
    "everything": a_record(
        scope__prohibited_words=("cheap",),
        scope__alterations={"clothing": True},
        scope__paid_media=False,
        scope__script_approval="per_script",
        scope__territories=("EU", "US-NY", "WORLD"),
        money={"currency": "JPY", "fee_minor_units": 250000, "terms": "Paid on release."},
        recipients=({"name": "Agency", "role": "agency"},),
        representation={"counsel": "Ms. Law", "union": "SAG-AFTRA"},
        guardian={"name": "Gina", "contact": "g@example.org"},
        biometric_checks="agreed",
        withdrawal={"channel": "privacy@example.com", "published": "keep"},
    ),
    "scripts by the company": a_record(scope__script_approval="per_script", scope__script_approver="controller"),
}


@pytest.mark.parametrize("language", ALL)
@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS.keys())
def test_a_record_is_said_in_full(record: ConsentRecord, language: str) -> None:
    shown = WORDS.show(record, language=language)
    text = "\n".join(one.text for one in shown.sentences)
    assert shown.language == language
    assert "{" not in text
    for said in (
        record.controller.name,
        record.scope.description,
        *record.scope.channels,
        *record.scope.brands,
        *record.scope.products,
        str(record.scope.max_takes),
        str(record.scope.valid_until.year),
        *(asset.name for asset in record.scope.assets),
        *(local(language).topic(one) for one in record.scope.prohibited_topics),
        *record.scope.prohibited_words,
        record.withdrawal.channel,
    ):
        assert said in text
    assert all(one.heading and one.text for one in shown.sentences)


def test_money_is_written_as_people_write_it() -> None:
    text = {one.key: one.text for one in WORDS.show(RECORDS["everything"], language="en").sentences}
    assert "¥250,000" in text["money"]
    assert "New" not in text["territories"]
    assert "United States (NY)" in text["territories"]


def test_the_hash_depends_on_terms_and_language_and_not_on_the_notice() -> None:
    record = a_record()
    shown = WORDS.show(record, language="fr")
    notice = {
        "uri": "urn:x",
        "version": "1",
        "sha256": shown.sha256,
        "language": "fr",
        "given_on": "2026-11-22",
    }
    assert WORDS.show(a_record(notice=notice), language="fr").sha256 == shown.sha256
    others = [WORDS.show(record, language="en"), WORDS.show(a_record(scope__max_takes=3), language="fr")]
    assert shown.sha256 not in {one.sha256 for one in others}


@pytest.mark.parametrize("language", ALL)
def test_the_statement_names_person_company_and_code(language: str) -> None:
    record = a_record(subject__spoken_name="Tess Subject")
    said = WORDS.statement_text(record, language=language, code="314159")
    assert (said.name, said.company, said.code) == ("Tess Subject", "Example GmbH", "314159")
    assert said.name in said.text
    assert said.company in said.text
    assert "3 1 4 1 5 9" in said.text[-20:], "the code comes last: its seconds are heard a second time"


@pytest.mark.parametrize(
    ("asked", "given"),
    [("fr-CA", "fr"), ("pt", "pt-BR"), ("PT-br", "pt-BR"), ("zh-Hant", "zh"), ("ko", "en"), ("", "en")],
)
def test_whoever_reads_another_language_gets_the_nearest(asked: str, given: str) -> None:
    assert nearest(asked) == given


def test_the_summary_is_one_sentence_of_the_page() -> None:
    assert "Example GmbH" in WORDS.summary(a_record(), language="de")
    assert wording("de").page["go_on"]
