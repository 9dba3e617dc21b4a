"""TOML files that people write, read so that every error names file, line and key.

``tomllib`` keeps no line numbers and pydantic knows none, so a small scanner walks the text again and notes on which
line each table and key begins. It trusts ``tomllib`` to have found the syntax right first.
Values pass to pydantic as JSON in strict mode: a number is never read as a text, nor a text as a number.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import TypeAlias, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from consent.errors import FileInvalidError, Problem

Key: TypeAlias = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)

BYTES_MAX = 1_000_000  # a consent or a brief of a hundred takes has some 50 kB; more is a mistaken file
_SHOWN_CHARS_MAX = 120
_KEY_PART = re.compile(r"""[ \t]*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))[ \t]*""")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_VALUE_PIECE = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'" r"|#[^\n]*" r"|.", re.DOTALL
)
_SYNTAX_LINE = re.compile(r" \(at line (\d+), column \d+\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlFile:
    """A file that is TOML; whether it says the right things is for ``validate``."""

    path: Path
    data: dict[str, object]
    _lines: dict[Key, int] = field(repr=False)

    def line_of(self, key: Key) -> int:
        """Return the line on which the key begins, or the nearest table around it; 1 for the whole file."""
        for end in range(len(key), 0, -1):
            if key[:end] in self._lines:
                return self._lines[key[:end]]
        return 1

    def problem(self, *key: str | int, message: str) -> FileInvalidError:
        """Return (to raise) the error that says what is wrong with this key."""
        return FileInvalidError(self.path, (Problem(self.line_of(key), _dotted(key), message),))

    def validate(self, model: type[Model]) -> Model:
        """Return the file's content as the model.

        Raises:
            FileInvalidError: with every problem, in the order of the lines.
        """
        try:
            return model.model_validate_json(json.dumps(self.data, default=_json_value), strict=True)
        except ValidationError as e:
            problems = (_problem_of(self, error, model) for error in e.errors(include_url=False))
            raise FileInvalidError(self.path, tuple(sorted(problems, key=lambda p: p.line))) from e


def read_toml(path: Path) -> TomlFile:
    """Read a TOML file.

    Raises:
        FileInvalidError: missing, too large, not UTF-8, or not TOML.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(BYTES_MAX + 1)
    except OSError as e:
        raise _unreadable(path, 1, f"cannot read the file: {e.strerror}; check the name") from e
    if len(raw) > BYTES_MAX:
        raise _unreadable(path, 1, f"the file is larger than {BYTES_MAX} bytes; is it the right one?")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        line = raw[: e.start].count(b"\n") + 1
        raise _unreadable(path, line, "this line is not UTF-8; save the file as UTF-8") from e
    text = text.replace("\r\n", "\n")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise _syntax_error(path, text, str(e)) from e
    return TomlFile(path=path, data=data, _lines=_find_lines(text))


def _unreadable(path: Path, line: int, message: str) -> FileInvalidError:
    return FileInvalidError(path, (Problem(line, "", message),))


def _syntax_error(path: Path, text: str, message: str) -> FileInvalidError:
    at = _SYNTAX_LINE.search(message)
    line = int(at.group(1)) if at else text.count("\n") + 1  # the other form says "at end of document"
    said = text.split("\n")[line - 1].strip() if line <= text.count("\n") + 1 else ""
    key = said.split("=", 1)[0].strip() if "=" in said else ""
    return FileInvalidError(path, (Problem(line, key, f"not TOML: {_SYNTAX_LINE.sub('', message)}; found {said!r}"),))


def _json_value(value: object) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    raise TypeError(type(value).__name__)  # tomllib makes no other type


def _problem_of(file: TomlFile, error: ErrorDetails, model: type[BaseModel]) -> Problem:
    key = tuple(error["loc"])
    if error["type"] == "extra_forbidden":
        message = "unknown key" + _did_you_mean(str(key[-1]), _keys_of(model, key[:-1]))
    elif error["type"] == "missing":
        message = "this key is missing and has no default; write it"
    else:
        found = json.dumps(error["input"], ensure_ascii=False)
        shown = found if len(found) <= _SHOWN_CHARS_MAX else found[:_SHOWN_CHARS_MAX] + "…"
        message = f"found {shown}; {_needed(error)}"
    return Problem(file.line_of(key), _dotted(key), message)


def _keys_of(model: type[BaseModel], table: Key) -> list[str]:
    """Return the keys that may stand in this table of the model."""
    for part in table:
        if isinstance(part, str):
            inner = [field for name, field in model.model_fields.items() if part in (field.alias, name)]
            (model, *_) = _models_in(inner[0].annotation)
    return sorted(field.alias or name for name, field in model.model_fields.items())


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _dotted(key: Key) -> str:
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _did_you_mean(wrong: str, known: list[str]) -> str:
    near = difflib.get_close_matches(wrong, known, n=1)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; known here: {', '.join(known)}" if known else ""


def _needed(error: ErrorDetails) -> str:
    if error["type"] == "value_error":  # our own validators write whole sentences
        return str(error["msg"]).removeprefix("Value error, ")
    message = error["msg"].removeprefix("Input should be ")
    return f"needed: {message[0].lower()}{message[1:]}"


def _find_lines(text: str) -> dict[Key, int]:
    """Return the line (from 1) on which each table and key of valid TOML begins."""
    lines: dict[Key, int] = {}
    counts: dict[Key, int] = {}
    table: Key = ()
    position = _skip_blank(text, 0)
    while position < len(text):
        line = text.count("\n", 0, position) + 1
        if text[position] == "[":
            is_array = text.startswith("[[", position)
            names, position = _read_key(text, position + (2 if is_array else 1))
            table = _in_arrays(names, counts)
            if is_array:
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            position = text.find("\n", position)
        else:
            names, position = _read_key(text, position)
            for end in range(1, len(names) + 1):
                lines.setdefault((*table, *names[:end]), line)
            position = _skip_value(text, position)
        for end in range(1, len(table) + 1):
            lines.setdefault(table[:end], line)
        position = _skip_blank(text, position) if position >= 0 else len(text)
    return lines


def _in_arrays(names: Key, counts: dict[Key, int]) -> Key:
    """Return the path of a table, with the index of the last element where it lies in an array of tables."""
    path: Key = ()
    for number, name in enumerate(names, start=1):
        path = (*path, name)
        if path in counts and number < len(names):
            path = (*path, counts[path])
    return path


def _read_key(text: str, position: int) -> tuple[Key, int]:
    """Return the dotted key that starts here, and the position of the "=" or "]" after it."""
    names: list[str] = []
    while True:
        part = _KEY_PART.match(text, position)
        assert part is not None  # tomllib has read this text already
        quoted, literal, bare = part.groups()
        names.append(tomllib.loads(f'x = "{quoted}"')["x"] if quoted is not None else literal if bare is None else bare)
        position = part.end()
        if text[position] != ".":
            return tuple(names), position
        position += 1


def _skip_value(text: str, position: int) -> int:
    """Return the end of the value: the line break outside all brackets and strings."""
    depth = 0
    for piece in _VALUE_PIECE.finditer(text, position):
        found = piece.group()
        if found in "[{":
            depth += 1
        elif found in "]}":
            depth -= 1
        elif found == "\n" and depth == 0:
            return piece.start()
    return -1


def _skip_blank(text: str, position: int) -> int:
    blank = _BLANK.match(text, position)
    assert blank is not None  # the pattern fits the empty text
    return blank.end()
