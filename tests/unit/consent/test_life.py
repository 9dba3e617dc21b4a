"""The life of a record as a machine: any acts in any order, against a model of ten lines that says what must follow."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from consent.decide import RecordStatus
from consent.errors import ConsentStateError
from consent.ledger import Declined, Resumed, Revoked, Superseded, Suspended
from consent.topics import load_topics
from pipelines.assets import ASSETS
from tests.fakes.authenticator import Authenticator
from tests.unit.consent.conftest import STATEMENT, World, a_record
from tests.unit.consent.test_between_people import BETWEEN, MINOR

TOPICS = load_topics(ASSETS / "topics")
GUARDIAN, DEVICE = Authenticator(), Authenticator()


class Life(RuleBasedStateMachine):
    """Acts on one record; after each, status and decision are what the model says."""

    def __init__(self) -> None:
        super().__init__()
        self.facts: set[str] = set()
        self.people: set[str] = set()
        self.gone: set[str] = set()
        self.was_withdrawn = False

    @initialize(is_minor=st.booleans())
    def begin(self, *, is_minor: bool) -> None:
        self.world = World(record=a_record(**{**BETWEEN, **(MINOR if is_minor else {})}), device=DEVICE)
        self.world.rulebook = replace(self.world.rulebook, topics=TOPICS)
        self.facts.update({"minor"} if is_minor else ())

    def act(self, fact: str, do: Any, *, needs: frozenset[str] = frozenset()) -> None:
        """Do it; it must fail exactly when the model says so."""
        allowed = needs <= self.facts and fact not in self.facts
        try:
            do()
        except ConsentStateError:
            assert not allowed
        else:
            assert allowed
            self.facts.add(fact)

    @rule()
    def report(self) -> None:
        self.world.check_statement()
        self.facts.add("checked")
        self.facts.discard("doubted")

    @rule()
    def report_a_doubt(self) -> None:
        self.world.check_statement(one_face="failed")
        self.facts.update({"checked", "doubted"})

    @rule()
    def sign(self) -> None:
        self.act("signed", lambda: self.world.sign_with_passkey(statement=STATEMENT))

    @rule()
    def guardian_signs(self) -> None:
        self.act("guarded", lambda: self.world.sign_as_guardian(GUARDIAN), needs=frozenset({"signed", "minor"}))

    @rule()
    def assess(self) -> None:
        self.world.assess()
        self.facts.add("assessed")

    @rule()
    def approve(self) -> None:
        self.approve_as("legal@example.com")

    @rule()
    def approve_again(self) -> None:
        self.approve_as("head@example.com")

    def approve_as(self, who: str) -> None:
        try:
            self.world.approve(who)
        except ConsentStateError:
            assert not {"signed", "assessed"} <= self.facts
        else:
            assert {"signed", "assessed"} <= self.facts
            self.people.add(who)

    @rule()
    def suspend(self) -> None:
        self.world.file(Suspended(public_hash=self.world.name, at=self.world.at))
        self.facts.add("suspended")

    @rule()
    def resume(self) -> None:
        self.world.file(Resumed(public_hash=self.world.name, at=self.world.at))
        self.facts.discard("suspended")

    @precondition(lambda self: not self.gone)
    @rule()
    def take_french_back(self) -> None:
        self.world.take_back(languages=("fr",))
        self.gone.add("fr")

    @rule()
    def decline(self) -> None:
        self.world.file(Declined(public_hash=self.world.name, at=self.world.at))
        self.facts.add("declined")

    @rule()
    def supersede(self) -> None:
        self.world.file(Superseded(public_hash=self.world.name, at=self.world.at, successor_hash=STATEMENT))
        self.facts.add("superseded")

    @rule()
    def revoke(self) -> None:
        self.world.file(Revoked(public_hash=self.world.name, at=self.world.at))
        self.facts.add("revoked")

    def expected(self) -> RecordStatus:
        facts = self.facts
        is_clean = "checked" in facts and not facts & {"minor", "doubted"}
        needed = 1 if is_clean else 2
        for fact, status in (
            ("revoked", RecordStatus.WITHDRAWN),
            ("declined", RecordStatus.DECLINED),
            ("superseded", RecordStatus.SUPERSEDED),
        ):
            if fact in facts:
                return status
        if "signed" not in facts:
            return RecordStatus.DRAFT
        if len(self.people) < needed:
            return RecordStatus.PENDING_LEGAL
        return RecordStatus.SUSPENDED if "suspended" in facts else RecordStatus.ACTIVE

    @invariant()
    def the_model_agrees(self) -> None:
        status = self.world.status()
        assert status is self.expected()
        has_evidence = "checked" in self.facts
        is_guarded = "minor" not in self.facts or "guarded" in self.facts
        may = status is RecordStatus.ACTIVE and has_evidence and is_guarded
        assert self.world.is_granted(locale="en-US", market="US") == may
        assert self.world.is_granted() == (may and "fr" not in self.gone)

    @invariant()
    def a_withdrawal_is_for_ever(self) -> None:
        is_withdrawn = self.world.status() is RecordStatus.WITHDRAWN
        assert is_withdrawn or not self.was_withdrawn
        self.was_withdrawn = is_withdrawn


Life.TestCase.settings = settings(
    max_examples=20, stateful_step_count=16, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestLife = Life.TestCase
