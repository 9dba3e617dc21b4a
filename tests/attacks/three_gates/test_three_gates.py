"""Every reason code is refused at each of the three gates, by the real parts, and nothing comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import delete

from consent.grant import ReasonCode, Sha256Hex, TakeId
from consent.ledger import Declined, Released, Superseded
from studio.errors import NotFoundError
from studio.jobs.outcome import StepOutcome
from studio.jobs.steps import STEPS, StepName
from studio.store import schema
from studio.store.campaigns import TakeStatus
from tests.fakes.gates import CARD, Gates

pytestmark = pytest.mark.weights
R = ReasonCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One way to have no right to a take: the world changes (``do``), or the take asks for more (``ask``).

    ``terms`` changes the words of a second consent, signed and approved like the first, which the take then names.
    """

    code: ReasonCode
    do: Callable[[Gates], object] = lambda _: None
    ask: Mapping[str, object] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)

    def asked(self, gates: Gates) -> dict[str, object]:
        """What the take asks for, beyond what was agreed."""
        if self.terms:
            return {"record_id": gates.consent(self.terms, file="second.toml")}
        return dict(self.ask)


def file_entry(gates: Gates, kind: type[Declined | Superseded], **more: str) -> None:
    envelope = gates.wiring.records.find(gates.record_id)
    assert envelope is not None
    at = gates.clock()
    gates.wiring.ledger.append((kind(public_hash=envelope.public_hash, at=at, **more),), at=at)


def to_the_year_after_the_last(gates: Gates) -> None:
    gates.clock.now = gates.clock.now.replace(year=2036, month=3, day=1)


def use_up(gates: Gates) -> None:
    envelope = gates.wiring.records.find(gates.record_id)
    if envelope is None or envelope.public_hash is None:
        raise LookupError(gates.record_id)
    released = Released(
        public_hash=envelope.public_hash,
        at=gates.clock(),
        take_id=TakeId("another-take"),
        file_sha256=Sha256Hex("00" * 32),
        script_sha256=Sha256Hex("11" * 32),
        locale="fr-FR",
        market="FR",
        channel="web",
        format="960x540",
    )
    gates.wiring.ledger.append((released,), at=gates.clock())


def raise_the_quota(gates: Gates) -> None:
    envelope = gates.wiring.records.find(gates.record_id)
    if envelope is None:
        raise LookupError(gates.record_id)
    raised = envelope.record_bytes.replace(b'"max_takes":1', b'"max_takes":9')
    if raised == envelope.record_bytes:
        raise LookupError("max_takes")
    gates.store(envelope.model_copy(update={"record_bytes": raised}))


def remove_the_last_entry(gates: Gates) -> None:
    with gates.wiring.engine.begin() as connection:
        last = gates.wiring.ledger.view_in(connection).size - 1
        connection.execute(delete(schema.ledger_entries).where(schema.ledger_entries.c.position == last))


def remove_the_whole_ledger(gates: Gates) -> None:
    with gates.wiring.engine.begin() as connection:
        connection.execute(delete(schema.ledger_entries))
        connection.execute(delete(schema.checkpoints))


def roll_back(gates: Gates) -> None:
    old = gates.copy_database()
    gates.acts.revoke(gates.record_id, reason="I changed my mind")
    gates.put_back_database(old)


def roll_back_and_restart(gates: Gates) -> None:
    roll_back(gates)
    gates.wiring.engine.dispose()
    gates.wiring = gates.reopen()


def roll_back_without_witness(gates: Gates) -> None:
    roll_back(gates)
    gates.wiring.settings.witness_path.unlink()


