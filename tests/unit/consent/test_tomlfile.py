"""Lines of TOML: the scanner agrees with tomllib on what stands where."""

from __future__ import annotations

import tomllib
from datetime import date, time
from pathlib import Path
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from consent.errors import FileInvalidError
from consent.tomlfile import BYTES_MAX, read_toml

HARD = '''\
# a comment with [brackets] and = signs
title = "one # no comment"   # a comment
"quoted key" = 'it''s'
a.b = 1
a."c d".e = 2
list = [
  1, # one ]
  2,
]
text = """
[not.a.table]
key = 1 \\""" still
"""
literal = \'\'\'
x = 1
\'\'\'
inline = { p = 1, q = [2, 3] }
[table]
  k = 1
[table . sub]
k = 2
[[takes]]
locale = "fr"
[takes.more]
x = 1
[[takes]]
locale = "en"
[[takes.parts]]
n = 1
[[takes.parts]]
n = 2
'''.replace("'it''s'", "'its'")
LINES = {
    ("title",): 2,
    ("quoted key",): 3,
    ("a", "b"): 4,
    ("a", "c d", "e"): 5,
    ("list",): 6,
    ("list", 1): 6,
    ("text",): 10,
    ("literal",): 14,
    ("inline", "q"): 17,
    ("table",): 18,
    ("table", "k"): 19,
    ("table", "sub"): 20,
    ("table", "sub", "k"): 21,
    ("takes",): 22,
    ("takes", 0, "locale"): 23,
    ("takes", 0, "missing"): 22,
    ("takes", 0, "more", "x"): 25,
    ("takes", 1): 26,
    ("takes", 1, "locale"): 27,
    ("takes", 1, "parts", 0, "n"): 29,
    ("takes", 1, "parts", 1, "n"): 31,
    ("nowhere",): 1,
    (): 1,
}


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "file.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_lines_of_hard_toml(end: str, tmp_path: Path) -> None:
    file = read_toml(write(tmp_path, HARD.replace("\n", end)))
    assert {key: file.line_of(key) for key in LINES} == LINES


def test_byte_order_mark_is_no_key(tmp_path: Path) -> None:
    assert read_toml(write(tmp_path, b"\xef\xbb\xbfa = 1")).data == {"a": 1}


def test_empty_file_is_an_empty_table(tmp_path: Path) -> None:
    assert read_toml(write(tmp_path, "# nothing\n")).data == {}


KEYS = st.text(alphabet="abc_-1 .é\"'\\", min_size=1, max_size=4)
VALUES = st.one_of(
    st.integers(-9, 9).map(str),
    st.sampled_from(['"a # b"', "'[x]'", "[1,\n# ]\n2]", "{ k = '}' }", '"""\n[t]\n"""', "2026-11-01", "true"]),
)


def basic(key: str) -> str:
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@given(st.lists(st.tuples(KEYS, VALUES, st.integers(0, 2)), max_size=8, unique_by=lambda one: one[0]))
def test_every_key_is_found_where_it_was_written(entries: list[tuple[str, str, int]]) -> None:
    text, expected = "", {}
    for key, value, blank in entries:
        text += "\n" * blank + "# [c] = 1\n" * blank
        expected[key,] = text.count("\n") + 1
        text += f"{basic(key)} = {value}\n"
    from consent.tomlfile import _find_lines

    assert {key[0] for key in expected} == set(tomllib.loads(text))
    assert _find_lines(text) == expected


class Take(BaseModel):
    model_config = ConfigDict(extra="forbid")
    locale: str
    at: date | None = None


class Brief(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: Annotated[str, Field(alias="name")] = ""
    clock: time | None = None
    takes: tuple[Take, ...] = ()


def problems(folder: Path, content: str | bytes) -> list[tuple[int, str, str]]:
    with pytest.raises(FileInvalidError) as error:
        read_toml(write(folder, content)).validate(Brief)
    return [(one.line, one.key, one.message) for one in error.value.problems]


def test_content_is_read_as_the_model(tmp_path: Path) -> None:
    brief = read_toml(
        write(tmp_path, 'name = "x"\nclock = 12:00:00\n[[takes]]\nlocale = "fr"\nat = 2026-11-01')
    ).validate(Brief)
    assert brief.takes[0].at == date(2026, 11, 1)
    assert brief.clock == time(12)


def test_problem_in_a_later_table_is_found_there(tmp_path: Path) -> None:
    found = problems(tmp_path, '[[takes]]\nlocale = "fr"\n[[takes]]\nlocal = "en"\n')
    assert found == [
        (3, "takes[1].locale", "this key is missing and has no default; write it"),
        (4, "takes[1].local", "unknown key; did you mean 'locale'?"),
    ]


def test_unknown_key_without_likeness_lists_the_known_ones(tmp_path: Path) -> None:
    assert problems(tmp_path, "zzz = 1") == [(1, "zzz", "unknown key; known here: clock, name, takes")]


def test_long_input_is_shown_shortened(tmp_path: Path) -> None:
    ((_, _, message),) = problems(tmp_path, f"takes = '{'x' * 500}'")
    assert "…" in message
    assert len(message) < 250


def test_own_problem_names_its_line(tmp_path: Path) -> None:
    file = read_toml(write(tmp_path, '[[takes]]\nlocale = "fr"\n'))
    assert str(file.problem("takes", 0, "locale", message="no voice")) == f"{file.path}:2: takes[0].locale: no voice"


UNREADABLE = {
    "not UTF-8": (b"a = 1\nb = '\xff'\n", 2, "UTF-8"),
    "no value": (b"a = 1\nb =\n", 2, "not TOML"),
    "never closed": (b"a = [1,\n2\n", 3, "not TOML"),
    "no key": (b"= 1\n", 1, "not TOML"),
    "just words": (b"hello\n", 1, "not TOML"),
    "too large": (b"#" * (BYTES_MAX + 1), 1, "larger than"),
}


@pytest.mark.parametrize(("content", "line", "words"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_unreadable_file_names_the_line(content: bytes, line: int, words: str, tmp_path: Path) -> None:
    with pytest.raises(FileInvalidError) as error:
        read_toml(write(tmp_path, content))
    (problem,) = error.value.problems
    assert problem.line == line
    assert words in problem.message


def test_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileInvalidError, match="cannot read the file"):
        read_toml(tmp_path / "none.toml")


def test_only_what_toml_holds_is_written_as_json() -> None:
    from consent.tomlfile import _json_value

    with pytest.raises(TypeError):
        _json_value(object())
