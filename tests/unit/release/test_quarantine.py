from __future__ import annotations

import resource
import shutil
import signal
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.errors import ReleaseError
from pipelines.release.quarantine import Quarantine, sha256_of


@pytest.fixture
def place(tmp_path: Path) -> Quarantine:
    found = Quarantine.of("take-1", quarantine=tmp_path / "work", library=tmp_path / "library")
    found.open()
    (found.out / "take-1.mp4").write_bytes(b"film" * 50_000)
    (found.out / "take-1.srt").write_text("words")
    return found


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("this machine has no second file system to write to")
    folder = Path(tempfile.mkdtemp(dir=memory))
    yield folder
    shutil.rmtree(folder)


def test_folders_are_private(place: Quarantine) -> None:
    assert stat.S_IMODE(place.out.stat().st_mode) == 0o700
    assert stat.S_IMODE(place.unsigned.stat().st_mode) == 0o700


def test_everything_leaves_at_once(place: Quarantine) -> None:
    place.let_out()
    assert {p.name for p in place.shelf.iterdir()} == {"take-1.mp4", "take-1.srt"}
    assert not place.out.exists()
    assert not place.unsigned.exists()


def test_a_library_on_another_disk_gets_the_same_bytes(place: Quarantine, other_disk: Path) -> None:
    wanted = sha256_of(place.out / "take-1.mp4")
    far = Quarantine(unsigned=place.unsigned, out=place.out, shelf=other_disk / "library" / "take-1")
    far.let_out()
    assert sha256_of(far.shelf / "take-1.mp4") == wanted
    assert not place.out.exists()
    assert [p.name for p in far.shelf.parent.iterdir()] == ["take-1"]


def test_a_full_disk_leaves_the_library_as_it_was_and_the_take_in_quarantine(
    place: Quarantine, other_disk: Path
) -> None:
    far = Quarantine(unsigned=place.unsigned, out=place.out, shelf=other_disk / "library" / "take-1")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        with pytest.raises(ReleaseError, match="free space there and run it again"):
            far.let_out()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert list((other_disk / "library").iterdir()) == []
    assert (place.out / "take-1.mp4").exists()
    far.let_out()
    assert (far.shelf / "take-1.mp4").exists()


def test_a_take_already_there_is_never_overwritten(place: Quarantine) -> None:
    place.shelf.mkdir(parents=True)
    (place.shelf / "take-1.mp4").write_text("first")
    with pytest.raises(ReleaseError):
        place.let_out()
    assert (place.shelf / "take-1.mp4").read_text() == "first"


def test_destroy_unlinks_links_and_leaves_their_goal(place: Quarantine, tmp_path: Path) -> None:
    goal = tmp_path / "goal"
    goal.mkdir()
    (goal / "precious").write_text("x")
    shutil.rmtree(place.out)
    place.out.symlink_to(goal)
    place.destroy()
    assert not place.out.is_symlink()
    assert (goal / "precious").exists()
