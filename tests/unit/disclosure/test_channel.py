from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipelines.assets import ASSETS
from pipelines.disclosure.channel import ChannelProfile, channel_ids, load_channel
from pipelines.errors import ProfileInvalidError


@given(
    channel=st.sampled_from(channel_ids()),
    width=st.integers(128, 1920).map(lambda n: n * 2),
    height=st.integers(128, 1920).map(lambda n: n * 2),
)
def test_safe_area_lies_inside_the_frame(channel: str, width: int, height: int) -> None:
    box = load_channel(channel).safe_area(width, height)
    assert box.x >= 0
    assert box.y >= 0
    assert 0 < box.width <= width - box.x
    assert 0 < box.height <= height - box.y


@pytest.mark.parametrize("channel", channel_ids())
def test_every_channel_has_a_source_and_tells_the_uploader_what_to_do(channel: str) -> None:
    profile = load_channel(channel)
    assert profile.sources
    assert profile.disclosure_switch


def test_unknown_channel_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ProfileInvalidError, match="youtube"):
        load_channel("myspace")


@pytest.mark.parametrize("channel", channel_ids())
def test_every_rule_names_where_it_was_read_and_the_profile_says_when(channel: str) -> None:
    profile = load_channel(channel)
    assert profile.as_of.year >= 2026
    for part in profile.rules():
        assert [profile.source(one).text for one in part.sources]


@pytest.mark.parametrize("channel", channel_ids())
def test_every_channel_accepts_something_of_even_size(channel: str) -> None:
    profile = load_channel(channel)
    assert profile.video or profile.still or profile.sound
    for rules in (*profile.video, *filter(None, (profile.still,))):
        assert all(int(side) % 2 == 0 for size in rules.sizes for side in size.split("x"))


def test_platforms_whose_upload_api_has_a_field_for_it_name_it() -> None:
    fields = {c: [(f.field, f.value) for f in load_channel(c).api] for c in channel_ids()}
    assert fields["youtube"] == fields["youtube-shorts"] == [("status.containsSyntheticMedia", True)]
    assert fields["tiktok"] == [("post_info.is_aigc", True)]
    assert fields["instagram"] == [("is_ai_generated", True)]
    assert fields["x"] == [("made_with_ai", True)]
    assert fields["linkedin"] == fields["facebook"] == []


def changed(**changes: object) -> dict[str, object]:
    return load_channel("youtube").model_dump() | changes


VIDEO = {"sources": ["limits"]}
TIGHT = {"top": 0.4, "right": 0.1, "bottom": 0.4, "left": 0.1}
WRONG = {
    "an unknown key": ({"colour": "red"}, "colour"),
    "an unknown key in a table": ({"video": [VIDEO | {"colour": "red"}]}, "colour"),
    "a least above its most": ({"video": [VIDEO | {"seconds_min": 9, "seconds_max": 3}]}, "seconds_min is 9"),
    "an odd size": ({"video": [VIDEO | {"sizes": ["1081x1920"]}]}, "odd"),
    "an odd limit": ({"video": [VIDEO | {"width_min": 361}]}, "multiple of 2"),
    "a size outside of its own limits": ({"video": [VIDEO | {"aspect_max": 1.0, "sizes": ["1920x1080"]}]}, "outside"),
    "a rule without a source": ({"video": [{"seconds_max": 3}]}, "sources"),
    "a source that is not there": ({"video": [{"sources": ["hearsay"]}]}, "hearsay"),
    "nothing accepted": ({"video": [], "thumbnail": None}, "accepts nothing"),
    "captions from nowhere": ({"captions_sources": []}, "captions_sources"),
    "a thumbnail of a sound": ({"video": [], "sound": {"sources": ["limits"]}}, "thumbnail"),
    "margins without room": (
        {"margins": dict.fromkeys(("landscape", "portrait", "square"), TIGHT)},
        "cover more than",
    ),
}


@pytest.mark.parametrize(("changes", "said"), WRONG.values(), ids=WRONG)
def test_a_profile_that_contradicts_itself_is_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ChannelProfile.model_validate(changed(**changes))


def test_two_sources_of_one_id_are_refused() -> None:
    sources = [*load_channel("youtube").model_dump()["sources"]] * 2
    with pytest.raises(ValidationError, match="one id"):
        ChannelProfile.model_validate(changed(sources=sources))


def test_every_channel_and_field_stands_in_the_documentation() -> None:
    text = (ASSETS.parent / "docs" / "channels.md").read_text(encoding="utf-8")
    for channel in channel_ids():
        assert f"| `{channel}` |" in text
        assert all(f"`{field.field}`" in text for field in load_channel(channel).api)
