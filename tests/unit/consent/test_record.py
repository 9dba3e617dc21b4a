"""Records: one form in bytes, one id, and nothing in them that is unknown or unbounded."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from consent.errors import RecordInvalidError
from consent.grant import RecordId
from consent.record import ConsentRecord, canonical_bytes, parse_record, public_hash, record_id

DATA = Path(__file__).parent / "data"
MakeRecord = Callable[..., ConsentRecord]


def test_oldest_record_is_read_and_keeps_its_id() -> None:
    """data/record-v1.json was written by `canonical_bytes` of the first version; it must never change."""
    stored = (DATA / "record-v1.json").read_bytes()
    assert canonical_bytes(parse_record(stored)) == stored
    assert record_id(stored) == (DATA / "record-v1.id").read_text(encoding="ascii").strip()


def test_record_is_read_back_from_its_bytes(make_record: MakeRecord) -> None:
    record = make_record(
        notice={
            "uri": "https://example.com/notice",
            "version": "3",
            "sha256": "ab" * 32,
            "language": "fr",
            "given_on": "2026-10-30",
        },
        money={"currency": "EUR", "fee_minor_units": 400000, "terms": "once"},
        guardian={"name": "G", "contact": "g@example.org"},
        representation={"union": "SAG-AFTRA"},
        recipients=({"name": "Agency", "role": "agency"},),
        supersedes="cd" * 32,
    )
    assert parse_record(canonical_bytes(record)) == record


def test_order_of_lists_does_not_change_the_id(make_record: MakeRecord) -> None:
    one, other = (
        make_record(scope__languages=("fr", "en", "pt-BR")),
        make_record(scope__languages=("pt-BR", "en", "fr")),
    )
    assert canonical_bytes(one) == canonical_bytes(other)


def test_unset_fields_are_not_in_the_bytes(make_record: MakeRecord) -> None:
    assert b"null" not in canonical_bytes(make_record())


@given(st.data())
def test_any_changed_term_changes_the_id(data: st.DataObject) -> None:
    stored = json.loads((DATA / "record-v1.json").read_bytes())
    scope = stored["scope"]
    key = data.draw(st.sampled_from(["description", "max_takes", "brands", "valid_until"]))
    scope[key] = {
        "description": data.draw(
            st.text(min_size=1).filter(lambda text: text.strip() and text != scope["description"])
        ),
        "max_takes": data.draw(st.integers(min_value=21, max_value=10**6)),
        "brands": ["Another"],
        "valid_until": "2027-10-31",
    }[key]
    if not rfc8785_can(stored):
        return  # lone surrogates have no bytes at all
    changed = ConsentRecord.model_validate_json(rfc8785.dumps(stored), strict=True)
    assert record_id(canonical_bytes(changed)) != (DATA / "record-v1.id").read_text(encoding="ascii").strip()


def rfc8785_can(value: Any) -> bool:
    try:
        rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        return False
    return True


NOT_RECORDS = {
    "empty": b"",
    "not json": b"{",
    "a list": b"[]",
    "spaces": lambda stored: stored.replace(b":", b": ", 1),
    "line break": lambda stored: stored + b"\n",
    "key twice": lambda stored: stored.replace(b'"class":', b'"class":"replica","class":', 1),
    "unknown key": lambda stored: stored.replace(b'"class":', b'"clazz":1,"class":', 1),
    "later version": lambda stored: stored.replace(b'"spec_version":1', b'"spec_version":2'),
    "number as text": lambda stored: stored.replace(b'"max_takes":20', b'"max_takes":"20"'),
    "no disclosure": lambda stored: stored.replace(b'"disclosure":"always"', b'"disclosure":"never"'),
    "real time": lambda stored: stored.replace(b'"real_time":false', b'"real_time":true'),
    "training": lambda stored: stored.replace(b'"model_training":false', b'"model_training":true'),
    "empty languages": lambda stored: stored.replace(b'"languages":["en","fr"]', b'"languages":[]'),
    "unsorted languages": lambda stored: stored.replace(b'"languages":["en","fr"]', b'"languages":["fr","en"]'),
}


@pytest.mark.parametrize("change", NOT_RECORDS.values(), ids=NOT_RECORDS.keys())
def test_other_bytes_are_no_record(change: Any) -> None:
    stored = (DATA / "record-v1.json").read_bytes()
    changed = change if isinstance(change, bytes) else change(stored)
    assert changed != stored
    with pytest.raises(RecordInvalidError):
        parse_record(changed)


def test_error_does_not_show_the_personal_data(make_record: MakeRecord) -> None:
    stored = canonical_bytes(make_record()).replace(b'"birth_year":1990', b'"birth_year":"Secret"')
    with pytest.raises(RecordInvalidError) as error:
        parse_record(stored)
    assert "Secret" not in str(error.value)
    assert "subject.birth_year" in str(error.value)


BAD_TERMS: dict[str, dict[str, Any]] = {
    "longer than ten years": {"scope__valid_until": "2036-11-02"},
    "ends before it begins": {"scope__valid_until": "2026-10-31"},
    "ends as it begins": {"scope__valid_until": "2026-11-01"},
    "begins on no day": {"scope__valid_from": "soon"},
    "no takes": {"scope__max_takes": 0},
    "no channels": {"scope__channels": ()},
    "brand twice": {"scope__brands": ("Example", "EXAMPLE")},
    "brand with spaces around": {"scope__brands": (" Example",)},
    "brand on two lines": {"scope__brands": ("Exa\nmple",)},
    "blank description": {"scope__description": "  "},
    "unknown place": {"scope__territories": ("Atlantis",)},
    "UK": {"scope__territories": ("UK",)},
    "every language": {"scope__languages": ("*",)},
    "born in another year": {"subject__birth_date": "1991-01-01"},
    "born in no year": {"subject__birth_year": 99, "subject__birth_date": "1991-01-01"},
    "templates for ever": {"retention__template_days": 2000},
    "assets in another order": {
        "scope__assets": tuple(
            {"name": "a", "sha256": digit * 64, "media_type": "image/png", "depiction": "unknown"} for digit in "21"
        )
    },
}


@pytest.mark.parametrize("terms", BAD_TERMS.values(), ids=BAD_TERMS.keys())
def test_bad_terms_make_no_record(terms: dict[str, Any], make_record: MakeRecord) -> None:
    with pytest.raises(ValidationError):
        make_record(**terms)


def test_ten_years_to_the_day_are_allowed(make_record: MakeRecord) -> None:
    make_record(scope__valid_until="2036-11-01")
    make_record(scope__valid_from="2028-02-29", scope__valid_until="2038-02-28")


def test_record_is_immutable(make_record: MakeRecord) -> None:
    with pytest.raises(ValidationError):
        make_record().scope.max_takes = 1000


def test_public_hash_needs_its_salt() -> None:
    identity = RecordId("ab" * 32)
    assert public_hash(identity, bytes(32)) != public_hash(identity, b"\1" * 32)
    assert public_hash(identity, bytes(32)) != identity
    for salt in (b"", bytes(31), bytes(33)):
        with pytest.raises(ValueError, match="32 bytes"):
            public_hash(identity, salt)
