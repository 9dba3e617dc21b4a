from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines.compose.decoder import decode_frames
from pipelines.compose.encoder import encode_video
from pipelines.compose.framing import Bust
from pipelines.compose.layout import SceneLayout, lay_out
from pipelines.compose.scene import compose, compose_audio, compose_still, take_audio
from pipelines.compose.spec import Brand, SceneSpec
from pipelines.compose.timeline import pad_speech
from pipelines.disclosure.channel import channel_ids, load_channel
from pipelines.disclosure.fonts import FontSet
from pipelines.disclosure.label import LabelPlate, burn, draw_label, label_for
from pipelines.disclosure.market import load_market
from pipelines.disclosure.presence import label_is_present
from pipelines.errors import InputInvalidError, ProfileInvalidError
from pipelines.geometry import Box
from pipelines.media import AudioClip, ByteArray, FrameSource, Scene, Speech, Stage, Timed

pytestmark = pytest.mark.weights

FORMATS = [(1920, 1080), (1080, 1920), (1080, 1080)]
SCRIPTS = {
    "en-US": "Meet Coffee One, the espresso that wakes up before you do. Order today.",
    "hi-IN": "मिलिए कॉफ़ी वन से, वह एस्प्रेसो जो आपसे पहले जागता है।",
    "zh-CN": "认识 一下 咖啡一号， 比你 更早 醒来的 浓缩 咖啡。",
    "fr-FR": "Découvrez Coffee One, l'espresso qui se réveille avant vous !",
}


def speech_in(locale: str) -> Speech:
    wide = locale.startswith("zh")
    parts = SCRIPTS[locale].split()
    words = tuple(Timed(text=w, start_s=i * 0.3, end_s=i * 0.3 + 0.28) for i, w in enumerate(parts))
    waveform = np.random.default_rng(0).normal(0, 0.1, int(words[-1].end_s * 24000)).astype(np.float32)
    speech = Speech(
        audio=AudioClip(waveform=waveform, sample_rate=24000),
        text=("" if wide else " ").join(parts),
        locale=locale,
        voice="test",
        words=words,
        phonemes=(),
        cards=(),
    )
    return pad_speech(speech, fps=25)


def spec_of(size: tuple[int, int] = (640, 360), locale: str = "en-US", **changes: object) -> SceneSpec:
    spec = SceneSpec(
        width=size[0],
        height=size[1],
        locale=locale,
        channel="web",
        brand=Brand(name="Example"),
        product="Coffee One",
        call_to_action="Order",
        web_address="example.com",
    )
    return replace(spec, **changes)  # type: ignore[arg-type]  # cases below name the fields


