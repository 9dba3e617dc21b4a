from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipelines.errors import ProvenanceError
from pipelines.provenance import fingerprint as fp
from pipelines.provenance.fingerprint import Fingerprint, distance, is_match
from pipelines.provenance.iscc import image_fingerprint, video_fingerprint
from pipelines.provenance.melsign import SAMPLE_RATE, audio_fingerprint
from tests.fakes.media_files import ffmpeg
from tests.fakes.scenes import MovingPicture, babble


def sound_mark(path: Path) -> Fingerprint:
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=SAMPLE_RATE)
        blocks = [b.to_ndarray()[0] for f in container.decode(audio=0) for b in resampler.resample(f)]
        blocks += [b.to_ndarray()[0] for b in resampler.resample(None)]
    return audio_fingerprint(np.concatenate(blocks).astype(np.float32))


def film_mark(path: Path, folder: Path) -> Fingerprint:
    signature = folder / f"{path.stem}.sig"
    ffmpeg("-i", path, "-vf", f"fps=5,signature=format=binary:filename={signature}", "-f", "null", "-")
    return video_fingerprint(signature.read_bytes())


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("sounds")
    for name, seed in (("ours", 1), ("other", 2)):
        clip = babble(12, seed=seed)
        pcm = (clip.waveform * 32767).astype("<i2").tobytes()
        raw = folder / f"{name}.raw"
        raw.write_bytes(pcm)
        ffmpeg("-f", "s16le", "-ar", clip.sample_rate, "-ac", "1", "-i", raw, folder / f"{name}.wav")
    return {name: folder / f"{name}.wav" for name in ("ours", "other")}


SOUND_ATTACKS = {
    "mp3 64k": (".mp3", ("-b:a", "64k")),
    "aac 48k": (".m4a", ("-c:a", "aac", "-b:a", "48k")),
    "slower by 5 %": (".wav", ("-af", "atempo=0.95")),
    "faster by 5 %": (".wav", ("-af", "atempo=1.05")),
    "quieter": (".wav", ("-af", "volume=0.2")),
    "cut out of the middle": (".wav", ("-ss", "3", "-t", "6")),
    "8 kHz": (".wav", ("-ar", "8000")),
}


@pytest.mark.parametrize("name", SOUND_ATTACKS)
def test_a_changed_copy_of_a_sound_is_found(name: str, sounds: dict[str, Path], tmp_path: Path) -> None:
    suffix, options = SOUND_ATTACKS[name]
    copy = tmp_path / f"copy{suffix}"
    ffmpeg("-i", sounds["ours"], *options, copy)
    far = distance(sound_mark(copy), sound_mark(sounds["ours"]))
    print(f"{name}: {far:.3f}")
    assert far < fp.THRESHOLDS["audio"]


def test_another_sound_is_not(sounds: dict[str, Path]) -> None:
    far = distance(sound_mark(sounds["other"]), sound_mark(sounds["ours"]))
    print(f"unrelated: {far:.3f}")
    assert far > fp.THRESHOLDS["audio"]


def test_real_speech_is_told_apart(shared_media: Path) -> None:
    files = sorted((shared_media / "speech").rglob("*.flac"))[:8] + sorted((shared_media / "speech").rglob("*.wav"))[:8]
    marks = [sound_mark(path) for path in files]
    unrelated = [distance(a, b) for i, a in enumerate(marks) for b in marks[:i]]
    print(f"{len(files)} recordings, unrelated {min(unrelated):.3f} to {max(unrelated):.3f}")
    assert min(unrelated) > fp.THRESHOLDS["audio"]


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("films")
    for name, seed in (("ours", 1), ("other", 2)):
        source = MovingPicture(width=480, height=270, frame_count=50, seed=seed)
        (folder / "raw").write_bytes(b"".join(frame.tobytes() for frame in source.frames()))
        form = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "480x270", "-r", "25")
        ffmpeg(*form, "-i", folder / "raw", "-pix_fmt", "yuv420p", folder / f"{name}.mp4")
    return {name: folder / f"{name}.mp4" for name in ("ours", "other")}


FILM_ATTACKS = {
    "crf 32": ("-crf", "32"),
    "half size": ("-vf", "scale=240:134"),
    "darker": ("-vf", "eq=brightness=-0.1"),
    "a label in the corner": ("-vf", "drawbox=iw*0.7:ih*0.04:iw*0.26:ih*0.08:black:fill"),
}


