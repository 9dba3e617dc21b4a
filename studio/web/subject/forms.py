"""The page's plain forms: read with a limit, and turned into what the desk takes.

A field keeps all its values, so that what was typed can be shown again when it was refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request

from studio.requests.desk import ActRefusedError, Counter

FORM_BYTES_MAX: Final = 200_000  # a message has 4,000 characters, which are nine bytes each at most in a form
FIELDS_MAX: Final = 2_000
TAKES_DIGITS_MAX: Final = 9
PARTS: Final = ("modalities", "languages", "territories", "channels", "brands", "products")

Fields = Mapping[str, tuple[str, ...]]


class FormTooLargeError(Exception):
    """More came than any of the forms can hold."""


class UntickedError(Exception):
    """The box that agrees to the comparison of face and voice is not ticked."""


async def fields(request: Request) -> Fields:
    """Read a form that the page sent; no more of it than the forms can hold is kept.

    Raises:
        FormTooLargeError: it is larger.
    """
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > FORM_BYTES_MAX:
            raise FormTooLargeError
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError as e:  # no UTF-8, or too many fields
        raise FormTooLargeError from e
    read: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        read[name] = (*read.get(name, ()), value)
    return read


def text_of(form: Fields, name: str) -> str:
    """One field's text; empty if there is none."""
    return next(iter(form.get(name, ())), "")


def part_of(form: Fields) -> Mapping[str, tuple[str, ...]] | None:
    """What is withdrawn: these values of these fields, or all of it (None)."""
    if text_of(form, "what") != "part":
        return None
    return {name: form[name] for name in PARTS if name in form}


def counter_of(form: Fields) -> Counter:
    """Read the form of the smaller version. A list that is not in it stays; one without ticks is told by its mark.

    Raises:
        ActRefusedError: a number is none.
    """

    def chosen(name: str) -> tuple[str, ...] | None:
        return form.get(name, ()) if f"has_{name}" in form else None

    def lines(name: str) -> tuple[str, ...]:
        written = text_of(form, name).splitlines()
        return tuple(dict.fromkeys(line.strip() for line in written if line.strip()))

    return Counter(
        modalities=chosen("modalities"),
        languages=chosen("languages"),
        territories=chosen("territories"),
        channels=chosen("channels"),
        brands=chosen("brands"),
        products=chosen("products"),
        valid_until=text_of(form, "valid_until").strip() or None,
        max_takes=_takes(text_of(form, "max_takes").strip()),
        script_approval="per_script" if "script_approval" in form else None,
        more_prohibited_topics=lines("topics"),
        more_prohibited_words=lines("words"),
        paid_media=False if "has_paid_media" in form and "paid_media" not in form else None,
    )


def _takes(written: str) -> int | None:
    if not written:
        return None
    if not (written.isascii() and written.isdigit() and len(written) <= TAKES_DIGITS_MAX):
        raise ActRefusedError("narrow_invalid", fields="max_takes")
    return int(written)
