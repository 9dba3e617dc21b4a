"""What a statement cannot carry, who is one person, and what must not disappear from an envelope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from consent.errors import ConsentStateError
from consent.grant import ReasonCode
from consent.ledger import Checked
from consent.oversight import STANDING_TOPICS
from consent.signatures import person, same_person
from tests.fakes.authenticator import Authenticator
from tests.unit.consent.conftest import CONTRACT, STATEMENT, World, a_record, evidence

R = ReasonCode
MakeWorld = Callable[..., World]
TERMS: dict[str, Any] = {"deal": "paid_talent", "scope__prohibited_topics": ()}
GUARDED: dict[str, Any] = {
    **TERMS,
    "subject__birth_year": 2012,
    "guardian": {"name": "Gina Guardian", "contact": "gina@example.org"},
}
TWO_PEOPLE = ("legal@example.com", "head@example.com")


def given(world: World, **how: Any) -> World:
    return world.check_statement(**how).sign_with_passkey(statement=STATEMENT).assess().approve(*TWO_PEOPLE)


def test_a_file_carries_nothing_where_it_was_not_allowed(make_world: MakeWorld) -> None:
    assert given(make_world(**TERMS, statement="live"), capture="upload").codes() == {R.EVIDENCE_MISSING}
    assert given(make_world(**TERMS), capture="upload").codes() == {R.EVIDENCE_MISSING}
    assert given(make_world(**TERMS, statement="upload_allowed"), capture="upload").is_granted()


def test_a_statement_without_a_deal_carries_nothing(make_world: MakeWorld) -> None:
    """Leaving the deal out must not be a way around legal's assessment."""
    assert given(make_world(scope__prohibited_topics=tuple(STANDING_TOPICS))).codes() >= {R.EVIDENCE_MISSING}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("legal@example.com", "LEGAL@Example.COM"),
        ("legal@example.com", " legal@example.com "),
        ("legal@example.com", "legal+second@example.com"),
        ("legal@example.com", "\uff4cegal@example.com"),  # a full-width l
    ],
)
def test_two_writings_are_one_person(one: str, other: str) -> None:
    assert same_person(one, other)


def test_other_people_are_others() -> None:
    assert len({person(one) for one in ("a@x.example", "b@x.example", "a@y.example", "a", "a+b")}) == 5


def test_a_guardian_does_not_approve(make_world: MakeWorld) -> None:
    world = make_world(**GUARDED).between_people().sign_as_guardian(Authenticator())
    with pytest.raises(ConsentStateError, match="guardian's own contact"):
        world.approve("Gina@example.org")


def test_an_approval_by_the_guardian_does_not_count(make_world: MakeWorld) -> None:
    """Not even one that some other program made."""
    world = make_world(**{**GUARDED, "guardian": {"name": "G", "contact": TWO_PEOPLE[1]}}).between_people()
    world.sign_as_guardian(Authenticator()).approve(TWO_PEOPLE[0])
    assert R.NOT_COUNTERSIGNED in world.codes()


def test_a_guardians_signature_of_tomorrow_does_not_count(make_world: MakeWorld) -> None:
    world = make_world(**GUARDED).between_people().sign_as_guardian(Authenticator()).approve(*TWO_PEOPLE)
    assert world.is_granted()
    world.at = world.earlier(1.7)
    assert R.SUBJECT_IS_MINOR in world.codes()


def test_a_report_that_the_envelope_lost_is_seen(make_world: MakeWorld) -> None:
    world = given(make_world(**TERMS).check_statement(one_face="failed"))
    assert world.is_granted()
    world.envelope = world.envelope.model_copy(update={"reports": world.envelope.reports[1:]})
    assert world.codes() == {R.RECORD_TAMPERED}
    assert any("1 reports on statements" in one.found for one in world.decide().steps)


def test_everything_that_was_taken_out_is_counted(make_world: MakeWorld) -> None:
    world = given(make_world(**TERMS)).take_back(languages=("en",))
    world.file(Checked(public_hash=world.name, at=world.at, report_sha256=STATEMENT))
    world.envelope = world.envelope.model_copy(update={"restrictions": ()})
    (step,) = (one for one in world.decide().steps if one.clause == "4.2")
    assert "1 partial withdrawals and 1 reports on statements" in step.found


@pytest.mark.parametrize(
    ("terms", "gone"),
    [
        ({"scope__languages": ("fr-FR",)}, {"languages": ("fr",)}),
        ({"scope__territories": ("FR", "DE")}, {"territories": ("EU",)}),
        ({"scope__territories": ("US-NY",)}, {"territories": ("US",)}),
        ({"scope__channels": ("Web",)}, {"channels": ("web",)}),
    ],
)
def test_taking_back_what_contains_everything_is_a_withdrawal(
    make_world: MakeWorld, terms: dict[str, Any], gone: dict[str, Any]
) -> None:
    with pytest.raises(ConsentStateError, match="withdraw the consent as a whole"):
        make_world(**terms).under_contract().take_back(**gone)


def test_taking_back_a_part_of_what_is_allowed_leaves_the_rest(make_world: MakeWorld) -> None:
    world = make_world(scope__territories=("EU",)).under_contract().take_back(territories=("DE",))
    assert world.is_granted(market="FR")
    assert world.codes(market="DE") == {R.REVOKED}
    assert world.codes(market="EU") == {R.REVOKED}


def test_an_approval_cites_a_contract_and_nothing_else(make_world: MakeWorld) -> None:
    world = make_world().sign()
    with pytest.raises(ConsentStateError, match="filed as statement"):
        world.approve("legal@example.com", seen=evidence(CONTRACT, kind="statement"))


LISTS = ("reports", "assessments", "restrictions", "approvals", "script_approvals", "evidence")
SINGLE = ("statement_sha256", "guardian_signature", "subject_signature", "salt")


def worlds() -> list[World]:
    """Records at which something says no: a doubt, a second person, a guardian, a part taken back, or nothing."""
    made = [World(record=a_record(**{**terms, "statement": "upload_allowed"})) for terms in (TERMS, TERMS, GUARDED)]
    given(made[0].check_statement(one_face="failed"))
    made[1].check_statement().check_statement(nudity="failed", capture="upload")
    made[1].sign_with_passkey(statement=STATEMENT).assess().approve("legal@example.com").take_back(languages=("fr",))
    given(made[2]).sign_as_guardian(Authenticator())
    under_contract = World(record=a_record(scope__script_approval="per_script")).under_contract()
    return [*made, under_contract.approve_script("Votre café, en dix secondes.").take_back(territories=("US",))]


WORLDS = worlds()
REQUESTS: tuple[dict[str, Any], ...] = ({}, {"locale": "en-US", "market": "US"}, {"format": "wav"}, {"script": "Other"})


@drawn(st.sampled_from(WORLDS), st.sets(st.sampled_from(SINGLE)), st.data())
def test_who_only_deletes_gains_nothing(world: World, emptied: set[str], data: st.DataObject) -> None:
    """Whatever is taken out of an envelope, no take is granted that was not granted before."""
    before = world.envelope
    kept = {
        name: tuple(part for part in getattr(before, name) if data.draw(st.booleans(), label=name)) for name in LISTS
    }
    granted = [world.is_granted(**one) for one in REQUESTS]
    try:
        world.envelope = before.model_copy(update={**kept, **dict.fromkeys(emptied)})
        for is_granted, request in zip(granted, REQUESTS, strict=True):
            assert is_granted or not world.is_granted(**request)
    finally:
        world.envelope = before