VECTORS: dict[str, Vector] = {
    "the row of before the signature": Vector(code=R.NOT_SIGNED, do=lambda g: g.put_back("draft")),
    "the row of before the approvals": Vector(code=R.NOT_COUNTERSIGNED, do=lambda g: g.put_back("signed")),
    "the row of before the second approval": Vector(code=R.EVIDENCE_MISSING, do=lambda g: g.put_back("approved_once")),
    "the clock put back": Vector(code=R.NOT_YET_VALID, do=lambda g: g.clock.move(days=-3650)),
    "the term is over": Vector(code=R.EXPIRED, do=to_the_year_after_the_last),
    "withdrawn": Vector(code=R.REVOKED, do=lambda g: g.acts.revoke(g.record_id, reason="enough")),
    "suspended": Vector(code=R.SUSPENDED, do=lambda g: g.acts.suspend(g.record_id, reason="a complaint")),
    "a newer version in its place": Vector(
        code=R.SUPERSEDED, do=lambda g: file_entry(g, Superseded, successor_hash="00" * 32)
    ),
    "declined by the subject": Vector(code=R.DECLINED, do=lambda g: file_entry(g, Declined)),
    "used up by another take": Vector(code=R.QUOTA_EXHAUSTED, do=use_up),
    "the quota raised in the stored bytes": Vector(code=R.RECORD_TAMPERED, do=raise_the_quota),
    "a stored row that is no record": Vector(code=R.RECORD_TAMPERED, do=lambda g: g.store_body("{}")),
    "a stored row that is no JSON": Vector(code=R.RECORD_TAMPERED, do=lambda g: g.store_body("{")),
    "the salt erased": Vector(code=R.RECORD_UNKNOWN, do=lambda g: g.forget(everything=False)),
    "an entry removed": Vector(code=R.LEDGER_UNREADABLE, do=remove_the_last_entry),
    "the whole ledger removed": Vector(code=R.LEDGER_UNREADABLE, do=remove_the_whole_ledger),
    "the witness removed": Vector(code=R.LEDGER_UNREADABLE, do=lambda g: g.wiring.settings.witness_path.unlink()),
    "rolled back past a withdrawal": Vector(code=R.LEDGER_UNREADABLE, do=roll_back),
    "rolled back, and started again": Vector(code=R.LEDGER_UNREADABLE, do=roll_back_and_restart),
    "rolled back, and the witness removed": Vector(code=R.LEDGER_UNREADABLE, do=roll_back_without_witness),
    "a consent for the voice alone": Vector(
        code=R.MODALITY_NOT_COVERED, terms={'modalities = ["face", "voice"]': 'modalities = ["voice"]'}
    ),
    "a consent that wants each script approved": Vector(
        code=R.SCRIPT_NOT_APPROVED, terms={"max_takes = 20": 'max_takes = 20\nscript_approval = "per_script"'}
    ),
    "a child's consent": Vector(code=R.SUBJECT_IS_MINOR, terms={"birth_year = 1990": "birth_year = 2015"}),
    "another language": Vector(code=R.LANGUAGE_NOT_COVERED, ask={"locale": "de-DE"}),
    "another market": Vector(code=R.TERRITORY_NOT_COVERED, ask={"market": "DE"}),
    "another channel": Vector(code=R.CHANNEL_NOT_COVERED, ask={"channel": "tiktok"}),
    "another brand": Vector(code=R.BRAND_NOT_COVERED, ask={"brand": "Rival"}),
    "another product": Vector(code=R.PRODUCT_NOT_COVERED, ask={"product": "Tea"}),
    "another picture": Vector(code=R.ASSET_NOT_COVERED, ask={"portrait_sha256": "ab" * 32}),
    "a word that was ruled out": Vector(code=R.PROHIBITED_TOPIC, ask={"text": "Parlons de politics, et de café."}),
    "weights that forbid it": Vector(code=R.WEIGHTS_NOT_COMMERCIAL, ask={"weights_not_commercial": (CARD,)}),
}
OF_GRANTS = {R.GRANT_MISSING, R.GRANT_STALE, R.GRANT_MISMATCH}  # test_grants.py