@dataclass(frozen=True, slots=True)
class Standing:
    """A presenter who stands still: a grey head on the stage. Its frames are marked by their number in one pixel."""

    stage: Stage
    frame_count: int
    fps: int = 25

    @property
    def width(self) -> int:
        return int(self.stage.background.shape[1])

    @property
    def height(self) -> int:
        return int(self.stage.background.shape[0])

    def frames(self) -> Iterator[ByteArray]:
        for i in range(self.frame_count):
            picture = self.stage.background.copy()
            picture[self.height // 2, self.width // 2] = i % 256
            yield picture


def scene_of(layout: SceneLayout, speech: Speech, fonts: FontSet, *, off: int = 0) -> Scene:
    performance: FrameSource = Standing(layout.stage, layout.presenter_frames + off)
    return compose(layout, performance, speech.audio, fonts=fonts)


def label_on(layout: SceneLayout, scene: Scene, fonts: FontSet, *, market: str = "EU") -> LabelPlate:
    s = layout.spec
    spec = label_for(
        load_market(market),
        load_channel(s.channel),
        locale=s.locale,
        subject_class="synthetic_performer",
        width=s.width,
        height=s.height,
    )
    return draw_label(spec, fonts, reserved=scene.reserved)


def inside(box: Box, outer: Box) -> bool:
    return (
        box.x >= outer.x
        and box.y >= outer.y
        and box.x + box.width <= outer.x + outer.width
        and box.y + box.height <= outer.y + outer.height
    )


@pytest.mark.parametrize("channel", channel_ids())
@pytest.mark.parametrize("size", FORMATS)
def test_subtitles_keep_off_the_face_and_inside_the_safe_area(
    fonts: FontSet, size: tuple[int, int], channel: str
) -> None:
    layout = lay_out(spec_of(size, channel=channel), speech_in("en-US"), fonts=fonts)
    assert not layout.caption_area.overlaps(layout.face)
    assert inside(layout.caption_area, layout.safe)
    assert layout.face.y >= 0


@pytest.mark.parametrize("below", [1.7, 2.2, 3.2, 3.43, 5.0])
@pytest.mark.parametrize("size", FORMATS)
def test_no_cut_edge_of_the_portrait_shows(fonts: FontSet, size: tuple[int, int], below: float) -> None:
    layout = lay_out(spec_of(size), speech_in("en-US"), fonts=fonts, bust=Bust(below=below))
    stage = layout.stage
    reaches = stage.eye_line + stage.eye_distance * below
    assert reaches >= 1.0 or layout.framing.floor == pytest.approx(reaches)


@pytest.mark.parametrize("market", ["US-NY", "CN"])  # the longest labels
@pytest.mark.parametrize("size", [*FORMATS, (360, 640)])
@pytest.mark.parametrize("channel", ["youtube", "tiktok", "instagram"])
def test_label_finds_a_place_in_every_scene(fonts: FontSet, size: tuple[int, int], market: str, channel: str) -> None:
    layout = lay_out(spec_of(size, channel=channel), speech_in("en-US"), fonts=fonts)
    for language in ("ar", "de", "en", "es", "it", "ko", "nl"):
        spec = label_for(
            load_market(market),
            load_channel(channel),
            locale=language,
            subject_class="synthetic_performer",
            width=size[0],
            height=size[1],
        )
        box = draw_label(spec, fonts, reserved=layout.reserved).box
        assert inside(box, layout.safe)
        assert not any(box.overlaps(other) for other in layout.reserved)


@pytest.mark.parametrize("locale", list(SCRIPTS))
def test_every_frame_is_made_and_the_sound_is_as_long(fonts: FontSet, locale: str) -> None:
    speech = speech_in(locale)
    layout = lay_out(spec_of(locale=locale), speech, fonts=fonts)
    scene = scene_of(layout, speech, fonts)
    assert scene.frames is not None
    assert scene.audio is not None
    count = 0
    for frame in scene.frames.frames():
        assert frame.shape == (360, 640, 3)
        assert frame.dtype == np.uint8
        count += 1
    assert count == scene.frames.frame_count == layout.presenter_frames + layout.end_card_frames
    assert len(scene.audio.waveform) == round(count / 25 * 48000)
    assert not scene.audio.waveform[-int(2.2 * 48000) + 10 :].any()
    assert np.array_equal(take_audio(layout, speech).waveform, scene.audio.waveform)


@pytest.mark.parametrize("off", [-1, 1])
def test_one_frame_more_or_less_is_mended(fonts: FontSet, off: int) -> None:
    speech = speech_in("en-US")
    layout = lay_out(spec_of(), speech, fonts=fonts)
    scene = scene_of(layout, speech, fonts, off=off)
    assert scene.frames is not None
    assert sum(1 for _ in scene.frames.frames()) == layout.frame_count


def test_performance_of_another_length_is_refused(fonts: FontSet) -> None:
    speech = speech_in("en-US")
    layout = lay_out(spec_of(), speech, fonts=fonts)
    with pytest.raises(InputInvalidError, match="same padded speech"):
        scene_of(layout, speech, fonts, off=-5)


def test_performance_of_another_size_is_refused(fonts: FontSet) -> None:
    speech = speech_in("en-US")
    layout, other = (lay_out(spec_of(size), speech, fonts=fonts) for size in ((640, 360), (360, 640)))
    with pytest.raises(InputInvalidError, match="presenter is"):
        compose(layout, Standing(other.stage, layout.presenter_frames), speech.audio, fonts=fonts)


def test_subtitle_shows_while_it_is_spoken_and_only_in_its_band(fonts: FontSet) -> None:
    speech = speech_in("en-US")
    layout = lay_out(spec_of(product=""), speech, fonts=fonts)
    scene = scene_of(layout, speech, fonts)
    assert scene.frames is not None
    band = layout.caption_area
    area = np.s_[band.y : band.y + band.height, band.x : band.x + band.width]
    shown = [bool(np.any(f[area] != layout.stage.background[area])) for f in scene.frames.frames()]
    for i in range(layout.presenter_frames):
        spoken = any(round(c.start_s * 25) <= i < round(c.end_s * 25) for c in scene.captions)
        assert shown[i] == spoken


def test_scene_without_subtitles_has_no_captions(fonts: FontSet) -> None:
    assert lay_out(spec_of(subtitles=False), speech_in("en-US"), fonts=fonts).captions == ()


def test_speech_in_another_language_is_refused(fonts: FontSet) -> None:
    with pytest.raises(InputInvalidError, match="must be the same"):
        lay_out(spec_of(locale="fr-FR"), speech_in("en-US"), fonts=fonts)


def test_unknown_channel_is_refused(fonts: FontSet) -> None:
    with pytest.raises(ProfileInvalidError, match="unknown"):
        lay_out(spec_of(channel="myspace"), speech_in("en-US"), fonts=fonts)


def test_letter_that_no_font_has_is_refused_before_frames(fonts: FontSet) -> None:
    with pytest.raises(InputInvalidError, match="no font has"):
        lay_out(spec_of(title="Coffee 😀"), speech_in("en-US"), fonts=fonts)


def test_same_spec_gives_the_same_frames(fonts: FontSet) -> None:
    speech = speech_in("en-US")
    pictures = []
    for _ in range(2):
        layout = lay_out(spec_of(), speech, fonts=fonts)
        scene = scene_of(layout, speech, fonts)
        assert scene.frames is not None
        pictures.append(list(scene.frames.frames()))
    assert all(np.array_equal(a, b) for a, b in zip(*pictures, strict=True))


def test_frames_belong_to_the_caller(fonts: FontSet) -> None:
    speech = speech_in("en-US")
    layout = lay_out(spec_of(), speech, fonts=fonts)
    scene = scene_of(layout, speech, fonts)
    assert scene.frames is not None
    last = None
    for last in scene.frames.frames():
        last[:] = 0  # a caller who paints a frame over spoils no other
        keep = last
    assert last is not None
    clean = list(scene.frames.frames())
    assert clean[-1].any()
    assert keep is not clean[-1]


def test_still_is_one_labelled_picture_without_sound(fonts: FontSet) -> None:
    layout = lay_out(spec_of((1080, 1080)), None, fonts=fonts)
    scene = compose_still(layout, Standing(layout.stage, 40), fonts=fonts)
    assert scene.frames is not None
    assert scene.audio is None
    pictures = list(scene.frames.frames())
    assert len(pictures) == 1
    plate = label_on(layout, scene, fonts)
    burn(pictures[0], plate)
    assert label_is_present(pictures[0], plate).present


def test_audio_take_has_no_frames() -> None:
    scene = compose_audio(speech_in("en-US"))
    assert scene.frames is None
    assert scene.audio is not None
    assert scene.audio.sample_rate == 48000


def test_brand_picture_and_logo_are_used(fonts: FontSet, tmp_path: Path) -> None:
    Image.new("RGB", (900, 400), (200, 40, 40)).save(tmp_path / "wall.png")
    logo = Image.new("RGBA", (300, 100), (0, 0, 0, 0))
    logo.paste((0, 255, 0, 255), (20, 20, 280, 80))
    logo.save(tmp_path / "logo.png")
    spec = spec_of(
        brand=Brand(name="Example", logo=tmp_path / "logo.png"), background=tmp_path / "wall.png", product=""
    )
    speech = speech_in("en-US")
    layout = lay_out(spec, speech, fonts=fonts)
    scene = scene_of(layout, speech, fonts)
    assert scene.frames is not None
    first = next(iter(scene.frames.frames()))
    area = layout.mark.box
    corner = first[area.y : area.y + area.height, area.x : area.x + area.width]
    assert (np.abs(corner.astype(int) - (0, 255, 0)).sum(axis=2) < 20).any()
    assert np.abs(first[5, 600].astype(int) - (200, 40, 40)).max() < 5


@pytest.mark.parametrize("kind", ["missing", "junk", "transparent"])
def test_logo_that_cannot_be_used_is_refused(fonts: FontSet, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "logo.png"
    if kind == "junk":
        path.write_bytes(b"junk")
    elif kind == "transparent":
        Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(path)
    with pytest.raises(InputInvalidError, match=r"logo\.png"):
        lay_out(spec_of(brand=Brand(name="B", logo=path)), speech_in("en-US"), fonts=fonts)


@pytest.mark.parametrize("size", [(640, 360), (360, 640), (480, 480)])
@pytest.mark.parametrize("market", ["EU", "CN"])
def test_label_is_in_every_looked_at_frame_of_the_encoded_film(
    fonts: FontSet, tmp_path: Path, size: tuple[int, int], market: str
) -> None:
    speech = speech_in("en-US")
    layout = lay_out(spec_of(size), speech, fonts=fonts)
    scene = scene_of(layout, speech, fonts)
    plate = label_on(layout, scene, fonts, market=market)
    assert scene.frames is not None
    source = scene.frames

    def labelled() -> Iterator[ByteArray]:
        for frame in source.frames():
            burn(frame, plate)
            yield frame

    path = tmp_path / "take.mp4"
    encode_video(
        labelled(),
        width=size[0],
        height=size[1],
        fps=25,
        frame_count=source.frame_count,
        audio=scene.audio,
        path=path,
        threads=1,
    )
    for frame in decode_frames(path, (0.0, 0.25, 0.5, 0.8, 1.0)):
        finding = label_is_present(frame, plate)
        assert finding.present, finding
        assert finding.correlation > 0.95
