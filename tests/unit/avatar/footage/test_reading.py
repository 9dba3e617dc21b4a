"""What footage is taken in, how its pictures and sound come out, and what is refused with which words."""

from __future__ import annotations

import hashlib
import struct
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from pipelines.avatar.footage.reading import Footage, FootageLimits, open_footage
from pipelines.errors import FootageRefusedError
from tests.unit.avatar.footage.films import ffmpeg, film

# A white bar that moves 8 pixels a second to the right over black, one row of it per 1/25 s being exact.
CLOCK = "color=black:s=320x240:r={fps}[b];color=white:s=16x240:r={fps}[w];[b][w]overlay=x=floor(40*t):eval=frame"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("footage") / "a.mp4")


def _refusal(path: Path, **limits: float) -> str:
    with pytest.raises(FootageRefusedError) as refused:
        list(open_footage(path, limits=FootageLimits(**limits)).frames())  # type: ignore[arg-type]  # a table of changes
    return str(refused.value)


def _bar_at(rgb: np.ndarray) -> float:
    bright = np.flatnonzero(rgb[120, :, 1] > 128)
    return float(bright[0])


def test_plain_footage_comes_out_whole_and_twice_the_same(plain: Path) -> None:
    footage = open_footage(plain)
    assert (footage.width, footage.height, footage.fps, footage.frame_count) == (320, 240, 25, 150)
    assert footage.duration_s == 6.0
    assert footage.sha256 == hashlib.sha256(plain.read_bytes()).hexdigest()
    first, second = (np.stack(list(footage.frames())) for _ in range(2))
    assert first.shape == (150, 240, 320, 3)
    assert first.dtype == np.uint8
    assert np.array_equal(first, second)
    assert first[0].flags.writeable
    assert footage.audio.sample_rate == 16_000
    assert len(footage.audio.waveform) == 6 * 16_000
    spectrum = np.abs(np.fft.rfft(footage.audio.waveform[16_000:32_000]))
    assert int(np.argmax(spectrum)) == pytest.approx(440, abs=2)


