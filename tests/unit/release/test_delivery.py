from __future__ import annotations

import dataclasses

import pytest

from pipelines.disclosure.channel import ChannelProfile, load_channel
from pipelines.release.delivery import check_delivery, failures
from pipelines.release.measuring import Measured, measure
from tests.fakes.doors import House

FILM = Measured(
    kind="video",
    bytes=4_000_000,
    seconds=12.0,
    width=1080,
    height=1920,
    fps=25.0,
    codec="h264",
    sound_codec="aac",
    sound_channels=1,
    sound_rate=48_000,
    kbps=2667,
    lufs=-16.1,
    peak_dbtp=-1.8,
)
SOUND = dataclasses.replace(
    FILM, kind="audio", width=0, height=0, fps=0.0, codec="", sound_codec="mp3float", seconds=30.0, kbps=192
)
STILL = dataclasses.replace(
    FILM, kind="still", width=1080, height=1080, codec="jpeg", sound_codec="", seconds=0.0, lufs=None, peak_dbtp=None
)

BROKEN = {
    "a film too long for Facebook's reels and feed": ("facebook", {"seconds": 15_000.0}, "length in s"),
    "a film too short for TikTok": ("tiktok", {"seconds": 2.0}, "length in s"),
    "a film too large for X": ("x", {"bytes": 600_000_000}, "file size in bytes"),
    "too many frames a second for X": ("x", {"fps": 50.0}, "frames per second"),
    "too high a bit rate for X": ("x", {"kbps": 26_000}, "bit rate in kbit/s"),
    "a wide film among Shorts": ("youtube-shorts", {"width": 1920, "height": 1080}, "aspect"),
    "a codec that YouTube does not name": ("youtube", {"codec": "vp9"}, "video codec"),
    "sound that YouTube does not name": ("youtube", {"sound_codec": "mp3"}, "sound codec"),
    "a frame too small for TikTok": ("tiktok", {"width": 320}, "width in px"),
    "a film for a podcast": ("podcast", {}, "media"),
}


@pytest.mark.parametrize(("channel", "changes", "what"), BROKEN.values(), ids=BROKEN)
def test_a_broken_rule_is_required_and_names_what(channel: str, changes: dict[str, object], what: str) -> None:
    found = dataclasses.replace(FILM, **changes)  # type: ignore[arg-type] # a case table's keywords
    assert what in {check.what for check in failures(check_delivery(found, load_channel(channel)))}


@pytest.mark.parametrize("channel", ["youtube", "youtube-shorts", "tiktok", "instagram", "facebook", "linkedin", "x"])
def test_an_upright_film_of_twelve_seconds_fits_every_social_channel(channel: str) -> None:
    assert failures(check_delivery(FILM, load_channel(channel))) == ()


def test_one_placement_that_suits_is_enough_and_the_others_are_told() -> None:
    wide = dataclasses.replace(FILM, width=1920, height=1080)
    checks = check_delivery(wide, load_channel("facebook"))
    assert failures(checks) == ()
    assert {check.placement for check in checks if not check.holds} == {"reels"}


def test_a_podcast_too_loud_is_refused_and_a_radio_spot_is_told() -> None:
    loud = dataclasses.replace(SOUND, lufs=-12.0, peak_dbtp=-0.2)
    broken = failures(check_delivery(loud, load_channel("podcast")))
    assert {check.what for check in broken} == {"loudness in LUFS", "true peak in dBTP"}
    spot = check_delivery(SOUND, load_channel("radio"))
    assert failures(spot) == ()
    assert [check.found for check in spot if not check.holds] == ["-16.1"]
    assert failures(check_delivery(SOUND, load_channel("podcast"))) == ()


def test_a_sound_of_another_codec_or_bit_rate_than_the_podcast_takes() -> None:
    poor = dataclasses.replace(SOUND, sound_codec="pcm_s16le", kbps=16)
    broken = {check.what for check in failures(check_delivery(poor, load_channel("podcast")))}
    assert broken == {"sound codec", "sound bit rate in kbit/s"}


def test_a_still_must_be_of_a_format_and_shape_that_the_channel_takes() -> None:
    assert failures(check_delivery(STILL, load_channel("instagram"))) == ()
    odd = dataclasses.replace(STILL, codec="webp", width=1440, height=320)
    broken = {check.what for check in failures(check_delivery(odd, load_channel("instagram")))}
    assert broken == {"picture format", "aspect"}


def test_advice_is_not_a_fault() -> None:
    checks = check_delivery(dataclasses.replace(FILM, width=720, height=1280), load_channel("tiktok"))
    advised = [check for check in checks if check.what == "advised frame size"]
    assert [(check.holds, check.required) for check in advised] == [(False, False)]
    assert failures(checks) == ()


def test_a_channel_may_limit_channels_and_rate_of_sound() -> None:
    profile: ChannelProfile = load_channel("instagram")
    found = dataclasses.replace(FILM, sound_channels=6, sound_rate=96_000, width=1920, height=1080)
    assert {c.what for c in failures(check_delivery(found, profile)) if c.placement == "reels and feed"} == {
        "sound channels",
        "sound rate in Hz",
    }


@pytest.mark.weights
@pytest.mark.parametrize("form", ["960x540", "mp3", "960x540.jpg"])
def test_a_released_file_is_measured_as_it_is(house: House, form: str) -> None:
    channel = "web"
    path = house.release(request=house.studio.request(format=form, channel=channel)).path
    found = measure(path)
    assert found.bytes == path.stat().st_size
    if form == "mp3":
        assert found.kind == "audio"
        assert found.kbps == 192
        assert (found.sound_codec.startswith("mp3"), found.sound_channels, found.sound_rate) == (True, 1, 48_000)
    else:
        assert (found.width, found.height) == (960, 540)
    assert (found.lufs is None) == (form == "960x540.jpg")
