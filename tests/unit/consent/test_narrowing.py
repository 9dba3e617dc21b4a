"""A narrowing never widens: whatever a narrower record allows, the wider one allowed too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.errors import ConsentStateError
from consent.narrowing import differences, narrow, widened
from consent.record import ConsentRecord, Scope
from tests.unit.consent.conftest import World, a_record

OLD = "ab" * 32
NARROWER: dict[str, dict[str, Any]] = {
    "one language fewer": {"languages": ["fr"]},
    "one country of a language": {"languages": ["fr-FR", "en"]},
    "a state of a country": {"territories": ["FR", "US-NY"]},
    "voice alone": {"modalities": ["voice"]},
    "shorter": {"valid_until": "2027-01-01"},
    "fewer takes": {"max_takes": 1},
    "every script approved": {"script_approval": "per_script"},
    "one topic more": {"prohibited_topics": ["health", "politics", "religion"]},
    "a word of my own": {"prohibited_words": ["cheap"]},
    "no paid media": {"paid_media": False},
    "no pictures": {"assets": []},
}
WIDER: dict[str, dict[str, Any]] = {
    "a language": {"languages": ["de", "en", "fr"]},
    "a region of nothing": {"territories": ["DE"]},
    "the union for a member": {"territories": ["EU", "US"]},
    "the world": {"territories": ["WORLD"]},
    "longer": {"valid_until": "2028-01-01"},
    "earlier": {"valid_from": "2026-10-01"},
    "more takes": {"max_takes": 3},
    "a topic fewer": {"prohibited_topics": ["politics"]},
    "another brand": {"brands": ["Other"]},
    "an alteration": {"alterations": {"age": True}},
    "the company approves scripts": {"script_approver": "controller"},
    "another picture": {
        "assets": [{"name": "q.png", "sha256": "11" * 32, "media_type": "image/png", "depiction": "photograph"}]
    },
}


@pytest.mark.parametrize("changes", NARROWER.values(), ids=NARROWER.keys())
def test_less_is_taken_as_a_new_version(changes: dict[str, Any]) -> None:
    old = a_record()
    new = narrow(old, changes, supersedes=OLD)
    assert widened(new.scope, old.scope) == ()
    assert widened(old.scope, new.scope)
    assert new.supersedes == OLD
    assert new.subject == old.subject
    assert {one.direction for one in differences(old, new)} == {"narrower"}
    assert {one.direction for one in differences(new, old)} == {"wider"}


@pytest.mark.parametrize("changes", WIDER.values(), ids=WIDER.keys())
def test_more_is_refused_and_named(changes: dict[str, Any]) -> None:
    with pytest.raises(ConsentStateError, match=f"{next(iter(changes))} would allow more"):
        narrow(a_record(), changes, supersedes=OLD)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, "nothing is narrower"),
        ({"languages": ["en", "fr"]}, "nothing is narrower"),
        ({"description": "other words"}, "cannot be narrowed"),
        ({"languages": []}, "scope.languages"),
        ({"languages": ["french"]}, "language tag"),
        ({"valid_until": "tomorrow"}, "scope.valid_until"),
        ({"max_takes": 0}, "scope.max_takes"),
        ({"valid_until": "2026-11-01"}, "needed is a later day"),
    ],
)
def test_what_is_no_narrowing_is_refused_with_a_reason(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ConsentStateError, match=why):
        narrow(a_record(), changes, supersedes=OLD)


def test_per_script_cannot_be_given_up() -> None:
    with pytest.raises(ConsentStateError, match="script_approval would allow more"):
        narrow(a_record(scope__script_approval="per_script"), {"script_approval": "none"}, supersedes=OLD)


def test_the_company_may_hand_scripts_to_the_subject() -> None:
    old = a_record(scope__script_approval="per_script", scope__script_approver="controller")
    assert narrow(old, {"script_approver": "subject"}, supersedes=OLD).scope.script_approver == "subject"


def test_differences_name_what_only_one_version_has() -> None:
    old, new = a_record(), a_record(reference="PO-7", money={"currency": "EUR", "fee_minor_units": 100})
    found = {one.path: (one.old, one.new, one.direction) for one in differences(old, new)}
    assert found["reference"] == (None, "PO-7", "other")
    assert found["money.fee_minor_units"] == (None, 100, "other")
    assert differences(old, old) == ()


def test_a_change_that_is_neither_is_called_other() -> None:
    old, new = a_record(), a_record(scope__description="Other words")
    assert [one.direction for one in differences(old, new)] == ["other"]


LANGUAGES = st.lists(st.sampled_from(["en", "en-US", "fr", "fr-FR", "pt-BR"]), min_size=1, unique=True)
PLACES = st.lists(st.sampled_from(["WORLD", "EU", "FR", "DE", "US", "US-NY", "JP"]), min_size=1, unique=True)


@st.composite
def scopes(draw: st.DrawFn) -> dict[str, Any]:
    """Scope fields over small alphabets, so that one often lies within another."""
    start = date(2026, 11, 1) + timedelta(days=draw(st.integers(0, 2)) * 10)
    return {
        "scope__modalities": tuple(draw(st.sampled_from([("face", "voice"), ("voice",)]))),
        "scope__languages": tuple(draw(LANGUAGES)),
        "scope__territories": tuple(draw(PLACES)),
        "scope__channels": tuple(draw(st.sampled_from([("web",), ("web", "youtube")]))),
        "scope__valid_from": start.isoformat(),
        "scope__valid_until": (start + timedelta(days=draw(st.sampled_from([20, 60])))).isoformat(),
        "scope__max_takes": draw(st.integers(1, 2)),
        "scope__script_approval": draw(st.sampled_from(["none", "per_script"])),
        "scope__prohibited_topics": tuple(draw(st.sampled_from([(), ("politics",)]))),
        "scope__prohibited_words": tuple(draw(st.sampled_from([(), ("secondes",)]))),
    }


@given(
    scopes(),
    scopes(),
    st.sampled_from(["en", "en-US", "fr", "fr-FR", "pt-BR", "pt"]),
    st.sampled_from(["FR", "DE", "EU", "US", "US-NY", "JP", "generic"]),
    st.sampled_from(["1080x1080", "wav"]),
    st.sampled_from(["web", "youtube", "WEB"]),
)
def test_what_a_narrower_record_grants_the_wider_one_grants(
    one: dict[str, Any], other: dict[str, Any], locale: str, market: str, form: str, channel: str
) -> None:
    inner, outer = World(record=a_record(**one)), World(record=a_record(**other))
    if widened(inner.record.scope, outer.record.scope):
        return
    request = {"locale": locale, "market": market, "format": form, "channel": channel, "modalities": frozenset()}
    if inner.under_contract().is_granted(**request):
        assert outer.under_contract().is_granted(**request)


@given(scopes(), scopes(), scopes())
def test_within_is_an_order(one: dict[str, Any], two: dict[str, Any], three: dict[str, Any]) -> None:
    a, b, c = (scope_of(terms) for terms in (one, two, three))
    assert widened(a, a) == ()
    if not widened(a, b) and not widened(b, c):
        assert widened(a, c) == ()


def scope_of(terms: dict[str, Any], make: Callable[..., ConsentRecord] = a_record) -> Scope:
    return make(**terms).scope
