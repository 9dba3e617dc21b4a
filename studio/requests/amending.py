"""Other values in a record: what legal changes for the next version."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import ValidationError

from consent.errors import ConsentStateError
from consent.record import ConsentRecord

_FIXED = ("spec_version", "supersedes", "notice", "deal", "class", "disclosure", "legal_basis")


def amended(record: ConsentRecord, changes: Mapping[str, object]) -> ConsentRecord:
    """Return the record with other values.

    Args:
        record: the version before.
        changes: JSON values by dotted path, such as ``{"scope.max_takes": 5, "money": {...}}``; None removes what is
            optional.

    Raises:
        ConsentStateError: a path or a value is wrong, or may not change.
    """
    terms = record.model_dump(mode="json", by_alias=True, exclude_none=True)
    terms.pop("notice", None)  # it is of the version before
    for path, value in changes.items():
        *tables, name = path.split(".")
        if path.split(".")[0] in _FIXED:
            raise ConsentStateError(f"{path} cannot change between versions; draft another request")
        table = terms
        for one in tables:
            inner = table.setdefault(one, {})
            if not isinstance(inner, dict):
                raise ConsentStateError(f"{path}: {one} is no table; see docs/consent-spec.md 2")
            table = inner
        if value is None:
            table.pop(name, None)
        else:
            table[name] = value
    try:
        return ConsentRecord.model_validate_json(json.dumps(terms), strict=True)
    except (ValidationError, TypeError) as e:
        raise ConsentStateError(_first(e)) from e


def _first(error: ValidationError | TypeError) -> str:
    if isinstance(error, TypeError):
        return "a value is not of JSON; give texts, numbers, truth values and lists of them"
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg'].removeprefix('Value error, ')}"
