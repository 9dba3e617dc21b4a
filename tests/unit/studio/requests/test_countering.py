"""A counter-offer can only make a consent smaller, whatever a hostile browser sends."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.grant import RecordId
from consent.narrowing import widened
from consent.record import ConsentRecord
from studio.requests.answering import MESSAGE_MAX, VERSIONS_MAX
from studio.requests.countering import narrowed
from studio.requests.desk import ActRefusedError, Counter
from tests.fakes.request_home import RequestHome
from tests.fakes.studio import Tick, make_record

RECORD: ConsentRecord = make_record(Tick())
ID = RecordId("ab" * 32)


def refusal(**counter: Any) -> ActRefusedError:
    with pytest.raises(ActRefusedError) as refused:
        narrowed(RECORD, Counter(**counter), record_id=ID)
    return refused.value


@pytest.mark.parametrize(
    "counter",
    [
        {"modalities": ("voice",)},
        {"languages": ("fr-CA",)},
        {"territories": ("US-NY",)},
        {"channels": ("web",)},
        {"max_takes": 1},
        {"script_approval": "per_script"},
        {"more_prohibited_topics": ("politics",)},
        {"more_prohibited_words": ("best  ever", "cheap")},
        {"paid_media": False},
    ],
)
def test_each_field_can_be_narrowed(counter: dict[str, Any]) -> None:
    version = narrowed(RECORD, Counter(**counter), record_id=ID)
    assert widened(version.scope, RECORD.scope) == ()
    assert version.scope != RECORD.scope
    assert version.supersedes == ID


@pytest.mark.parametrize(
    ("counter", "key", "fields"),
    [
        ({}, "narrow_nothing", None),
        ({"languages": ("fr", "en")}, "narrow_nothing", None),
        ({"more_prohibited_words": ("  ",)}, "narrow_nothing", None),
        ({"territories": ("JP",)}, "narrow_wider", "territories"),
        ({"max_takes": 21}, "narrow_wider", "max_takes"),
        ({"channels": ("web", "tiktok")}, "narrow_wider", "channels"),
        ({"valid_until": "2099-01-01"}, "narrow_invalid", "valid_until"),
        ({"valid_until": "tomorrow"}, "narrow_invalid", "valid_until"),
        ({"max_takes": 0}, "narrow_invalid", "max_takes"),
        ({"channels": ()}, "narrow_invalid", "channels"),
        ({"languages": ("français",)}, "narrow_invalid", "languages"),
        ({"modalities": ("soul",)}, "narrow_invalid", "modalities"),
        ({"more_prohibited_words": ("a\nb",)}, "none", None),
    ],
)
def test_what_is_refused_names_its_fields(counter: dict[str, Any], key: str, fields: str | None) -> None:
    if key == "none":  # a line break is a space in what a person typed
        assert narrowed(RECORD, Counter(**counter), record_id=ID).scope.prohibited_words == ("a b",)
        return
    refused = refusal(**counter)
    assert refused.message_key == key
    assert refused.detail.get("fields") == fields


words = st.lists(
    st.sampled_from(["web", "youtube", "podcast", "tiktok", "", "en", "fr", "FR", "US", "EU", "face"])
).map(tuple)


@settings(max_examples=150, deadline=None)
@given(
    counter=st.builds(
        Counter,
        modalities=st.none() | words,
        languages=st.none() | words,
        territories=st.none() | words,
        channels=st.none() | words,
        valid_until=st.none() | st.dates().map(str) | st.text(max_size=12),
        max_takes=st.none() | st.integers(-5, 50),
        script_approval=st.sampled_from([None, "per_script"]),
        more_prohibited_words=st.lists(st.text(max_size=12), max_size=3).map(tuple),
        paid_media=st.sampled_from([None, False]),
    )
)
def test_no_counter_offer_widens(counter: Counter) -> None:
    try:
        version = narrowed(RECORD, counter, record_id=ID)
    except ActRefusedError:
        return
    assert widened(version.scope, RECORD.scope) == ()


def test_counter_offers_are_limited(home: RequestHome) -> None:
    page = home.sent()
    for number in range(VERSIONS_MAX - 1):
        home.desk.narrow(*page.keys, Counter(more_prohibited_words=(f"word {number}",)))
        home.room.requests.hand_back(page.request_id, by="legal@example.com", message="")
    with pytest.raises(ActRefusedError, match="too_many_versions"):
        home.desk.narrow(*page.keys, Counter(max_takes=1))
    assert len(home.room.overview.show(page.request_id).versions) == VERSIONS_MAX


@pytest.mark.parametrize(
    ("message", "key"), [("", "message_empty"), (" \n", "message_empty"), ("x" * 5000, "message_long")]
)
def test_message_is_some_words(home: RequestHome, message: str, key: str) -> None:
    page = home.sent()
    with pytest.raises(ActRefusedError) as refused:
        home.desk.ask_for_changes(*page.keys, message)
    assert refused.value.message_key == key
    assert refused.value.detail.get("most", str(MESSAGE_MAX)) == str(MESSAGE_MAX)
    assert page.stage == "asked"
