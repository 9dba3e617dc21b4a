from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.disclosure.market import (
    CONTRAST_FLOOR,
    SUBJECT_CLASSES,
    TEXT_HEIGHT_FLOOR,
    label_text,
    load_market,
    market_ids,
    notice_text,
    parse_market,
)
from pipelines.disclosure.wording import wording_for, wording_languages
from pipelines.errors import DisclosureError, ProfileInvalidError

MINIMAL = """
id = "XX"
name = "Somewhere"
as_of = 2026-11-22
status = "in_force"
needs_counsel = true
summary = "A test."
[[rules]]
text = "A rule."
source = "A law."
"""


@pytest.mark.parametrize("market", market_ids())
def test_every_profile_has_sources_and_keeps_the_floor(market: str) -> None:
    profile = load_market(market)
    assert profile.rules
    assert all(rule.source for rule in profile.rules)
    assert profile.label.text_height_min >= TEXT_HEIGHT_FLOOR
    assert profile.label.contrast_min >= CONTRAST_FLOOR
    assert profile.label.duration == "whole"
    assert profile.notice.audio_at_start


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("EU", "EU"),
        ("FR", "FR"),
        ("PL", "EU"),  # a member state without a file of its own is not a market without rules
        ("US", "US"),
        ("US-NY", "US-NY"),
        ("US-CA", "US-CA"),
        ("US-TX", "US"),
        ("CN", "CN"),
        ("JP", "JP"),
        ("DK", "DK"),
        ("GB", "GB"),
        ("AU", "generic"),
    ],
)
def test_territory_finds_its_profile(asked: str, found: str) -> None:
    assert load_market(asked).id == found


@pytest.mark.parametrize("junk", ["", "fr", "Europe", "../EU", "F", "US-", "U1"])
def test_what_is_no_territory_is_refused(junk: str) -> None:
    with pytest.raises(ProfileInvalidError, match="not a market"):
        load_market(junk)


@pytest.mark.parametrize("member", ["FR", "DE", "IT", "ES"])
def test_member_state_keeps_every_rule_of_the_union(member: str) -> None:
    union, state = load_market("EU"), load_market(member)
    assert set(union.rules) < set(state.rules)
    assert state.notice.repeat_every_s == union.notice.repeat_every_s


def test_world_is_at_least_as_strict_as_every_market() -> None:
    world = load_market("WORLD")
    for profile in map(load_market, market_ids()):
        assert world.label.text_height_min >= profile.label.text_height_min
        assert world.label.contrast_min >= profile.label.contrast_min
        assert set(profile.label.languages) <= set(world.label.languages)
        assert world.metadata.aigc_json or not profile.metadata.aigc_json


@pytest.mark.parametrize(
    ("case", "text"),
    [
        ("no source", MINIMAL.replace('source = "A law."', "")),
        ("empty source", MINIMAL.replace('"A law."', '""')),
        ("no rule", MINIMAL.split("[[rules]]", maxsplit=1)[0]),
        ("unknown key", MINIMAL + "\n[label]\nvisible = false\n"),
        ("smaller than the floor", MINIMAL + "\n[label]\ntext_height_min = 0.04\n"),
        ("paler than the floor", MINIMAL + "\n[label]\ncontrast_min = 3.0\n"),
        ("only at the start", MINIMAL + '\n[label]\nduration = "start"\n'),
        ("no spoken notice", MINIMAL + "\n[notice]\naudio_at_start = false\n"),
        ("not TOML", "id = "),
    ],
)
def test_profile_that_asks_for_less_or_has_no_source_does_not_parse(tmp_path: Path, case: str, text: str) -> None:
    path = tmp_path / "XX.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProfileInvalidError, match=r"XX\.toml"):
        parse_market(path)


def test_minimal_profile_gets_the_floor(tmp_path: Path) -> None:
    path = tmp_path / "XX.toml"
    path.write_text(MINIMAL, encoding="utf-8")
    assert parse_market(path).label.text_height_min == TEXT_HEIGHT_FLOOR


def test_new_york_names_a_performer_that_does_not_exist() -> None:
    new_york = load_market("US-NY")
    assert "performer" in label_text(new_york, locale="en-US", subject_class="synthetic_performer")
    assert "performer" not in label_text(new_york, locale="en-US", subject_class="replica")


@pytest.mark.parametrize("locale", ["en-US", "zh-CN", "hi-IN", "fr-FR"])
def test_china_reads_chinese_whatever_the_ad_speaks(locale: str) -> None:
    text = label_text(load_market("CN"), locale=locale, subject_class="replica")
    assert "AI生成" in text
    assert text.startswith(wording_for(locale).label.generated)


@given(
    market=st.sampled_from(["EU", "FR", "PL", "US-NY", "CN", "JP", "WORLD"]),
    language=st.sampled_from(wording_languages()),
    subject_class=st.sampled_from(SUBJECT_CLASSES),
)
def test_every_market_has_a_label_in_every_language(market: str, language: str, subject_class: str) -> None:
    text = label_text(load_market(market), locale=language, subject_class=subject_class)
    assert text.startswith(wording_for(language).leads_with)
    assert notice_text(load_market(market), language)


def test_unknown_class_is_refused() -> None:
    with pytest.raises(DisclosureError, match="subject class"):
        label_text(load_market("EU"), locale="en", subject_class="none")
