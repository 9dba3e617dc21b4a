"""Decisions, grants and the life of a record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.assurance import is_script_approved
from consent.decide import GRANT_LIFETIME, Granted, RecordStatus, Refused, authorize, explain, record_status
from consent.envelope import erase_salt
from consent.errors import ConsentRefusedError, LedgerUnreadableError, UndecidedError
from consent.grant import ReasonCode
from consent.keys import SigningKey
from consent.ledger import Resumed, Revoked, Suspended
from consent.policy.standing import Step, stand

World = Any


def test_grant_says_what_was_decided_and_for_how_long(world: World) -> None:
    request = world.request()
    grant = authorize(request, envelope=world.envelope, ledger=world.ledger, rulebook=world.rulebook, at=world.at)
    assert grant.request == request
    assert grant.subject_class == "replica"
    assert grant.assurance == "contract"
    assert grant.public_hash == world.name
    assert grant.checkpoint == world.ledger.checkpoint
    assert grant.granted_at == world.at
    assert grant.expires_at == world.at + GRANT_LIFETIME


def test_grant_times_are_utc_whatever_the_clock_shows(world: World) -> None:
    world.at = world.at.astimezone(timezone(timedelta(hours=9)))
    decision = world.decide()
    assert isinstance(decision, Granted)
    assert decision.grant.granted_at.tzinfo is UTC


def test_authorize_raises_with_the_reasons_that_explain_gives(world: World) -> None:
    request = world.request(brand="Other", channel="tv")
    with pytest.raises(ConsentRefusedError) as refusal:
        authorize(request, envelope=world.envelope, ledger=world.ledger, rulebook=world.rulebook, at=world.at)
    explained = explain(request, envelope=world.envelope, ledger=world.ledger, rulebook=world.rulebook, at=world.at)
    assert isinstance(explained, Refused)
    assert refusal.value.reasons == explained.reasons
    assert "brand_not_covered" in str(refusal.value)


def test_every_step_is_told_in_order_when_all_pass(world: World) -> None:
    decision = world.decide()
    numbers = [*range(1, 13), 25, 26, *range(13, 24), 27]  # a clause keeps its number; newer ones stand where they fit
    assert [step.clause for step in decision.steps] == [f"4.{number}" for number in numbers]
    assert {step.state for step in decision.steps} == {"passed"}


def test_nothing_at_all_is_a_refusal_and_no_crash(world: World) -> None:
    decision = explain(world.request(), envelope=None, ledger=None, rulebook=world.rulebook, at=datetime(1, 1, 1))  # noqa: DTZ001 # a time without zone is the point
    assert isinstance(decision, Refused)
    assert {reason.code for reason in decision.reasons} == {ReasonCode.RECORD_UNKNOWN, ReasonCode.LEDGER_UNREADABLE}


def test_unchecked_steps_alone_never_grant(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that forgot to fail while others could not run must not open the door."""
    monkeypatch.setattr("consent.decide.RECORD_RULES", ())
    decision = explain(world.request(), envelope=None, ledger=world.ledger, rulebook=world.rulebook, at=world.at)
    assert isinstance(decision, Refused)
    assert ReasonCode.BRAND_NOT_COVERED in {reason.code for reason in decision.reasons}


def test_why_the_ledger_is_unreadable_is_told(world: World) -> None:
    world.ledger = LedgerUnreadableError("the witness is missing")
    (reason,) = [one for one in world.decide().reasons if one.code is ReasonCode.LEDGER_UNREADABLE]
    assert "the witness is missing" in reason.message


def test_same_question_gets_the_same_answer(world: World) -> None:
    assert world.decide() == world.decide()


def test_decision_prints_no_secret(world: World) -> None:
    shown = repr(world.envelope) + repr(world.decide()) + repr(world.ledger) + repr(world.subject_key)
    assert world.envelope.salt.hex() not in shown
    assert repr(world.envelope.salt) not in shown
    assert "Test Subject" not in shown


def test_steps_are_immutable(world: World) -> None:
    (step, *_) = world.decide().steps
    assert isinstance(step, Step)
    with pytest.raises(AttributeError):
        step.state = "passed"


