"""The specification and the code say the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from consent.grant import ReasonCode
from consent.ledger.entries import _KINDS
from consent.policy import RECORD_RULES, TAKE_RULES
from consent.record import ConsentRecord

REPO = Path(__file__).resolve().parents[3]
SPEC = (REPO / "docs" / "consent-spec.md").read_text(encoding="utf-8")
CLAUSES = set(re.findall(r"^(?:\| )?(\d+\.\d+)\b", SPEC, re.MULTILINE))


def test_every_reason_code_is_documented() -> None:
    assert [code.value for code in ReasonCode if f"`{code.value}`" not in SPEC] == []


def test_every_rule_stands_in_its_clause_with_its_title_and_code() -> None:
    rows = re.findall(r"^\| (4\.\d+) \| ([^|]+) \| `(\w+)` \|", SPEC, re.MULTILINE)
    assert rows == [(rule.clause, rule.title, rule.code.value) for rule in (*RECORD_RULES, *TAKE_RULES)]


def test_every_clause_that_the_code_cites_exists() -> None:
    cited = {
        clause
        for path in (REPO / "consent").rglob("*.py")
        for clause in re.findall(r"(?:clause|consent-spec(?:\.md)?),? (\d+\.\d+)", path.read_text(encoding="utf-8"))
    }
    assert cited <= CLAUSES
    assert len(cited) > 5


def test_every_field_of_the_record_is_in_the_table() -> None:
    for name, field in ConsentRecord.model_fields.items():
        if name != "scope":
            assert f"`{field.alias or name}`" in SPEC, name
    for name in ConsentRecord.model_fields["scope"].annotation.model_fields:
        assert f"`scope.{name}`" in SPEC or f"`{name}`" in SPEC, name


def test_every_kind_of_entry_is_listed() -> None:
    assert [kind for kind in _KINDS if f"`{kind}`" not in SPEC] == []


def test_the_example_in_the_text_is_valid_toml() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", SPEC, re.DOTALL)
    assert tomllib.loads(example)["scope"]["assets"] == ["portrait.png"]
