"""The table of a dub: what is written comes back, and what cannot be dubbed is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.errors import InputInvalidError
from pipelines.voice.dubbing.table import DubTable, Segment, read_table, script_of, slots_of, write_table

TABLE = DubTable(
    language="en",
    duration_s=10.0,
    segments=(
        Segment(start_s=0.5, end_s=2.0, text='He said: "now"\\', translations=(("fr-FR", "Il dit : « maintenant »"),)),
        Segment(start_s=3.0, end_s=5.25, text="Order today.", translations=(("fr-FR", "Commandez  aujourd'hui."),)),
    ),
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_table(TABLE, tmp_path / "t.toml", locales=["fr-FR"])

    assert read_table(tmp_path / "t.toml") == TABLE


def test_each_locale_gets_an_empty_line_to_fill(tmp_path: Path) -> None:
    write_table(TABLE, tmp_path / "t.toml", locales=["fr-FR", "ja-JP"])

    assert dict(read_table(tmp_path / "t.toml").segments[0].translations)["ja-JP"] == ""


def test_an_empty_line_is_not_spoken() -> None:
    silent = Segment(start_s=6.0, end_s=7.0, text="Hm.", translations=(("fr-FR", ""),))
    table = DubTable(language="en", duration_s=10.0, segments=(*TABLE.segments, silent))

    slots = slots_of(table, "fr-FR")

    assert [slot.start_s for slot in slots] == [0.5, 3.0]
    assert script_of(slots) == "Il dit : « maintenant »\nCommandez aujourd'hui."


def test_a_missing_locale_is_named() -> None:
    with pytest.raises(InputInvalidError, match="no line for 'de-DE'"):
        slots_of(TABLE, "de-DE")


def test_nothing_translated_is_named() -> None:
    bare = DubTable(
        language="en", duration_s=3.0, segments=(Segment(start_s=0, end_s=1, text="x", translations=(("fr", " "),)),)
    )

    with pytest.raises(InputInvalidError, match="nothing is translated"):
        slots_of(bare, "fr")


WRONG = {
    "overlap": "start_s = 0.0\nend_s = 2.0\ntext = 'a'\n[[segments]]\nstart_s = 1.0\nend_s = 3.0\ntext = 'b'",
    "backwards": "start_s = 2.0\nend_s = 1.0\ntext = 'a'",
    "outside": "start_s = 2.0\nend_s = 11.0\ntext = 'a'",
    "unknown key": "start_s = 2.0\nend_s = 3.0\ntext = 'a'\nspeaker = 'b'",
    "no TOML": "start_s = ",
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_table_that_contradicts_itself_is_refused(tmp_path: Path, wrong: str) -> None:
    head = 'spec_version = 1\nlanguage = "en"\nduration_s = 10.0\n[[segments]]\n'
    (tmp_path / "t.toml").write_text(head + wrong, encoding="utf-8")

    with pytest.raises(InputInvalidError, match=r"t\.toml"):
        read_table(tmp_path / "t.toml")
