"""Bring the catalogues up to date with the templates: ``python -m studio.catalogues.collect``.

New messages come in empty, changed ones are not guessed at, and messages that no template says any more go.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from studio.catalogues.languages import NAMES, SOURCE
from studio.catalogues.translations import FOLDER

PAGES: Final = Path(__file__).parent.parent / "web"
METHODS: Final = [("templates/**.html", "jinja2"), ("work/**.py", "python"), ("admin/**.py", "python")]
OPTIONS: Final = {"templates/**.html": {"newstyle_gettext": "true", "trimmed": "false"}}
CHANGING: Final = tuple(
    f'"{key}:'
    for key in (
        "Project-Id-Version",
        "Report-Msgid-Bugs-To",
        "POT-Creation-Date",
        "PO-Revision-Date",
        "Last-Translator",
        "Language-Team",
        "Generated-By",
    )
)


def said() -> Catalog:
    """Every message that the pages say, with the files that say it."""
    catalogue = Catalog(project="Sayso", charset="utf-8")
    found = extract_from_dir(PAGES, METHODS, OPTIONS)
    for path, _line, message, comments, context in sorted(found, key=lambda one: (one[0], one[1])):
        catalogue.add(message, locations=[(path, 0)], auto_comments=comments, context=context)
    return catalogue


def renew(language: str, messages: Catalog, *, folder: Path = FOLDER) -> Catalog:
    """The catalogue of a language with exactly these messages; translations that still fit are kept."""
    path = folder / f"{language}.po"
    kept = Catalog(locale=language, charset="utf-8", header_comment="# Sayso's pages.")
    if path.exists():
        with path.open("rb") as file:
            kept = read_po(file, locale=language)
    kept.update(messages, no_fuzzy_matching=True, keep_user_comments=True)
    kept.obsolete.clear()
    return kept


def written(catalogue: Catalog) -> str:
    """The catalogue as a file that changes only where a message did: the header keeps no times and no names."""
    buffer = io.BytesIO()
    catalogue.fuzzy = False
    write_po(buffer, catalogue, width=120, sort_output=True, include_lineno=False)
    lines = buffer.getvalue().decode("utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(CHANGING))


def forms_of(words: str | Sequence[str] | None) -> tuple[str, ...]:
    """A message or its translation, singular and plural alike."""
    return (words or "",) if words is None or isinstance(words, str) else tuple(words)


def main() -> None:
    """Write all catalogues."""
    messages = said()
    for language in sorted(set(NAMES) - {SOURCE}):
        catalogue = renew(language, messages)
        (FOLDER / f"{language}.po").write_text(written(catalogue), encoding="utf-8")
        missing = sum(1 for one in catalogue if one.id and not all(forms_of(one.string)))
        print(f"{language}: {len(catalogue)} messages, {missing} without a translation")  # noqa: T201 - a command's answer


if __name__ == "__main__":
    main()