@pytest.mark.parametrize("name", FILM_ATTACKS)
def test_a_changed_copy_of_a_film_is_found(name: str, films: dict[str, Path], tmp_path: Path) -> None:
    copy = tmp_path / "copy.mp4"
    ffmpeg("-i", films["ours"], *FILM_ATTACKS[name], "-pix_fmt", "yuv420p", copy)
    far = distance(film_mark(copy, tmp_path), film_mark(films["ours"], tmp_path))
    print(f"{name}: {far * 256:.0f}/256")
    assert far <= fp.THRESHOLDS["video"]


def test_another_film_is_not(films: dict[str, Path], tmp_path: Path) -> None:
    far = distance(film_mark(films["other"], tmp_path), film_mark(films["ours"], tmp_path))
    print(f"unrelated: {far * 256:.0f}/256")
    assert far > fp.THRESHOLDS["video"]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pictures")
    for seed in range(6):
        frame = next(MovingPicture(frame_count=1, seed=seed).frames())
        Image.fromarray(frame).save(folder / f"{seed}.png")
    return {str(seed): folder / f"{seed}.png" for seed in range(6)}


def test_a_changed_copy_of_a_picture_is_found_and_another_is_not(pictures: dict[str, Path], tmp_path: Path) -> None:
    ours = image_fingerprint(pictures["0"])
    with Image.open(pictures["0"], formats=("PNG",)) as picture:
        picture.convert("RGB").save(tmp_path / "q40.jpg", quality=40)
        picture.resize((picture.width // 2, picture.height // 2)).save(tmp_path / "half.png")
        picture.save(tmp_path / "lossy.webp", quality=50)
    copies = {
        name: distance(image_fingerprint(tmp_path / name), ours) for name in ("q40.jpg", "half.png", "lossy.webp")
    }
    others = [distance(image_fingerprint(pictures[str(seed)]), ours) for seed in range(1, 6)]
    print(f"copies {copies}, unrelated from {min(others):.3f}")
    assert max(copies.values()) <= fp.THRESHOLDS["image"]
    assert min(others) > fp.THRESHOLDS["image"]


def test_nothing_to_mark_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "junk.png").write_bytes(b"junk")
    with pytest.raises(ProvenanceError):
        image_fingerprint(tmp_path / "junk.png")
    for signature in (b"", b"\0" * 20, b"\0" * 400):
        with pytest.raises(ProvenanceError):
            video_fingerprint(signature)
    with pytest.raises(ProvenanceError):
        audio_fingerprint(np.zeros(100, dtype=np.float32))


def mark_of(bits: bytes) -> Fingerprint:
    import base64

    value = base64.urlsafe_b64encode(bits).rstrip(b"=").decode()
    return Fingerprint(kind="audio", algorithm=fp.MELSIGN, value=value)


@settings(deadline=None, max_examples=30)
@given(st.binary(min_size=140, max_size=400).map(lambda b: b[: len(b) // 2 * 2]), st.integers(0, 30))
def test_a_sound_is_found_in_its_own_cut(bits: bytes, start: int) -> None:
    whole, cut = mark_of(bits), mark_of(bits[start * 2 :] if len(bits) - start * 2 >= 130 else bits)
    assert distance(whole, whole) == 0
    assert distance(whole, cut) == 0 == distance(cut, whole)


def test_marks_of_different_kinds_never_match() -> None:
    a = Fingerprint(kind="audio", algorithm=fp.MELSIGN, value="AAAA")
    b = Fingerprint(kind="video", algorithm=fp.ISCC, value="ISCC:AAAA")
    unknown = Fingerprint(kind="video", algorithm="x", value="1")
    assert distance(a, b) == distance(unknown, unknown) == 1.0
    assert not is_match(a, b)


@pytest.mark.parametrize(
    "data",
    [{}, {"kind": "smell", "algorithm": "a", "value": "v"}, {"kind": "audio", "algorithm": 1, "value": "v"}],
)
def test_what_is_no_fingerprint_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ProvenanceError):
        Fingerprint.from_json(data)


def test_json_comes_back(pictures: dict[str, Path]) -> None:
    mark = image_fingerprint(pictures["0"])
    assert Fingerprint.from_json(mark.to_json()) == mark


@pytest.mark.parametrize("value", ["ISCC:KACYPXW445FTYNJ3", "ISCC:not base32", "ISCC:"])
def test_a_broken_code_is_refused(value: str) -> None:
    broken = Fingerprint(kind="video", algorithm=fp.ISCC, value=value)
    with pytest.raises(ProvenanceError):
        distance(broken, broken)
