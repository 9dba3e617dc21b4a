"""A counter-offer: from what the subject wants less of to a narrower record, or a refusal that names the fields."""

from __future__ import annotations

import json

from pydantic import ValidationError

from consent.errors import ConsentStateError
from consent.grant import RecordId
from consent.narrowing import narrow, widened
from consent.record import ConsentRecord, Scope
from studio.requests.desk import ActRefusedError, Counter

_AS_THEY_ARE = (
    "modalities",
    "languages",
    "territories",
    "channels",
    "brands",
    "products",
    "valid_until",
    "max_takes",
    "script_approval",
    "paid_media",
)


def narrowed(record: ConsentRecord, counter: Counter, *, record_id: RecordId) -> ConsentRecord:
    """Return the version that the subject wants.

    Raises:
        ActRefusedError: nothing is narrower, something would be wider, or a value is wrong.
    """
    changes = _changes(record.scope, counter)
    if not changes:
        raise ActRefusedError("narrow_nothing")
    wider = widened(_scope(record.scope, changes), record.scope)
    if wider:
        raise ActRefusedError("narrow_wider", fields=", ".join(wider))
    try:
        return narrow(record, changes, supersedes=record_id)
    except ConsentStateError as e:
        raise ActRefusedError("narrow_invalid", fields=", ".join(changes)) from e


def _changes(scope: Scope, counter: Counter) -> dict[str, object]:
    """The scope fields, as JSON, that the counter-offer says otherwise."""
    now = scope.model_dump(mode="json")
    wanted: dict[str, object] = {name: _listed(getattr(counter, name)) for name in _AS_THEY_ARE}
    wanted["prohibited_topics"] = _more(scope.prohibited_topics, counter.more_prohibited_topics)
    wanted["prohibited_words"] = _more(scope.prohibited_words, counter.more_prohibited_words)
    if counter.script_approval == "per_script" and scope.script_approver != "subject":
        wanted["script_approver"] = "subject"
    return {name: value for name, value in wanted.items() if value is not None and value != now[name]}


def _listed(value: object) -> object:
    return sorted(value) if isinstance(value, tuple) else value


def _more(present: tuple[str, ...], added: tuple[str, ...]) -> list[str]:
    known = {one.casefold() for one in present}
    more: dict[str, str] = {}
    for one in added:
        said = " ".join(one.split())
        if said and said.casefold() not in known:
            more.setdefault(said.casefold(), said)
    return sorted((*present, *more.values()))


def _scope(scope: Scope, changes: dict[str, object]) -> Scope:
    terms = {**scope.model_dump(mode="json", exclude_none=True), **changes}
    try:
        return Scope.model_validate_json(json.dumps(terms), strict=True)
    except ValidationError as e:
        fields = sorted({str(one["loc"][0]) for one in e.errors(include_url=False, include_input=False) if one["loc"]})
        raise ActRefusedError("narrow_invalid", fields=", ".join(fields or changes)) from e
