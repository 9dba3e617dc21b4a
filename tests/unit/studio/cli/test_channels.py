from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.disclosure.channel import channel_ids, load_channel
from studio.cli.app import app


def sayso(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.stdout, result.stderr


def test_every_channel_is_listed_with_what_it_accepts() -> None:
    code, out, _ = sayso("channels", "list", "--json")
    rows = {row["id"]: row for row in json.loads(out)["channels"]}
    assert code == 0
    assert set(rows) == set(channel_ids())
    assert rows["radio"]["accepts"] == ["audio"]
    code, out, _ = sayso("channels", "list")
    assert len(out.splitlines()) == len(rows)


@pytest.mark.parametrize("channel", channel_ids())
def test_a_channel_is_shown_rule_by_rule_with_its_sources(channel: str) -> None:
    code, out, _ = sayso("channels", "show", channel)
    profile = load_channel(channel)
    assert code == 0
    for part in (
        profile.disclosure_switch,
        profile.note,
        *(s.text for r in profile.rules() for s in map(profile.source, r.sources)),
    ):
        assert part in out
    code, out, _ = sayso("channels", "show", channel, "--json")
    assert json.loads(out)["id"] == channel


def test_the_field_of_the_upload_api_is_shown() -> None:
    _, out, _ = sayso("channels", "show", "youtube")
    assert "status.containsSyntheticMedia = true" in out
    assert "https://developers.google.com/youtube/v3/revision_history" in out


def test_an_unknown_channel_is_one_sentence() -> None:
    code, _, err = sayso("channels", "show", "myspace")
    assert code == 2
    assert err.startswith("sayso: channel 'myspace' is unknown; use one of facebook")


def test_exporting_an_unknown_take_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYSO_HOME", str(tmp_path / "home"))
    code, _, err = sayso("export", "nobody-01", "--out", str(tmp_path / "out"))
    assert code == 2
    assert "there is no take nobody-01 in this home" in err
    assert not (tmp_path / "out").exists()
