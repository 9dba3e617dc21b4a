from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from pipelines.compose.decoder import decode_frames, probe
from pipelines.compose.encoder import encode_audio, encode_video, mpeg7_signature, write_still
from pipelines.errors import CancelledError, EncodeError
from pipelines.media import AudioClip, ByteArray

WIDTH, HEIGHT, FPS, COUNT = 320, 256, 25, 30


def frame(index: int) -> ByteArray:
    """A brand-coloured ground with a bright bar that moves with time."""
    picture = np.full((HEIGHT, WIDTH, 3), (31, 58, 95), dtype=np.uint8)
    picture[40:120, 8 * index : 8 * index + 40] = (232, 163, 61)
    return picture


def frames(count: int = COUNT) -> Iterator[ByteArray]:
    for i in range(count):
        yield frame(i)


def tone(seconds: float = COUNT / FPS) -> AudioClip:
    waveform = 0.4 * np.sin(2 * np.pi * 330 * np.arange(int(seconds * 24000)) / 24000)
    return AudioClip(waveform=waveform.astype(np.float32), sample_rate=24000)


def encode(path: Path, source: Iterator[ByteArray] | None = None, **changes: object) -> None:
    options: dict[str, object] = {
        "width": WIDTH, "height": HEIGHT, "fps": FPS, "frame_count": COUNT, "audio": tone(), "path": path, "threads": 1,
    }  # fmt: skip
    encode_video(source if source is not None else frames(), **{**options, **changes})  # type: ignore[arg-type]  # one table of options


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "take.mp4"
    encode(path, tags={"AIGC": '{"Label":"1","ContentProducer":"例え = ; \\"x\\""}', "comment": "AI-generated"})
    return path


def test_film_is_what_platforms_ask_for(film: Path) -> None:
    info = probe(film)
    assert info.kind == "video"
    assert info.video is not None
    assert info.audio is not None
    assert (info.video.codec, info.video.profile, info.video.pixel_format) == ("h264", "High", "yuv420p")
    assert (info.video.width, info.video.height, info.video.fps, info.video.frame_count) == (WIDTH, HEIGHT, FPS, COUNT)
    assert info.video.colour == "bt709"
    assert (info.audio.codec, info.audio.sample_rate, info.audio.channels) == ("aac", 48000, 1)
    assert info.duration_s == pytest.approx(COUNT / FPS, abs=0.05)


