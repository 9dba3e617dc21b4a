"""Only consent.decide builds a grant.

Python cannot forbid it, so this test reads the code: it finds a call of the name ``Grant``, whatever it was imported
as, any subclass, and the ways round the constructor (``replace``, ``__new__``, ``copy``, ``__setattr__``).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[3]
BUILDER = REPO / "consent" / "decide.py"
# These would copy a grant with other fields, or make one without its constructor.
COPIERS = {"replace", "copy", "deepcopy", "__replace__", "__new__", "__reduce__", "__setstate__", "__setattr__"}


def aliases(tree: ast.Module) -> set[str]:
    names = {"Grant"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names |= {one.asname or one.name for one in node.names if one.name == "Grant"}
        if isinstance(node, ast.Assign) and last_name(node.value) in names:
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def last_name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def violations(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    names = aliases(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(last_name(base) in names for base in node.bases):
            yield f"line {node.lineno}: a class derived from Grant"
        if isinstance(node, ast.Call):
            called = last_name(node.func)
            if called in names or called == "__class__" or is_type_of_grant(node.func, names):
                yield f"line {node.lineno}: Grant built"
            elif called in COPIERS and is_about_grant(node, names):
                yield f"line {node.lineno}: Grant copied by {called}"
            elif called in {"partial", "TypeAdapter"} and is_about_grant(node, names):
                yield f"line {node.lineno}: Grant reached by {called}"
            elif called == "getattr" and any(
                isinstance(one, ast.Constant) and one.value == "Grant" for one in node.args
            ):
                yield f"line {node.lineno}: Grant reached by getattr"


def is_type_of_grant(function: ast.expr, names: set[str]) -> bool:
    """Say whether this is ``type(grant)``, about to be called."""
    return isinstance(function, ast.Call) and last_name(function.func) == "type" and is_about_grant(function, names)


def is_about_grant(call: ast.Call, names: set[str]) -> bool:
    """Say whether an argument, or what the method is called on, is named like a grant."""
    parts = [*call.args, *(keyword.value for keyword in call.keywords)]
    if isinstance(call.func, ast.Attribute):
        parts.append(call.func.value)
    return any(last_name(part) in names or last_name(part).lower().strip("_") == "grant" for part in parts)


def product_files() -> list[Path]:
    return sorted(path for room in ("consent", "pipelines", "studio", "bench") for path in (REPO / room).rglob("*.py"))


def test_the_builder_is_where_it_is_said_to_be() -> None:
    assert list(violations(BUILDER.read_text(encoding="utf-8"))) != []


def test_no_other_module_builds_or_copies_a_grant() -> None:
    found = {
        str(path.relative_to(REPO)): lines
        for path in product_files()
        if path != BUILDER and (lines := list(violations(path.read_text(encoding="utf-8"))))
    }
    assert found == {}


FORGERIES = {
    "plain": "from consent.grant import Grant\nGrant(request=r)",
    "renamed": "from consent.grant import Grant as G\nG(request=r)",
    "by module": "import consent.grant as g\ng.Grant(request=r)",
    "by another name": "from consent.grant import Grant\nmake = Grant\nmake(request=r)",
    "replaced": "import dataclasses\ndataclasses.replace(grant, expires_at=later)",
    "replaced by name": "from dataclasses import replace\nreplace(self.grant, expires_at=later)",
    "copy.replace": "import copy\ncopy.replace(grant, expires_at=later)",
    "without constructor": "object.__new__(Grant)",
    "by its class": "grant.__class__(request=r)",
    "by its type": "type(grant)(request=r)",
    "changed in place": "object.__setattr__(grant, 'expires_at', later)",
    "subclass": "from consent.grant import Grant\nclass Mine(Grant): pass",
    "partial": "import functools\nfrom consent.grant import Grant\nfunctools.partial(Grant, request=r)",
    "getattr": "import consent.grant\ngetattr(consent.grant, 'Grant')(request=r)",
}


@pytest.mark.parametrize("source", FORGERIES.values(), ids=FORGERIES.keys())
def test_known_ways_to_forge_are_found(source: str) -> None:
    assert list(violations(source)) != []


def test_reading_a_grant_is_no_forgery() -> None:
    source = (
        "from consent.grant import Grant\ndef f(grant: Grant) -> str:\n    return grant.public_hash.replace('a', 'b')"
    )
    assert list(violations(source)) == []
