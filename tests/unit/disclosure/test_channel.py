from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.disclosure.channel import channel_ids, load_channel
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