LIFE: dict[str, tuple[Callable[[World], Any], RecordStatus]] = {
    "draft": (lambda w: w, RecordStatus.DRAFT),
    "signed": (lambda w: w.sign(), RecordStatus.PENDING_LEGAL),
    "approved": (lambda w: w.under_contract(), RecordStatus.ACTIVE),
    "suspended": (lambda w: w.under_contract().file(Suspended(public_hash=w.name, at=w.at)), RecordStatus.SUSPENDED),
    "resumed": (
        lambda w: w.under_contract().file(Suspended(public_hash=w.name, at=w.at), Resumed(public_hash=w.name, at=w.at)),
        RecordStatus.ACTIVE,
    ),
    "withdrawn": (lambda w: w.under_contract().file(Revoked(public_hash=w.name, at=w.at)), RecordStatus.WITHDRAWN),
    "withdrawn draft": (lambda w: w.file(Revoked(public_hash=w.name, at=w.at)), RecordStatus.WITHDRAWN),
    "ended": (lambda w: setattr(w.under_contract(), "at", w.at + timedelta(days=400)), RecordStatus.EXPIRED),
    "erased": (lambda w: setattr(w, "envelope", erase_salt(w.envelope)), RecordStatus.UNKNOWN),
    "no ledger": (lambda w: setattr(w, "ledger", None), RecordStatus.UNKNOWN),
    "changed": (
        lambda w: setattr(w, "envelope", w.envelope.model_copy(update={"record_bytes": b"{}"})),
        RecordStatus.UNKNOWN,
    ),
    "another salt": (
        lambda w: setattr(w, "envelope", w.envelope.model_copy(update={"salt": bytes(32)})),
        RecordStatus.UNKNOWN,
    ),
}


@pytest.mark.parametrize(("act", "status"), LIFE.values(), ids=LIFE.keys())
def test_status_follows_what_was_done(
    act: Callable[[World], Any], status: RecordStatus, make_world: Callable[..., World]
) -> None:
    world = make_world()
    act(world)
    assert world.status() is status


def test_status_before_the_first_day(make_world: Callable[..., World]) -> None:
    assert make_world(scope__valid_from="2026-12-24").under_contract().status() is RecordStatus.NOT_YET_VALID


def test_status_of_another_record_is_unknown(world: World) -> None:
    status = record_status(
        "00" * 32, envelope=world.envelope, ledger=world.ledger, rulebook=world.rulebook, at=world.at
    )
    assert status is RecordStatus.UNKNOWN


def test_script_approval_counts_only_with_its_signature(make_world: Callable[..., World]) -> None:
    world = make_world().sign().approve_script("words")
    (approval,) = world.envelope.script_approvals
    forged = approval.model_copy(update={"approver": "someone@example.org"})
    world.envelope = world.envelope.model_copy(update={"script_approvals": (forged,)})
    from consent.ledger import ScriptApproved

    world.file(ScriptApproved(public_hash=world.name, at=world.at, approval_sha256=forged.sha256))
    asked = {"history": world.ledger.history(world.name), "controller_keys": frozenset(), "at": world.at}
    assert not is_script_approved(world.envelope, world.record, approval.script_sha256, **asked)
    unsigned = world.envelope.model_copy(update={"subject_signature": None})
    assert not is_script_approved(unsigned, world.record, approval.script_sha256, **asked)


def test_keys_of_a_retired_controller_do_not_count(world: World) -> None:
    world.rulebook = replace(world.rulebook, controller_keys=frozenset({SigningKey.generate().public_key}))
    assert world.codes() == {ReasonCode.NOT_COUNTERSIGNED}


ANY_TEXT = st.text(max_size=12) | st.sampled_from(["\ud800", "\x00", "1x1.png", "EU", "pt-BR", "*"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    brand=ANY_TEXT, product=ANY_TEXT, locale=ANY_TEXT, market=ANY_TEXT, channel=ANY_TEXT, form=ANY_TEXT, script=ANY_TEXT
)
def test_no_request_makes_a_decision_raise(make_world: Callable[..., World], form: str, **asked: str) -> None:
    world = make_world(scope__script_approval="per_script", scope__prohibited_topics=("politics", "competitors"))
    assert isinstance(world.under_contract().decide(format=form, **asked), Refused)


NO_TIMES = {
    "no zone": datetime(2026, 11, 22),  # noqa: DTZ001 # the point of the test
    "zone without offset": datetime(2026, 11, 22, tzinfo=type("Nowhere", (tzinfo,), {"utcoffset": lambda *_: None})()),
    "beyond the last day": datetime.max.replace(tzinfo=timezone(-timedelta(hours=5))),
}


@pytest.mark.parametrize("at", NO_TIMES.values(), ids=NO_TIMES.keys())
def test_time_that_is_no_time_is_refused(at: datetime, world: World) -> None:
    world.at = at
    assert ReasonCode.NOT_YET_VALID in world.codes()


def test_a_grant_without_assurance_is_never_given(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the rule on countersignatures had a fault; python -O must not change this."""
    monkeypatch.setattr("consent.policy.standing.assurance", lambda *_, **__: None)
    monkeypatch.setattr("consent.decide.RECORD_RULES", ())
    with pytest.raises(UndecidedError, match="no assurance"):
        world.decide()


def test_a_rule_that_is_run_without_what_it_needs_decides_nothing(world: World) -> None:
    nothing = stand(world.envelope.record_id, envelope=None, ledger=None, rulebook=world.rulebook, at=world.at)
    for ask in (nothing.known_envelope, nothing.known_record, nothing.known_ledger, nothing.known_name):
        with pytest.raises(UndecidedError, match="was run without one"):
            ask()
