"""The fast writer and RFC 8785 agree on everything that is stored."""

from __future__ import annotations

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from consent.canonical import canonical
from consent.evidence import CheckOutcome
from tests.unit.consent.conftest import World, a_record

NAMES = st.text(alphabet="abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
)


@given(VALUES)
def test_what_is_stored_has_the_form_of_rfc_8785(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(st.floats(-1e6, 1e6))
def test_figures_have_the_form_of_rfc_8785(figure: float) -> None:
    outcome = CheckOutcome(name="one_face", outcome="passed", score=figure, threshold=0, source="a test", reason="so")
    stored = outcome.model_dump(mode="json")
    assert canonical(stored) == rfc8785.dumps(stored)
    assert CheckOutcome.model_validate_json(canonical(stored), strict=True) == outcome
    assert canonical(json.loads(canonical(stored))) == canonical(stored)  # as anyone checks it, without our models


def test_an_envelope_has_the_form_of_rfc_8785() -> None:
    world = World(record=a_record(deal="paid_talent", scope__prohibited_topics=()))
    world.between_people().approve("legal@example.com", "head@example.com").take_back(languages=("en",))
    stored = world.envelope.model_dump(mode="json")
    assert world.envelope.to_json().encode() == rfc8785.dumps(stored)
    record = world.record.model_dump(mode="json", by_alias=True, exclude_none=True)
    assert world.envelope.record_bytes == rfc8785.dumps(record)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800"])
def test_what_no_json_can_say_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        canonical({"a": value})
