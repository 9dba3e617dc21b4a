"""The part of SSML 1.1 that is read here: elements, attributes, and what may stand in what.

Source: https://www.w3.org/TR/speech-synthesis11/. Whatever is not in these tables is refused by name, never skipped: a
script that was written for another engine would sound wrong without anybody being told.

Nothing that ``agreed`` imports needs more than the standard library: consent is asked about a script where no engine is
installed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

NAMESPACE: Final = "http://www.w3.org/2001/10/synthesis"
VERSIONS: Final = ("1.0", "1.1")

KINDS: Final = (  # of <say-as>
    "cardinal",
    "ordinal",
    "digits",
    "telephone",
    "characters",
    "spell-out",
    "date",
    "time",
    "currency",
    "unit",
)

INLINE: Final = frozenset({"break", "emphasis", "prosody", "phoneme", "say-as", "lang", "sub"})
_BLOCKS: Final = frozenset({"p", "s"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """An element: its attributes, those it needs, and the elements that may stand in it.

    ``has_text`` says whether words may stand directly in it; ``is_leaf`` that nothing else may.
    """

    attributes: tuple[str, ...]
    needed: tuple[str, ...] = ()
    children: frozenset[str] = frozenset()
    has_text: bool = True

    @property
    def is_leaf(self) -> bool:
        """Whether only words stand in it."""
        return not self.children


ELEMENTS: Final[Mapping[str, Word]] = MappingProxyType(
    {
        "speak": Word(attributes=("version", "xmlns", "xml:lang"), children=_BLOCKS | INLINE),
        "p": Word(attributes=(), children=INLINE | {"s"}),
        "s": Word(attributes=(), children=INLINE),
        "break": Word(attributes=("time", "strength"), has_text=False),
        "emphasis": Word(attributes=("level",), children=INLINE),
        "prosody": Word(attributes=("rate", "pitch", "volume"), children=INLINE | _BLOCKS),
        "phoneme": Word(attributes=("alphabet", "ph"), needed=("alphabet", "ph")),
        "say-as": Word(attributes=("interpret-as", "format"), needed=("interpret-as",)),
        "lang": Word(attributes=("xml:lang",), needed=("xml:lang",), children=INLINE | _BLOCKS),
        "sub": Word(attributes=("alias",), needed=("alias",)),
    }
)
