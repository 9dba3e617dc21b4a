"""``python -O`` takes asserts out, so nothing between a consent and a released file may rest on one."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[3]
GUARDED = (
    "consent",
    "pipelines/disclosure",
    "pipelines/provenance",
    "pipelines/release",
    "studio/campaigns",
    "studio/jobs",
    "studio/store",
)
# Asserts that only tell the type checker what the line before has made sure of; a None would raise all the same.
FOR_THE_TYPE_CHECKER = {
    "consent/tomlfile.py": {"part is not None", "blank is not None"},
    "studio/jobs/pool.py": {"self.process.stdin is not None", "self.process.stdout is not None"},
}

MODULES = sorted(path for room in GUARDED for path in (REPO / room).rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(REPO).as_posix())
def test_no_assert_guards_anything(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    asserts = {ast.unparse(node.test) for node in ast.walk(tree) if isinstance(node, ast.Assert)}
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert asserts <= FOR_THE_TYPE_CHECKER.get(path.relative_to(REPO).as_posix(), set()), "raise an error of ours"
    assert "__debug__" not in names