every_vector = pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS.keys())


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, weights_home: Path) -> Path:
    """A house with its keys and its consent, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    gates = Gates(folder, weights_home)
    _ = gates.engines  # makes the certificate
    gates.wiring.engine.dispose()
    return folder


@pytest.fixture
def gates(tmp_path: Path, weights_home: Path, template: Path) -> Gates:
    return Gates(tmp_path / "house", weights_home, template=template)


def test_every_reason_code_has_a_vector() -> None:
    assert {vector.code for vector in VECTORS.values()} | OF_GRANTS == set(ReasonCode)


def nothing_came_out(gates: Gates, take_id: str) -> None:
    assert gates.files_outside(take_id) == []
    assert gates.media_in_quarantine(take_id) == []
    assert gates.release_entries(take_id) == []
    with gates.wiring.engine.connect() as connection:
        assert connection.execute(schema.releases.select()).all() == []


def refused(outcome: StepOutcome) -> set[str]:
    assert outcome.status == "refused", outcome
    assert all(fault.message for fault in outcome.faults)
    return {fault.code for fault in outcome.faults}


@every_vector
def test_gate_1_takes_no_such_take_on(gates: Gates, vector: Vector) -> None:
    ask = vector.asked(gates)
    vector.do(gates)
    take_id = gates.enqueue(ask)
    row = gates.wiring.campaigns.take(take_id)
    assert row.status is TakeStatus.REFUSED
    assert vector.code in {fault.code for fault in row.reasons}
    nothing_came_out(gates, take_id)


@every_vector
def test_gate_2_starts_no_such_take(gates: Gates, vector: Vector) -> None:
    take_id = gates.enqueue()
    assert gates.wiring.campaigns.take(take_id).status is TakeStatus.QUEUED
    ask = vector.asked(gates)
    vector.do(gates)
    if ask:
        gates.change_plan(take_id, ask)
    assert vector.code in refused(gates.run_until(take_id, "speech"))
    assert not (gates.wiring.settings.work_dir / take_id / "speech").exists()
    nothing_came_out(gates, take_id)


@every_vector
def test_gate_3_lets_no_such_take_in(gates: Gates, vector: Vector) -> None:
    take_id = gates.enqueue()
    gates.engines.ask, gates.engines.forges_grants = vector.asked(gates), True
    gates.engines.before_release = lambda: vector.do(gates)
    gates.engines.while_rendering = lambda: pytest.fail("a frame was drawn")
    assert vector.code in refused(gates.run_until(take_id, "release"))
    nothing_came_out(gates, take_id)


CHANGES = {name: vector for name, vector in VECTORS.items() if not vector.ask and not vector.terms}


@pytest.mark.parametrize("vector", CHANGES.values(), ids=CHANGES.keys())
def test_gate_3_lets_nothing_out_that_lost_its_right_while_it_was_rendered(gates: Gates, vector: Vector) -> None:
    """The file is finished, signed and read back; the last look and the ledger's entry are one transaction."""
    take_id = gates.enqueue()
    drawn: list[bool] = []
    gates.engines.while_rendering = lambda: (drawn.append(True), vector.do(gates))  # type: ignore[func-returns-value] # two acts in one
    assert vector.code in refused(gates.run_until(take_id, "release"))
    assert drawn
    nothing_came_out(gates, take_id)


@pytest.mark.parametrize("step", STEPS)
def test_gate_2_stands_before_each_step(gates: Gates, step: StepName) -> None:
    take_id = gates.enqueue()
    if step != STEPS[0]:
        assert gates.run_until(take_id, STEPS[STEPS.index(step) - 1]).status == "done"
    gates.acts.revoke(gates.record_id, reason="enough")
    gates.engines.before_release = lambda: pytest.fail("the step was begun")
    assert refused(gates.runner().run(take_id, step)) == {R.REVOKED.value}
    assert not (gates.wiring.settings.work_dir / take_id / step).exists()
    nothing_came_out(gates, take_id)


def test_a_record_that_is_gone_is_unknown_at_every_gate(gates: Gates) -> None:
    take_id = gates.enqueue()
    gates.engines.before_release = lambda: gates.forget(everything=True)
    assert R.RECORD_UNKNOWN in refused(gates.run_until(take_id, "release"))
    assert R.RECORD_UNKNOWN in refused(gates.runner().run(take_id, "release"))
    with pytest.raises(NotFoundError):  # a brief can name no record that is not there
        gates.enqueue({"text": "Encore un café."})
    nothing_came_out(gates, take_id)


def test_a_take_in_its_right_passes_all_three(gates: Gates) -> None:
    """Or every refusal above would say nothing."""
    take_id = gates.enqueue()
    outcome = gates.run_until(take_id, "release")
    assert outcome.status == "done", outcome
    gates.clock.move(seconds=1)
    assert [path.suffix for path in sorted(gates.files_outside(take_id))] == [".mp4", ".srt", ".vtt"]
    assert len(gates.release_entries(take_id)) == 1
