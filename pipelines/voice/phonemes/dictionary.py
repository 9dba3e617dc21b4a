"""A campaign's pronunciation dictionary: words, and how each is said, in every language or in one.

1. An entry counts in a take if its language is the take's or its beginning ("fr" counts in fr-CA).
2. It counts for whole words, however they are capitalised; with ``case`` only as it is written.
3. The longest word goes first: "Coffee One" before "Coffee".
4. Where two entries have the same word, the one for the take's language goes before the one for all, then the one with
   ``case`` before the one without.

The subtitles show the word as the script has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pipelines.errors import ScriptRefusedError
from pipelines.voice.phonemes.given import given_symbols
from pipelines.voice.voices import LANGUAGES, language_of

ENTRIES_MAX: Final = 1_000
WORD_MAX: Final = 80  # characters; a slogan
_FIELDS: Final = frozenset({"ipa", "sub", "case"})
_UNSPACED: Final = ("ja", "zh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One word; ``said`` is a respelling, or IPA if ``is_ipa``. ``locale`` None is every language."""

    word: str
    said: str
    is_ipa: bool
    case: bool = False
    locale: str | None = None

    def counts_in(self, locale: str) -> bool:
        """Whether it counts in a take of this locale."""
        asked, own = locale.replace("_", "-").lower(), (self.locale or "").replace("_", "-").lower()
        return not own or asked == own or asked.startswith(f"{own}-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What is wrong with an entry, in one sentence."""

    why: str


Read = tuple[tuple[str, ...], Entry | Wrong]  # the keys that lead to it, and what it is


def read_entries(table: Mapping[str, object]) -> Iterator[Read]:
    """Read a table of words; a table within it is a language's unless it has ``ipa`` or ``sub``.

    Args:
        table: ``word = "respelling"``, ``word = "/ipa/"``, ``word = { ipa = "...", case = true }``, and tables of such
            by language.
    """
    for key, value in table.items():
        if isinstance(value, dict) and not (value and value.keys() <= _FIELDS and value.keys() != {"case"}):
            wrong = _wrong_language(key)
            if wrong is not None:
                yield (key,), wrong
                continue
            for word, said in value.items():
                yield (key, str(word)), _entry(str(word), said, locale=key)
        else:
            yield (key,), _entry(key, value, locale=None)


def _wrong_language(key: str) -> Wrong | None:
    try:
        language_of(key)
    except ScriptRefusedError:
        languages = ", ".join(LANGUAGES)
        return Wrong(
            why=f'{key!r} is no language that is spoken ({languages}), and no word: give it a "sub" or an "ipa"'
        )
    return None


def _entry(word: str, value: object, *, locale: str | None) -> Entry | Wrong:
    if word != word.strip() or not any(c.isalnum() for c in word) or len(word) > WORD_MAX:
        return Wrong(why=f"{word!r} is no word; write 1 to {WORD_MAX} characters with no blanks around them")
    fields = value if isinstance(value, dict) else _plain(value)
    ipa, sub, case = fields.get("ipa"), fields.get("sub"), fields.get("case", False)
    if (ipa is None) == (sub is None) or not fields.keys() <= _FIELDS:
        return Wrong(why=f'say {word!r} one way: "a respelling", "/ipa/", {{ sub = "..." }} or {{ ipa = "..." }}')
    said = sub if ipa is None else ipa
    if not isinstance(said, str) or not said.strip() or not isinstance(case, bool):
        return Wrong(why=f"the pronunciation of {word!r} is empty or no text; case is true or false")
    made = Entry(word=word, said=said.strip(), is_ipa=ipa is not None, case=case, locale=locale)
    languages = LANGUAGES if locale is None else (language_of(locale),)
    try:
        for language in languages if made.is_ipa else ():
            given_symbols(made.said, language=language, word=word)
    except ScriptRefusedError as e:
        return Wrong(why=str(e))
    return made


def _plain(value: object) -> dict[str, object]:
    if isinstance(value, str) and re.fullmatch(r"/.*/", value.strip(), re.DOTALL):
        return {"ipa": value}
    return {"sub": value}


def resolved(entries: Iterable[Entry], *, text: str, locale: str) -> dict[str, str]:
    """Return how the words that stand in ``text`` are said in a take, as ``VoiceEngine.speak`` takes it.

    Args:
        entries: Of the campaign; earlier ones go first where nothing else decides.
        text: What is shown and what is said in place of it.
        locale: The take's.
    """
    language = language_of(locale)
    ranked = sorted(
        (entry for entry in entries if entry.counts_in(locale)),
        key=lambda entry: (-len(entry.word), -len(entry.locale or ""), not entry.case),
    )
    if not ranked:
        return {}
    found: dict[str, str] = {}
    for surface in _matches(ranked, text, spaced=language not in _UNSPACED):
        entry = next(one for one in ranked if _is(one, surface))
        symbols = given_symbols(entry.said, language=language, word=entry.word) if entry.is_ipa else ""
        found[surface] = f"/{symbols}/" if entry.is_ipa else entry.said
    if not found:
        return {}
    # The script reader knows no case: what it would take for a word of ours, and is none, is said as written.
    surfaces = [Entry(word=surface, said=surface, is_ipa=False) for surface in sorted(found, key=len, reverse=True)]
    for surface in _matches(surfaces, text, spaced=language not in _UNSPACED):
        found.setdefault(surface, surface)
    return found


def _is(entry: Entry, surface: str) -> bool:
    return surface == entry.word if entry.case else surface.casefold() == entry.word.casefold()


def _matches(ranked: Iterable[Entry], text: str, *, spaced: bool) -> list[str]:
    """The stretches of the text that are words of ours, the longest first at each place."""
    words = "|".join(re.escape(one.word) if one.case else f"(?i:{re.escape(one.word)})" for one in ranked)
    pattern = rf"(?<!\w)(?:{words})(?!\w)" if spaced else f"(?:{words})"
    return list(dict.fromkeys(match[0] for match in re.finditer(pattern, text)))
