"""From the text of an SSML script to its elements, by expat alone and without anything that XML can do to its reader.

A document type is refused where it begins, so no entity is ever declared, and nothing outside the text is ever asked
for. Length, depth and number of elements have limits. Every refusal is one sentence with a line and a column.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final, NoReturn
from xml.parsers import expat

from pipelines.errors import ScriptRefusedError
from pipelines.voice.markup.words import ELEMENTS, NAMESPACE, VERSIONS

BEGINNING: Final = "<speak"
CHARACTERS_MAX: Final = 60_000  # three times what a take may say
DEPTH_MAX: Final = 16
ELEMENTS_MAX: Final = 2_000

_BLANK: Final = " \t\r\n"
_DECLARATION: Final = "declaration"  # expat has no word of its own for one in the wrong place
# What expat says, in words that help; the others are passed on.
_ADVICE: Final = {
    _DECLARATION: "a document type or entity is never read; leave it out",
    "not well-formed (invalid token)": "there is a sign here that XML does not allow; write & as &amp; and < as &lt;",
    "undefined entity": "there are no names for signs but &amp; &lt; &gt; &quot; &apos;; write the sign itself",
    "no element found": "the script ends before </speak>; close every element",
    "unclosed token": "a tag is not closed; write > at its end",
    "mismatched tag": "this closes another element than the last that was opened; close them in order",
    "junk after document element": "something stands after </speak>; leave it out",
    "reference to invalid character number": "this number is no sign that XML allows; leave it out",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands in the source, both counted from 1."""

    line: int
    column: int

    def refused(self, why: str) -> ScriptRefusedError:
        """Return the error that says so."""
        return ScriptRefusedError(f"SSML, line {self.line}, column {self.column}: {why}")


@dataclass(slots=True, kw_only=True)
class Element:
    """An element with its known attributes; ``children`` are elements and stretches of text, in order."""

    name: str
    attributes: Mapping[str, str]
    place: Place
    children: list[Element | str] = field(default_factory=list)


def is_markup(text: str) -> bool:
    """Whether a script is SSML: it is if it begins with ``<speak``, and only then."""
    return text.lstrip(_BLANK).startswith(BEGINNING)


def parse(text: str) -> Element:
    """Read the elements of an SSML script.

    Raises:
        ScriptRefusedError: It is no XML, or not the part of SSML that is read here.
    """
    if len(text) > CHARACTERS_MAX:
        raise ScriptRefusedError(
            f"the SSML has {len(text)} characters and {CHARACTERS_MAX} is the most; make several takes"
        )
    skipped = text[: len(text) - len(text.lstrip(_BLANK))]
    try:
        data = text[len(skipped) :].encode()
    except UnicodeEncodeError as e:
        raise ScriptRefusedError("the SSML holds half a character; save it as UTF-8") from e
    try:
        return _Builder(skipped).built(data)
    except expat.ExpatError as e:
        said = expat.ErrorString(e.code)
        column = e.offset
        if re.split(r"\r\n?|\n", data.decode())[e.lineno - 1][:column].endswith("<!"):
            said, column = _DECLARATION, column - 2  # expat points at what follows
        place = _place(e.lineno, column, skipped)
        raise place.refused(_ADVICE.get(said, f"this is no XML ({said}); correct it")) from e


class _Builder:
    """Collects what expat finds; each handler refuses as early as it can."""

    def __init__(self, skipped: str) -> None:
        self._skipped = skipped
        self._open: list[Element] = []
        self._root: Element | None = None
        self._count = 0
        self._parser = expat.ParserCreate("UTF-8")
        self._parser.buffer_text = True
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._doctype
        self._parser.ProcessingInstructionHandler = self._instruction

    def built(self, data: bytes) -> Element:
        self._parser.Parse(data, True)  # noqa: FBT003 -- expat takes it by place
        assert self._root is not None, "expat refuses a document without an element"
        return self._root

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > ELEMENTS_MAX:
            self._refuse(f"there are more than {ELEMENTS_MAX} elements; make several takes")
        if len(self._open) >= DEPTH_MAX:
            self._refuse(f"elements stand more than {DEPTH_MAX} deep; take some away")
        if name not in ELEMENTS:
            self._refuse(f"<{name}> is not read here{_meant(name, ELEMENTS)}; known are: {_tags(ELEMENTS)}")
        self._check_parent(name)
        self._check_attributes(name, attributes)
        made = Element(name=name, attributes=attributes, place=self._here())
        if self._open:
            self._open[-1].children.append(made)
        else:
            self._root = made
        self._open.append(made)

    def _check_parent(self, name: str) -> None:
        if not self._open:
            if name != "speak":
                self._refuse(f"a script begins with <speak>, not with <{name}>")
            return
        parent = self._open[-1].name
        if name not in ELEMENTS[parent].children:
            allowed = ELEMENTS[parent].children
            may = f"may hold: {_tags(sorted(allowed))}" if allowed else "may hold no element"
            self._refuse(f"<{name}> may not stand in <{parent}>, which {may}")
        around = {element.name for element in self._open}
        if (name == "p" and around & {"p", "s"}) or (name == "s" and "s" in around):
            self._refuse(f"<{name}> may not stand in a {'sentence' if 's' in around else 'paragraph'}; close it first")

    def _check_attributes(self, name: str, attributes: Mapping[str, str]) -> None:
        word = ELEMENTS[name]
        for attribute in attributes:
            if attribute not in word.attributes:
                known = ", ".join(word.attributes) or "none"
                self._refuse(
                    f"<{name}> has no attribute {attribute!r}{_meant(attribute, word.attributes)}; known are: {known}"
                )
        absent = [attribute for attribute in word.needed if attribute not in attributes]
        if absent:
            self._refuse(f"<{name}> needs the attribute {absent[0]}")
        for attribute, allowed in (("version", VERSIONS), ("xmlns", (NAMESPACE,))):
            if attributes.get(attribute, allowed[0]) not in allowed:
                self._refuse(f"{attribute} is {attributes[attribute]!r} and must be {' or '.join(allowed)}")

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _text(self, data: str) -> None:
        if not ELEMENTS[self._open[-1].name].has_text:
            if data.strip(_BLANK):
                self._refuse(f"no words may stand in <{self._open[-1].name}>; write it as <{self._open[-1].name} .../>")
            return
        self._open[-1].children.append(data)

    def _doctype(self, *_of_no_interest: object) -> None:
        self._refuse(_ADVICE[_DECLARATION])

    def _instruction(self, *_of_no_interest: object) -> None:
        self._refuse("a processing instruction is never read; leave it out")

    def _here(self) -> Place:
        return _place(self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber, self._skipped)

    def _refuse(self, why: str) -> NoReturn:
        raise self._here().refused(why)


def _place(line: int, column: int, skipped: str) -> Place:
    """Count from 1, and the blanks before ``<speak`` in."""
    if line == 1:
        column += len(skipped) - (skipped.rfind("\n") + 1)
    return Place(line=line + skipped.count("\n"), column=column + 1)


def _tags(names: Mapping[str, object] | list[str]) -> str:
    return ", ".join(f"<{name}>" for name in names)


def _meant(found: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    near = get_close_matches(found.rpartition(":")[2] if found not in known else found, list(known), n=1)
    return f", did you mean {near[0]!r}?" if near else ""
