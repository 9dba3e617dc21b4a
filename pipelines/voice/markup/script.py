"""An SSML script as read: the plain text that people see, and what is to be done at which of its characters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipelines.voice.markup.source import Place
from pipelines.voice.script.manner import Stretch
from pipelines.voice.script.pieces import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Text that is said as written; ``locale`` is another language than the script's, None its own."""

    span: Span
    locale: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidAs:
    """Text that is said otherwise: ``value`` is an alias, IPA, or a kind of ``<say-as>`` (with its ``format``)."""

    span: Span
    locale: str | None
    how: Literal["alias", "ipa", "kind"]
    value: str
    place: Place
    format: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Silence before the character ``at``; the end of a sentence or paragraph if ``ends``."""

    at: int
    pause_s: float
    ends: bool


Part: TypeAlias = Written | SaidAs | Pause


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedScript:
    """``text`` is the plain text; ``parts`` cover it in order; ``stretches`` say in what manner, and do not overlap."""

    source: str
    text: str
    locale: str | None
    parts: tuple[Part, ...]
    stretches: tuple[Stretch, ...]

    @property
    def heard(self) -> str:
        """The text with every alias and phoneme in place of what it stands for."""
        said: list[str] = []
        for part in self.parts:
            if isinstance(part, Written) or (isinstance(part, SaidAs) and part.how == "kind"):
                said.append(self.text[part.span.begin : part.span.end])
            elif isinstance(part, SaidAs):
                said.append(part.value if part.how == "alias" else f"/{part.value}/")
        return "".join(said)
