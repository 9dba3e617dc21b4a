"""How a brief says that its scripts are said: checked when the brief is read, made plain when its takes are planned."""

from __future__ import annotations

from collections.abc import Mapping

from consent.tomlfile import TomlFile
from pipelines.errors import ScriptRefusedError
from pipelines.voice.markup.agreed import agreed_text
from pipelines.voice.markup.reader import read_markup
from pipelines.voice.markup.source import is_markup
from pipelines.voice.phonemes.dictionary import ENTRIES_MAX, Entry, Wrong, read_entries, resolved
from pipelines.voice.voices import language_of


def check_script(file: TomlFile, index: int, text: str, *, locale: str) -> None:
    """Read the script of a take, if it is SSML.

    Raises:
        FileInvalidError: It is not the part of SSML that is read here; the place within it is in the message.
    """
    if not is_markup(text):
        return
    try:
        read_markup(text, locale=locale)
    except ScriptRefusedError as e:
        raise file.problem("takes", index, "text", message=str(e)) from e


def check_words(file: TomlFile, table: Mapping[str, object] | None, *at: str | int) -> None:
    """Read a pronunciation table of the brief, or of the take ``at``.

    Raises:
        FileInvalidError: An entry says nothing that can be spoken.
    """
    count = 0
    for keys, found in read_entries(table or {}):
        count += 1
        if isinstance(found, Wrong):
            raise file.problem(*at, "pronunciation", *keys, message=found.why)
    if count > ENTRIES_MAX:
        raise file.problem(*at, "pronunciation", message=f"there are {count} words and {ENTRIES_MAX} is the most")


def words_said(*tables: Mapping[str, object] | None, text: str, locale: str) -> dict[str, str]:
    """Return how the words of a script are said; of two tables with a word, the first one has it.

    Args:
        tables: The take's, then the brief's; both were checked.
        text: The script, plain or SSML.
        locale: The take's.
    """
    entries = [one for table in tables for _, one in read_entries(table or {}) if isinstance(one, Entry)]
    try:
        language_of(locale)
    except ScriptRefusedError:
        return {}  # nobody speaks the take; the step that would says so, with the languages there are
    return resolved(entries, text=agreed_text(text), locale=locale) if entries else {}
