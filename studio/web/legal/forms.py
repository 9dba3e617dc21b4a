"""From a form's texts to the values of a record, and back. What cannot be read keeps its text and gets a sentence.

Values are JSON by dotted path, as ``studio.requests`` takes them; an empty field is a value that is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from babel.numbers import get_currency_precision

from consent.errors import FileInvalidError
from consent.record import Alterations, ConsentRecord
from studio.web.legal.fields import Field, Group

Texts = Mapping[str, Sequence[str]]  # what a browser sends: each name with its values


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form as it was sent: its texts, its values, and what is wrong with it by path."""

    texts: Texts
    values: Mapping[str, object] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)

    def with_problems(self, problems: Mapping[str, str]) -> Filled:
        """The same form with complaints."""
        return Filled(texts=self.texts, values=self.values, problems=problems)


def read_form(texts: Texts, form: Iterable[Group]) -> Filled:
    """Read every field of the form."""
    values: dict[str, object] = {}
    problems: dict[str, str] = {}
    for one in _fields(form):
        given = [text.strip() for text in texts.get(one.path, ())]
        try:
            values[one.path] = _value(one, given, texts)
        except ValueError as e:
            problems[one.path] = str(e)
    return Filled(texts=texts, values=values, problems=problems)


def terms_of(record: ConsentRecord) -> dict[str, object]:
    """Return a record as the tables of its JSON."""
    return record.model_dump(mode="json", by_alias=True, exclude_none=True)


def texts_of(terms: Mapping[str, object], form: Iterable[Group]) -> Texts:
    """Return the texts that a form shows for these terms."""
    return {one.path: _texts(one, _at(terms, one.path), terms) for one in _fields(form)}


def changed(values: Mapping[str, object], record: ConsentRecord) -> dict[str, object]:
    """Return the values that the record does not have; a table that lost its last value goes as a whole."""
    terms = terms_of(record)
    # A field that is not set stands for its default, which the record writes out: lists are none, switches are on.
    found = {
        path: value for path, value in values.items() if value != _at(terms, path) and not _is_unset(path, value, terms)
    }
    for table in ("guardian", "money", "representation"):
        mine = {path: value for path, value in values.items() if path.startswith(f"{table}.")}
        if table in terms and mine and all(value is None for value in mine.values()):
            found = {path: value for path, value in found.items() if path not in mine} | {table: None}
    return found


def nested(values: Mapping[str, object]) -> dict[str, object]:
    """Return the values as the tables of a consent.toml, without those that are not there."""
    tables: dict[str, object] = {}
    for path, value in values.items():
        table, _, name = path.partition(".")
        if value is None:
            continue
        if not name:
            tables[table] = value
            continue
        inner = tables.setdefault(table, {})
        assert isinstance(inner, dict), "no field has the name of a table"
        inner[name] = value
    return tables


def problem_path(key: str, form: Iterable[Group]) -> str:
    """Return the field that a complaint about this key belongs to; empty if none does."""
    plain = re.sub(r"\[\d+\]|\.\d+", "", key)
    known = [one.path for one in _fields(form)]
    fits = [path for path in known if plain == path or plain.startswith(f"{path}.")]
    return fits[0] if fits else ""


def by_field(error: FileInvalidError, form: Iterable[Group]) -> tuple[dict[str, str], list[str]]:
    """Return the complaints about a form: those of a field by its path, and the rest."""
    groups, rest = tuple(form), []
    problems: dict[str, str] = {}
    for one in error.problems:
        path = problem_path(one.key, groups)
        if path:
            problems.setdefault(path, one.message)
        else:
            rest.append(f"{one.key}: {one.message}" if one.key else one.message)
    return problems, rest


def _fields(form: Iterable[Group]) -> Iterable[Field]:
    return (one for group in form for one in group.fields)


def _value(one: Field, given: list[str], texts: Texts) -> object:
    first = given[0] if given else ""
    found: object = first or None
    match one.kind:
        case "list":
            found = [part for part in (piece.strip() for piece in re.split(r"[,\n]", first)) if part] or None
        case "checks" if one.path == "scope.alterations":
            found = {name: name in given for name in Alterations.model_fields}
        case "checks":
            found = sorted(set(filter(None, given)))
        case "switch":
            found = bool(first)
        case "number":
            found = _number(first)
        case "money":
            found = _minor_units(first, currency=next(iter(texts.get("money.currency", ())), "").strip())
        case "area":
            found = first.replace("\r\n", "\n") or None
        case "text" | "email" | "date" | "choice":
            pass
    return found


def _number(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise ValueError(f"{text!r} is no whole number")
    return int(text)


def _minor_units(text: str, *, currency: str) -> int | None:
    if not text:
        return None
    places = get_currency_precision(currency.upper() or "EUR")
    try:
        amount = Decimal(text).scaleb(places)
    except InvalidOperation as e:
        raise ValueError(f"{text!r} is no amount; write it such as 1500.00") from e
    if not amount.is_finite() or amount < 0 or amount != amount.to_integral_value():
        raise ValueError(f"{text!r} is no amount with {places} decimals at most")
    return int(amount)


def _texts(one: Field, value: object, terms: Mapping[str, object]) -> tuple[str, ...]:
    if value is None or value is False:
        return ()
    if one.path == "scope.alterations" and isinstance(value, Mapping):
        return tuple(str(name) for name, is_allowed in value.items() if is_allowed)
    if one.kind == "list" and isinstance(value, list | tuple):
        return (", ".join(map(str, value)),)
    if isinstance(value, list | tuple):
        return tuple(map(str, value))
    if one.kind == "money" and isinstance(value, int):
        places = get_currency_precision(str(_at(terms, "money.currency") or "EUR"))
        return (f"{Decimal(value).scaleb(-places):f}",)
    return ("on",) if value is True else (str(value),)


def _at(terms: Mapping[str, object], path: str) -> object:
    found: object = terms
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _is_unset(path: str, value: object, terms: Mapping[str, object]) -> bool:
    return value in (None, []) and _at(terms, path) in (None, [], ())
