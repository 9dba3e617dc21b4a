"""Two versions of one consent: what changed, and whether the new one allows anything that the old one did not.

``widened`` is the judge: it knows when one list of territories, languages or channels lies inside another, so that a
narrowing by the subject can be taken as such, and an amendment that widens is shown for what it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pydantic import ValidationError

from consent.errors import ConsentStateError
from consent.record import ConsentRecord, Scope
from consent.territory import covers_language, covers_territory

Direction: TypeAlias = Literal["narrower", "wider", "other"]

NARROWABLE = (
    "modalities",
    "languages",
    "territories",
    "channels",
    "brands",
    "products",
    "valid_from",
    "valid_until",
    "max_takes",
    "script_approval",
    "script_approver",
    "prohibited_topics",
    "prohibited_words",
    "paid_media",
    "alterations",
    "assets",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field that two versions say differently; None where a version does not have it."""

    path: str
    old: object
    new: object
    direction: Direction


def widened(inner: Scope, outer: Scope) -> tuple[str, ...]:
    """Return the scope fields in which ``inner`` allows something that ``outer`` does not; empty means it is within."""
    return tuple(name for name, is_within in _WITHIN.items() if not is_within(inner, outer))


def _subset(name: str) -> Callable[[Scope, Scope], bool]:
    def is_within(inner: Scope, outer: Scope) -> bool:
        allowed = {_fold(value) for value in getattr(outer, name)}
        return all(_fold(value) in allowed for value in getattr(inner, name))

    return is_within


def _superset(name: str) -> Callable[[Scope, Scope], bool]:
    return lambda inner, outer: _subset(name)(outer, inner)


def _fold(value: object) -> object:
    return value.casefold() if isinstance(value, str) else value


def _same_or_unset(inner: Scope, outer: Scope) -> bool:
    wanted, allowed = inner.alterations, outer.alterations
    return all(getattr(allowed, name) or not getattr(wanted, name) for name in type(wanted).model_fields)


_WITHIN: dict[str, Callable[[Scope, Scope], bool]] = {
    "modalities": _subset("modalities"),
    "languages": lambda a, b: all(covers_language(b.languages, mine) for mine in a.languages),
    "territories": lambda a, b: all(covers_territory(b.territories, mine) for mine in a.territories),
    "channels": _subset("channels"),
    "brands": _subset("brands"),
    "products": _subset("products"),
    "valid_from": lambda a, b: a.valid_from >= b.valid_from,
    "valid_until": lambda a, b: a.valid_until <= b.valid_until,
    "max_takes": lambda a, b: a.max_takes <= b.max_takes,
    "script_approval": lambda a, b: a.script_approval == "per_script" or b.script_approval == "none",
    "script_approver": lambda a, b: a.script_approver == "subject" or b.script_approver == "controller",
    "prohibited_topics": _superset("prohibited_topics"),
    "prohibited_words": _superset("prohibited_words"),
    "paid_media": lambda a, b: b.paid_media or not a.paid_media,
    "alterations": _same_or_unset,
    "assets": lambda a, b: {one.sha256 for one in a.assets} <= {one.sha256 for one in b.assets},
}


def narrow(record: ConsentRecord, changes: Mapping[str, object], *, supersedes: str) -> ConsentRecord:
    """Return the version that the subject wants: the same terms with a smaller scope.

    Args:
        record: the version that was asked.
        changes: new values of scope fields, as JSON.
        supersedes: id of the version that was asked.

    Raises:
        ConsentStateError: a field cannot be narrowed, a value is wrong, nothing changes, or something would be wider.
    """
    strange = sorted(set(changes) - set(NARROWABLE))
    if strange:
        raise ConsentStateError(f"{', '.join(strange)} cannot be narrowed; ask for a change in words")
    terms = record.model_dump(mode="json", by_alias=True, exclude_none=True)
    terms["scope"] = {**terms["scope"], **changes}
    terms["supersedes"] = supersedes
    try:
        version = ConsentRecord.model_validate_json(json.dumps(terms), strict=True)
    except ValidationError as e:
        first = e.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise ConsentStateError(f"{where}: {first['msg'].removeprefix('Value error, ')}") from e
    wider = widened(version.scope, record.scope)
    if wider:
        raise ConsentStateError(f"{', '.join(wider)} would allow more than was asked; a consent can only be narrowed")
    if version.scope == record.scope:
        raise ConsentStateError("nothing is narrower than before; change at least one field")
    return version


def differences(old: ConsentRecord, new: ConsentRecord) -> tuple[Difference, ...]:
    """Return every field that two versions say differently, in the record's own order."""
    before, after = _flat(old), _flat(new)
    found = []
    for path in (*before, *(path for path in after if path not in before)):
        was, now = before.get(path), after.get(path)
        if was != now and path != "supersedes":
            found.append(Difference(path=path, old=was, new=now, direction=_direction(path, old.scope, new.scope)))
    return tuple(found)


def _flat(record: ConsentRecord) -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in record.model_dump(mode="json", by_alias=True, exclude_none=True).items():
        if isinstance(value, dict):
            flat.update({f"{name}.{key}": part for key, part in value.items()})
        else:
            flat[name] = value
    return flat


def _direction(path: str, old: Scope, new: Scope) -> Direction:
    table, _, name = path.partition(".")
    is_within = _WITHIN.get(name) if table == "scope" else None
    if is_within is None:
        return "other"
    if not is_within(new, old):
        return "wider"
    return "narrower" if not is_within(old, new) else "other"
