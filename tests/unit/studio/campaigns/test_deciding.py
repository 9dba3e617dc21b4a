"""Gate 1 over a whole brief: never more takes in the making than the consent has left."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.decide import Decision, Granted, Refused
from consent.grant import ReasonCode, Sha256Hex, TakeId
from consent.ledger import Released
from studio.campaigns.brief import read_brief
from studio.campaigns.deciding import decide_in_order
from studio.jobs.plan import TakePlan
from studio.store.campaigns import TakeStatus
from tests.fakes.studio import FakeStudio, Tick
from tests.fakes.studio_home import StudioHome


@cache
def studio_with(max_takes: int, released: int) -> FakeStudio:
    """Takes ``t0``, ``t1``, ... are released."""
    clock = Tick()
    studio = FakeStudio.open(clock, max_takes=max_takes)
    for number in range(released):
        studio.append(
            Released(
                public_hash=studio.public_hash,
                at=clock(),
                take_id=TakeId(f"t{number}"),
                file_sha256=Sha256Hex("1" * 64),
                script_sha256=Sha256Hex("2" * 64),
                locale="fr-FR",
                market="FR",
                channel="web",
                format="960x540",
            )
        )
    return studio


def decide(
    studio: FakeStudio, names: list[str], *, open_takes: list[str], foreign: frozenset[str] = frozenset()
) -> tuple[Decision, ...]:
    requests = [
        studio.request(take_id=TakeId(name), **({"locale": "ja-JP"} if name in foreign else {})) for name in names
    ]
    return decide_in_order(
        requests,
        envelope=studio.envelope,
        ledger=studio.view,
        rulebook=studio.rulebook,
        at=studio.clock(),
        open_takes=map(TakeId, open_takes),
    )


def codes(decisions: tuple[Decision, ...]) -> list[list[str]]:
    return [[r.code.value for r in one.reasons] if isinstance(one, Refused) else [] for one in decisions]


QUOTA = ["quota_exhausted"]
CASES = {
    "all fit": (3, 0, [], ["a", "b", "c"], [[], [], []]),
    "the last of the brief is one too many": (2, 0, [], ["a", "b", "c"], [[], [], QUOTA]),
    "open takes of another campaign count": (3, 0, ["x", "y"], ["a", "b"], [[], QUOTA]),
    "released takes count": (2, 1, [], ["a", "b"], [[], QUOTA]),
    "a take that is released and still open counts once": (2, 1, ["t0"], ["a", "b"], [[], QUOTA]),
    "a take is not in its own way": (1, 0, ["a"], ["a"], [[]]),
    "nothing is left": (2, 2, [], ["a"], [QUOTA]),
}


@pytest.mark.parametrize(("most", "released", "open_takes", "names", "wanted"), CASES.values(), ids=CASES.keys())
def test_quota_is_shared_out_in_order(
    most: int, released: int, open_takes: list[str], names: list[str], wanted: list[list[str]]
) -> None:
    assert codes(decide(studio_with(most, released), names, open_takes=open_takes)) == wanted


def test_take_refused_for_something_else_uses_no_quota() -> None:
    found = codes(decide(studio_with(1, 0), ["a", "b"], open_takes=[], foreign=frozenset({"a"})))
    assert found == [["language_not_covered"], []]


def test_refusal_says_needed_found_and_what_to_do() -> None:
    (refused,) = decide(studio_with(3, 1), ["a"], open_takes=["x", "y"])
    assert isinstance(refused, Refused)
    (reason,) = refused.reasons
    assert reason.code is ReasonCode.QUOTA_EXHAUSTED
    assert reason.needed == "fewer than 3 takes released or in the making"
    assert reason.found == "1 released, 2 in the making"
    assert reason.message.endswith("ask for fewer takes, or for a new consent")


@given(
    most=st.integers(1, 6),
    released=st.integers(0, 6),
    open_takes=st.lists(st.sampled_from(["t0", "t1", "x", "y", "z"]), unique=True),
    names=st.lists(st.sampled_from([f"n{i}" for i in range(9)]), unique=True, min_size=1),
    foreign=st.frozensets(st.sampled_from([f"n{i}" for i in range(9)])),
)
def test_never_more_than_max_takes_and_none_wasted(
    most: int, released: int, open_takes: list[str], names: list[str], foreign: frozenset[str]
) -> None:
    decisions = decide(studio_with(most, released), names, open_takes=open_takes, foreign=foreign)
    granted = [name for name, one in zip(names, decisions, strict=True) if isinstance(one, Granted)]
    taken = {f"t{number}" for number in range(released)} | set(open_takes)
    wanted = [name for name in names if name not in foreign]
    assert granted == wanted[: max(0, most - len(taken))]
    assert len(taken | set(granted)) <= max(most, len(taken))


def test_producer_queues_no_more_than_the_record_allows(tmp_path: Path) -> None:
    home = StudioHome(tmp_path)
    terms = home.folder / "consent.toml"
    terms.write_text(terms.read_text().replace("max_takes = 20", "max_takes = 3"))
    wiring = home.wiring()
    record_id = home.standing_consent(wiring)
    first = read_brief(home.brief(record_id, {"text": "Un."}, {"text": "Deux."}))
    second = read_brief(home.brief(record_id, {"text": "Trois."}, {"text": "Quatre."}))
    assert [row.status for row in wiring.campaigns.takes_of(wiring.producer.open(first).id)] == [TakeStatus.QUEUED] * 2
    checked = wiring.checker.check(record_id, second).report
    rows = wiring.campaigns.takes_of(wiring.producer.open(second).id)
    assert [row.status for row in rows] == [TakeStatus.QUEUED, TakeStatus.REFUSED]
    assert [fault.code for fault in rows[1].reasons] == QUOTA
    assert [take["decision"] for take in json.loads(json.dumps(checked))["takes"]] == ["granted", "refused"]
    assert TakePlan.model_validate_json(rows[1].plan).text == "Quatre."


def test_take_that_ended_without_a_file_gives_its_place_back(tmp_path: Path) -> None:
    home = StudioHome(tmp_path)
    terms = home.folder / "consent.toml"
    terms.write_text(terms.read_text().replace("max_takes = 20", "max_takes = 1"))
    wiring = home.wiring()
    record_id = home.standing_consent(wiring)
    (row,) = wiring.campaigns.takes_of(wiring.producer.open(read_brief(home.brief(record_id, {"text": "Un."}))).id)
    wiring.campaigns.finish(row.id, status=TakeStatus.FAILED, at=wiring.clock())
    (again,) = wiring.campaigns.takes_of(wiring.producer.open(read_brief(home.brief(record_id, {"text": "Un."}))).id)
    assert again.status is TakeStatus.QUEUED