@pytest.mark.parametrize("way", ["webm", "mov", "hevc", "prores", "vp9"])
def test_what_cameras_and_browsers_write_is_taken(way: str, tmp_path: Path) -> None:
    ways = {
        "webm": ("a.webm", ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"]),
        "vp9": ("a.webm", ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"]),
        "mov": ("a.mov", ["-c:a", "pcm_s16le"]),
        "hevc": ("a.mp4", ["-c:v", "libx265", "-x265-params", "log-level=none", "-pix_fmt", "yuv420p10le"]),
        "prores": ("a.mov", ["-c:v", "prores_ks", "-pix_fmt", "yuv422p10le", "-c:a", "pcm_s24le"]),
    }
    name, options = ways[way]
    footage = open_footage(film(tmp_path / name, *options))
    pictures = list(footage.frames())
    assert len(pictures) == footage.frame_count == 150
    assert np.abs(np.corrcoef(pictures[0].ravel(), pictures[-1].ravel())[0, 1]) < 0.99
    assert footage.audio.duration_s == pytest.approx(6.0)


@pytest.mark.parametrize("fps", ["30", "24", "60000/1001", "50"])
def test_other_rates_are_brought_to_25_by_time(fps: str, tmp_path: Path) -> None:
    footage = open_footage(film(tmp_path / "a.mp4", pictures=CLOCK.format(fps=fps)))
    assert footage.frame_count == pytest.approx(150, abs=1)
    rate = eval(fps)
    for tick, rgb in enumerate(footage.frames()):
        at_s = min(round(tick / 25 * rate), footage.frame_count / 25 * rate - 1) / rate
        assert _bar_at(rgb) == pytest.approx(40 * at_s, abs=40 / rate + 2)


def test_a_variable_rate_is_brought_to_25_by_time(tmp_path: Path) -> None:
    # every fourth picture of 30 a second is missing in the first half
    path = film(
        tmp_path / "a.mp4", "-vf", "select='not(lt(t,3)*not(mod(n,4)))'", "-vsync", "vfr", pictures=CLOCK.format(fps=30)
    )
    footage = open_footage(path)
    assert footage.source_fps == pytest.approx(26.2, abs=0.5)
    assert footage.gap_s == pytest.approx(2 / 30, abs=1e-3)
    places = np.array([_bar_at(rgb) for rgb in footage.frames()])
    start = places[0]
    assert np.all(np.abs(places - start - 40 * np.arange(len(places)) / 25) <= 4)


def test_a_phone_held_upright_gives_upright_pictures(tmp_path: Path, plain: Path) -> None:
    content = plain.read_bytes()
    matrices = {
        "left": ((0, 65536, 0, -65536, 0, 0), lambda rgb: np.rot90(rgb, -1)),
        "right": ((0, -65536, 0, 65536, 0, 0), lambda rgb: np.rot90(rgb, 1)),
        "head down": ((-65536, 0, 0, 0, -65536, 0), lambda rgb: np.rot90(rgb, 2)),
        "mirrored": ((-65536, 0, 0, 0, 65536, 0), lambda rgb: rgb[:, ::-1]),
    }
    straight = next(open_footage(plain).frames())
    film_head, tracks = content[: content.index(b"trak")], content[content.index(b"trak") :]
    upright = struct.pack(">6i", 65536, 0, 0, 0, 65536, 0)
    for name, (matrix, expected) in matrices.items():
        turned = tmp_path / f"{name}.mp4"
        turned.write_bytes(film_head + tracks.replace(upright, struct.pack(">6i", *matrix), 1))
        footage = open_footage(turned)
        found = next(footage.frames())
        assert found.shape == (footage.height, footage.width, 3), name
        assert np.array_equal(found, expected(straight)), name
    slanted = tmp_path / "slanted.mp4"
    slanted.write_bytes(film_head + tracks.replace(upright, struct.pack(">6i", 46341, 46341, 0, -46341, 46341, 0), 1))
    assert "slanted" in _refusal(slanted)


def test_pixels_come_out_square(tmp_path: Path) -> None:
    footage = open_footage(film(tmp_path / "a.mp4", "-vf", "setsar=4/3"))
    assert (footage.width, footage.height) == (427, 240)
    assert next(footage.frames()).shape == (240, 427, 3)


def test_odd_sizes_are_taken(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", "-pix_fmt", "yuv444p", pictures="color=gray:s=321x241:r=25,format=yuv444p")
    assert next(open_footage(path).frames()).shape == (241, 321, 3)


@pytest.mark.parametrize("size", ["1280x720", "640x360"])
@pytest.mark.parametrize("matrix", ["bt709", "smpte170m", "none"])
def test_colours_come_out_as_they_were_filmed(size: str, matrix: str, tmp_path: Path) -> None:
    used = matrix if matrix != "none" else {"1280x720": "bt709", "640x360": "smpte170m"}[size]
    said = ["-colorspace", matrix] if matrix != "none" else []
    filters = f"scale=out_color_matrix={used}:out_range=tv,format=yuv420p"
    path = film(
        tmp_path / "a.mp4", "-vf", filters, *said, "-crf", "1", pictures=f"color=0x30c060:s={size}:r=25", seconds=5.2
    )
    rgb = next(open_footage(path).frames())
    assert np.abs(rgb[100, 100].astype(int) - (0x30, 0xC0, 0x60)).max() <= 5  # the other matrix is 17 away


def test_sound_that_begins_late_or_early_stays_with_the_pictures(tmp_path: Path, plain: Path) -> None:
    # a click at 3 s of the pictures
    click = "aevalsrc='if(between(t,3,3.01),0.9,0)':s=48000"
    for shift, name in ((0.4, "late"), (-0.4, "early")):
        path = tmp_path / f"{name}.mov"
        given = ["-itsoffset", str(max(0.0, -shift)), "-i", str(plain), "-f", "lavfi", "-itsoffset", str(max(0, shift))]
        ffmpeg(
            *given,
            "-i",
            click,
            "-map",
            "0:v",
            "-map",
            "1:a",
            "-t",
            "6.4",
            "-c:v",
            "copy",
            "-c:a",
            "pcm_s16le",
            str(path),
        )
        footage = open_footage(path)
        assert len(footage.audio.waveform) == footage.frame_count * 640
        loudest_s = float(np.argmax(np.abs(footage.audio.waveform))) / 16_000
        assert loudest_s == pytest.approx(3.0 + shift, abs=0.03), name


def test_sound_shorter_than_the_pictures_is_filled_with_silence_and_told(tmp_path: Path) -> None:
    footage = open_footage(film(tmp_path / "a.mov", "-af", "atrim=0:4", "-c:a", "pcm_s16le"))
    assert footage.sound_s == pytest.approx(4.0, abs=0.05)
    assert footage.audio.duration_s == 6.0
    assert not footage.audio.waveform[int(4.2 * 16_000) :].any()


def test_hdr_is_refused_with_how_to_turn_it_off(tmp_path: Path) -> None:
    for transfer in ("arib-std-b67", "smpte2084"):
        options = ["-c:v", "libx265", "-pix_fmt", "yuv420p10le", "-color_primaries", "bt2020", "-color_trc", transfer]
        tags = f"log-level=none:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc"
        path = film(tmp_path / "a.mp4", *options, "-colorspace", "bt2020nc", "-x265-params", tags, seconds=5.2)
        assert "turn HDR video off" in _refusal(path)


def test_interlaced_footage_is_refused(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", "-vf", "setfield=tff", "-flags", "+ildct+ilme", "-x264-params", "tff=1")
    assert "interlaced" in _refusal(path)


def test_footage_over_4k_is_refused_either_way_round(tmp_path: Path) -> None:
    for size in ("4096x128", "128x4096", "2200x2200"):
        path = film(tmp_path / "a.mp4", "-t", "0.2", pictures=f"color=s={size}:r=25")
        assert "3840 x 2160 at most are taken; set the camera to 4K or 1080p" in _refusal(path)


def test_a_4k_picture_is_taken(tmp_path: Path) -> None:
    footage = open_footage(film(tmp_path / "a.mp4", pictures="color=gray:s=2160x3840:r=25", seconds=5.0))
    assert next(footage.frames()).shape == (3840, 2160, 3)


REFUSED = {
    "wrong codec": (("a.mkv", "-c:v", "ffv1"), "stored as ffv1, which is not taken; export it as H.264"),
    "wrong sound codec": (("a.mov", "-c:a", "adpcm_ima_qt", "-ac", "1"), "the audio is stored as adpcm_ima_qt"),
    "no sound": (("a.mp4", "-an"), "no sound, and the person has to be heard; film with the microphone on"),
    "no pictures": (("a.mp4", "-vn"), "one picture track is needed, and this file has 0"),
    "two films": (("a.mp4", "-map", "0:v", "-map", "0:v", "-map", "1:a"), "this file has 2"),
    "five a second": (("a.mp4", "-r", "5"), "5.0 pictures a second, and 20 are the least"),
    "two seconds": (("a.mp4", "-t", "2"), "lasts 2.0 seconds, and 5 to 300 are taken"),
    "tiny": (("a.mp4", "-s", "100x80"), "100 x 80 pixels, and 120 a side are the least"),
    "sound stops": (("a.mov", "-af", "atrim=0:0.3", "-c:a", "pcm_s16le"), "the sound stops almost at once"),
    "an AVI": (("a.avi",), "no recording that we know"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_what_cannot_be_used_is_refused_with_a_sentence(fault: str, tmp_path: Path) -> None:
    (name, *options), words = REFUSED[fault]
    sentence = _refusal(film(tmp_path / name, *options))
    assert words in sentence
    assert "on the page" not in sentence  # the advice for spoken statements


def test_too_long_and_too_big_footage_is_refused(plain: Path) -> None:
    assert "longer than 4 seconds" in _refusal(plain, seconds_max=4.0)
    assert "5.5 are taken" in _refusal(plain, seconds_max=5.5) or "5 to 6 are taken" in _refusal(plain, seconds_max=5.5)
    assert "MB, and 0 are taken" in _refusal(plain, bytes_max=100)


@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_a_truncated_file_is_refused(share: float, tmp_path: Path, plain: Path) -> None:
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(plain.read_bytes()[: int(plain.stat().st_size * share)])
    assert "straight from the camera" in _refusal(cut)


def test_pictures_that_were_overwritten_are_refused(tmp_path: Path, plain: Path) -> None:
    spoilt = bytearray(plain.read_bytes())
    start = spoilt.index(b"mdat") + 4
    spoilt[start : start + len(spoilt) // 2] = bytes(len(spoilt) // 2)
    path = tmp_path / "spoilt.mp4"
    path.write_bytes(spoilt)
    assert _refusal(path)


def test_damage_never_raises_anything_else_than_a_refusal(tmp_path: Path, plain: Path) -> None:
    rng = np.random.default_rng(5)
    for _ in range(3):
        spoilt = bytearray(plain.read_bytes())
        for at in rng.integers(0, len(spoilt), 300):
            spoilt[at] = int(rng.integers(256))
        path = tmp_path / "spoilt.mp4"
        path.write_bytes(spoilt)
        with suppress(FootageRefusedError):
            list(open_footage(path).frames())


def test_text_links_and_absent_files_are_refused(tmp_path: Path, plain: Path) -> None:
    text = tmp_path / "a.mp4"
    text.write_text("I am a film.")
    assert "no recording that we know" in _refusal(text)
    link = tmp_path / "link.mp4"
    link.symlink_to(plain)
    assert "not a plain file" in _refusal(link)
    assert "cannot be opened" in _refusal(tmp_path / "absent.mp4")
    (tmp_path / "empty.mp4").touch()
    assert "empty file" in _refusal(tmp_path / "empty.mp4")


def test_a_decoder_that_runs_out_of_its_limits_is_a_refusal(plain: Path) -> None:
    assert "within the limits" in _refusal(plain, memory_bytes=50_000_000)
    assert "within the limits" in _refusal(plain, wall_s=0.01)


def test_stopping_early_ends_the_child_and_the_next_reading_begins_anew(plain: Path) -> None:
    footage = open_footage(plain)
    reading = footage.frames()
    first = next(reading)
    reading.close()  # type: ignore[attr-defined]  # a generator
    assert np.array_equal(next(footage.frames()), first)
    assert isinstance(footage, Footage)
