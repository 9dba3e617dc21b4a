"""Values of a record, as people read them."""

from __future__ import annotations

from collections.abc import Mapping


def value_text(value: object) -> str:
    """Say a value of a record's JSON in words; never shortened, or a difference could hide in what is cut off."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(value_text, value)) or "none"
    if isinstance(value, Mapping):
        if {"name", "sha256"} <= set(value):  # a bound file: two may have the same name
            return f"{value['name']} ({str(value['sha256'])[:12]})"
        said = (f"{name}: {value_text(one)}" for name, one in value.items())
        return "; ".join(said) or "none"
    return str(value)
