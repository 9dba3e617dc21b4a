"""A step is left out by a yes or no that somebody passes in; these rooms have none but what is listed here."""

from __future__ import annotations

import ast
from pathlib import Path

REPO = Path(__file__).resolve().parents[3]
ROOMS = ("disclosure", "release", "provenance")
# What was found about a file or a release, for the sentence that says so, and the bits of a certificate.
FINDINGS = {
    "_decide(included)",
    "_decide_trusted(included)",
    "_decide_untrusted(included)",
    "_judge(has_active)",
    "_released(resumed)",
    "_usage(crl_sign)",
    "_usage(digital_signature)",
    "_usage(key_cert_sign)",
}


def yes_or_no_parameters(path: Path) -> set[str]:
    """Every parameter that is annotated as a bool or has a bool for a default."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        positional = [*node.args.posonlyargs, *node.args.args]
        defaults = dict(zip(reversed([a.arg for a in positional]), reversed(node.args.defaults), strict=False))
        defaults |= {a.arg: d for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if d}
        for argument in arguments:
            default = defaults.get(argument.arg)
            is_bool = isinstance(default, ast.Constant) and isinstance(default.value, bool)
            if is_bool or (
                argument.annotation and "bool" in ast.unparse(argument.annotation).replace("|", " ").split()
            ):
                found.add(f"{node.name}({argument.arg})")
    return found


def test_no_function_of_the_door_is_told_yes_or_no() -> None:
    sources = [path for room in ROOMS for path in sorted((REPO / "pipelines" / room).rglob("*.py"))]
    assert set().union(*map(yes_or_no_parameters, sources)) <= FINDINGS
