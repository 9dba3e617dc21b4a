"""A dub as a brief: the scripts come from the table, with their times."""

from __future__ import annotations

from pathlib import Path

import pytest

from consent.errors import FileInvalidError
from consent.grant import RecordId
from pipelines.errors import InputInvalidError
from pipelines.voice.dubbing.table import DubTable, Segment
from studio.campaigns.brief import read_brief
from studio.campaigns.dubbing import dub_brief
from studio.campaigns.planning import brief_sha256, plan_takes
from studio.errors import UsageError

BRIEF = """
consent = "abc"
brand = "Example"
product = "Coffee One"
commercial = true
[[takes]]
locale = "fr-FR"
market = "FR"
channel = "youtube"
format = "wav"
text = "comes from the table"
"""
TABLE = DubTable(
    language="en",
    duration_s=9.0,
    segments=(
        Segment(start_s=1.0, end_s=2.0, text="Hello.", translations=(("fr-FR", "Bonjour."),)),
        Segment(start_s=4.0, end_s=6.0, text="Order now.", translations=(("fr-FR", "Commandez."),)),
    ),
)


def write(folder: Path, text: str) -> Path:
    path = folder / "brief.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_tables_lines_are_what_consent_is_asked_for(tmp_path: Path) -> None:
    brief = read_brief(write(tmp_path, BRIEF))
    stem = tmp_path / "music.wav"
    stem.write_bytes(b"sound")

    dub = dub_brief(brief, TABLE, stem=stem)
    (plan,) = plan_takes(dub, record_id=RecordId("r"), campaign_id="c", producer="p", cards_for=lambda _: ((), ()))

    assert plan.request.script == "Bonjour.\nCommandez."
    assert [(line.start_s, line.end_s) for line in plan.lines] == [(1.0, 2.0), (4.0, 6.0)]
    assert (plan.programme_s, plan.stem, plan.translated_from) == (9.0, "stem.wav", "en")
    assert brief_sha256(dub, record_id=RecordId("r")) != brief_sha256(brief, record_id=RecordId("r"))


def test_another_stem_is_another_campaign(tmp_path: Path) -> None:
    brief, stem = read_brief(write(tmp_path, BRIEF)), tmp_path / "music.wav"
    digests = set()
    for sound in (b"one", b"two"):
        stem.write_bytes(sound)
        digests.add(brief_sha256(dub_brief(brief, TABLE, stem=stem), record_id=RecordId("r")))

    assert len(digests) == 2


def test_pictures_are_not_dubbed(tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(b"picture")
    asked = BRIEF.replace('"wav"', '"1080x1920"').replace("commercial = true", 'commercial = true\nportrait = "p.png"')

    with pytest.raises(UsageError, match='write format = "wav"'):
        dub_brief(read_brief(write(tmp_path, asked)), TABLE, stem=None)


def test_a_locale_without_lines_is_named(tmp_path: Path) -> None:
    brief = read_brief(write(tmp_path, BRIEF.replace("fr-FR", "de-DE")))

    with pytest.raises(InputInvalidError, match="de-DE"):
        dub_brief(brief, TABLE, stem=None)


WRONG = {
    "other words": 'lines = [{start_s = 0, end_s = 1, text = "no"}]',
    "backwards": 'lines = [{start_s = 2, end_s = 1, text = "comes from the table"}]',
}


@pytest.mark.parametrize("lines", WRONG.values(), ids=WRONG)
def test_lines_by_hand_must_be_the_script_and_in_order(tmp_path: Path, lines: str) -> None:
    with pytest.raises(FileInvalidError, match="lines of a dub"):
        read_brief(write(tmp_path, BRIEF + lines))