def test_a_clap_is_seen_and_heard_at_the_same_moment(tmp_path: Path) -> None:
    clap, count = 30, 60

    def pictures() -> Iterator[ByteArray]:
        for index in range(count):
            yield np.full((HEIGHT, WIDTH, 3), 235 if index == clap else 20, np.uint8)

    waveform = np.zeros(count * 24_000 // FPS, np.float32)
    waveform[clap * 24_000 // FPS :][:240] = 0.9
    path = tmp_path / "clap.mp4"
    encode(path, pictures(), frame_count=count, audio=AudioClip(waveform=waveform, sample_rate=24_000))
    with av.open(str(path)) as container:
        shown = [(frame.time, float(frame.to_ndarray(format="gray").mean())) for frame in container.decode(video=0)]
    with av.open(str(path)) as container:
        heard = [
            ((frame.time or 0.0) + at / frame.sample_rate, value)
            for frame in container.decode(audio=0)
            for at, value in enumerate(np.abs(frame.to_ndarray()).max(axis=0))
        ]
    seen_s = max(shown, key=lambda one: one[1])[0]
    loudest = max(value for _, value in heard)
    heard_s = next(at for at, value in heard if value > 0.5 * loudest)
    assert seen_s == pytest.approx(clap / FPS, abs=0.001)
    assert heard_s == pytest.approx(clap / FPS, abs=0.003)


def test_index_stands_before_the_media(film: Path) -> None:
    data = film.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_tags_come_back_as_written(film: Path) -> None:
    with av.open(str(film)) as container:
        assert container.metadata["AIGC"] == '{"Label":"1","ContentProducer":"例え = ; \\"x\\""}'
        assert container.metadata["comment"] == "AI-generated"


def test_first_middle_and_last_frame_come_back_with_their_colours(film: Path) -> None:
    for share, picture in zip((0.0, 0.5, 1.0), decode_frames(film, (0.0, 0.5, 1.0)), strict=True):
        expected = frame(round(share * (COUNT - 1)))
        assert np.abs(picture.astype(int) - expected.astype(int)).mean() < 3
        assert np.abs(picture[200:, :].astype(int) - (31, 58, 95)).max() <= 4  # brand colours do not shift


def test_same_frames_give_the_same_bytes(film: Path, tmp_path: Path) -> None:
    again = tmp_path / "take.mp4"
    encode(again, tags={"AIGC": '{"Label":"1","ContentProducer":"例え = ; \\"x\\""}', "comment": "AI-generated"})
    assert again.read_bytes() == film.read_bytes()


def test_silent_film_has_no_sound(tmp_path: Path) -> None:
    encode(tmp_path / "a.mp4", audio=None)
    assert probe(tmp_path / "a.mp4").audio is None


def test_nothing_but_the_film_is_left(tmp_path: Path) -> None:
    encode(tmp_path / "a.mp4")
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]


@pytest.mark.parametrize("given", [COUNT - 1, COUNT + 1, 0])
def test_wrong_number_of_frames_is_an_error_and_leaves_nothing(tmp_path: Path, given: int) -> None:
    with pytest.raises(EncodeError, match="promised"):
        encode(tmp_path / "a.mp4", frames(given))
    assert list(tmp_path.iterdir()) == []


def test_frame_of_another_size_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(EncodeError, match="is needed"):
        encode(tmp_path / "a.mp4", iter([np.zeros((10, 10, 3), dtype=np.uint8)]))
    assert list(tmp_path.iterdir()) == []


def test_error_in_the_scene_passes_through_and_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[ByteArray]:
        yield frame(0)
        raise ValueError("the presenter fell over")

    with pytest.raises(ValueError, match="fell over"):
        encode(tmp_path / "a.mp4", broken())
    assert list(tmp_path.iterdir()) == []


def test_earlier_file_survives_a_failure(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"before")
    with pytest.raises(EncodeError):
        encode(tmp_path / "a.mp4", frames(3))
    assert (tmp_path / "a.mp4").read_bytes() == b"before"


def test_cancel_stops_and_leaves_nothing(tmp_path: Path) -> None:
    calls = 0

    def cancel() -> None:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise CancelledError("stop")

    with pytest.raises(CancelledError):
        encode(tmp_path / "a.mp4", cancel=cancel)
    assert list(tmp_path.iterdir()) == []
    assert _children() == set()


def test_ffmpeg_killed_in_the_middle_is_a_clear_error(tmp_path: Path) -> None:
    def murderous() -> Iterator[ByteArray]:
        for i in range(COUNT):
            if i == 5:
                for pid in _children():
                    os.kill(pid, signal.SIGKILL)
                time.sleep(0.2)
            yield frame(i)

    with pytest.raises(EncodeError, match="ffmpeg"):
        encode(tmp_path / "a.mp4", murderous())
    assert list(tmp_path.iterdir()) == []


def test_place_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(EncodeError, match="ffmpeg"):
        encode(tmp_path / "missing" / "a.mp4", audio=None)


def test_progress_ends_at_one(tmp_path: Path) -> None:
    seen: list[float] = []
    encode(tmp_path / "a.mp4", progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


@pytest.mark.parametrize(
    ("name", "codec"), [("a.wav", "pcm_s16le"), ("a.mp3", "mp3float"), ("a.m4a", "aac")], ids=["wav", "mp3", "m4a"]
)
def test_sound_is_written_at_48_khz(tmp_path: Path, name: str, codec: str) -> None:
    encode_audio(tone(2.0), tmp_path / name, tags={"comment": "AI-generated"})
    info = probe(tmp_path / name)
    assert info.kind == "audio"
    assert info.audio is not None
    assert (info.audio.codec, info.audio.sample_rate) == (codec, 48000)
    assert info.duration_s == pytest.approx(2.0, abs=0.08)
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_sound_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncodeError, match=r"\.wav, \.mp3 or \.m4a"):
        encode_audio(tone(), tmp_path / "a.ogg")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "error_max"), [("a.png", 0), ("a.jpg", 6)])
def test_still_comes_back(tmp_path: Path, name: str, error_max: int) -> None:
    write_still(frame(3), tmp_path / name)
    (picture,) = decode_frames(tmp_path / name, (0.5,))
    assert np.abs(picture.astype(int) - frame(3)).max() <= error_max * 6
    assert np.abs(picture.astype(int) - frame(3)).mean() <= error_max
    assert probe(tmp_path / name).kind == "still"


def test_still_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncodeError, match=r"\.png or \.jpg"):
        write_still(frame(0), tmp_path / "a.gif")


def test_signature_is_of_the_film_and_not_of_its_name(film: Path, tmp_path: Path) -> None:
    odd = tmp_path / "a film: it's, [odd].mp4"
    odd.write_bytes(film.read_bytes())
    assert mpeg7_signature(film) == mpeg7_signature(odd)
    assert len(mpeg7_signature(film)) > 100


@pytest.mark.parametrize("content", [b"", b"junk" * 100], ids=["empty", "junk"])
@pytest.mark.parametrize("name", ["a.mp4", "a.png", "a.wav"])
def test_file_that_is_no_media_is_a_clear_error(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(EncodeError, match=name.replace(".", r"\.")):
        probe(tmp_path / name)
    with pytest.raises(EncodeError):
        decode_frames(tmp_path / name, (0.0,))


def test_film_cut_short_is_an_error(film: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.mp4"
    short.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    with pytest.raises(EncodeError):
        decode_frames(short, (1.0,))


def test_share_outside_the_film_is_an_error(film: Path) -> None:
    with pytest.raises(EncodeError, match="between 0 and 1"):
        decode_frames(film, (1.5,))


def _children() -> set[int]:
    """Running ffmpeg processes that this test process started."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,stat=,comm=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=False
    )
    rows = [line.split(maxsplit=2) for line in listed.stdout.splitlines()]
    return {int(pid) for pid, state, name in rows if "ffmpeg" in name and not state.startswith("Z")}
