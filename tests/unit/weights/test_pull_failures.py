from __future__ import annotations

import errno
import io
import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import pytest

from pipelines.weights import WeightsStore
from pipelines.weights.faults import DiskFullError
from tests.unit.weights.conftest import (
    HUB_PATH,
    MODEL,
    CardMaker,
    Hub,
    Shelf,
    SourceTable,
    StoreMaker,
    both,
    from_wheel,
    parts,
    pull_error,
    visible,
)

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def test_every_source_that_failed_is_named_in_one_sentence(
    make_card: CardMaker, store_of: StoreMaker, nowhere: SourceTable, shelf: Shelf, root: Path
) -> None:
    wheel = from_wheel(shelf, a=MODEL)
    shelf.complain("net==1.0", "ERROR: No matching distribution found for net==1.0")
    store = store_of(make_card("net", {"model.bin": MODEL}, nowhere, wheel))
    assert pull_error(store, "net") == (
        "The net could not be fetched: 127.0.0.1:1 cannot be reached (Connection refused); "
        "pip could not bring net==1.0 (No matching distribution found for net==1.0); "
        "put this right and run: sayso models pull net"
    )
    assert visible(root) == []


def test_a_wrong_hash_is_one_sentence_and_leaves_nothing(
    make_card: CardMaker, store_of: StoreMaker, hub: Hub, from_hub: SourceTable, root: Path
) -> None:
    hub.files[HUB_PATH + "model.bin"] = b"?" * len(MODEL)
    store = store_of(make_card("net", {"model.bin": MODEL}, from_hub))
    sentence = pull_error(store, "net")
    host = hub.address.removeprefix("http://")
    assert sentence.startswith(f"The net could not be fetched: model.bin from {host} has SHA-256 ")
    assert sentence.endswith("…; put this right and run: sayso models pull net")
    assert "\n" not in sentence
    assert visible(root) == []
    assert parts(root) == []


def test_a_cut_connection_is_one_sentence_and_the_next_pull_goes_on(
    make_card: CardMaker, store_of: StoreMaker, hub: Hub, from_hub: SourceTable, root: Path
) -> None:
    hub.files[HUB_PATH + "model.bin"] = MODEL
    hub.cut_after, hub.cuts_left = 50_000, 3
    store = store_of(make_card("net", {"model.bin": MODEL}, from_hub))
    assert "was cut after 0.1 MB of 0.3 MB of model.bin" in pull_error(store, "net")
    assert visible(root) == []
    hub.asked.clear()
    store.pull(["net"])
    assert hub.asked == [(HUB_PATH + "model.bin", "bytes=150000-")]
    assert store.path("net", "model.bin").read_bytes() == MODEL
    assert parts(root) == []


def test_a_wrong_part_in_a_package_is_one_sentence_and_leaves_nothing(
    make_card: CardMaker, store_of: StoreMaker, shelf: Shelf, root: Path
) -> None:
    store = store_of(make_card("net", {"model.bin": MODEL}, from_wheel(shelf, a=MODEL[:100], b=b"short")))
    assert pull_error(store, "net") == (
        "The net could not be fetched: model.bin in net==1.0 has 105 bytes where its card says 256000; "
        "put this right and run: sayso models pull net"
    )
    assert visible(root) == []


def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every write to a file on its way in find no room."""
    real = Path.open

    class Full(io.FileIO):
        def write(self, _chunk: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def open_full(path: Path, mode: str = "r", *args: Any, **kwargs: Any) -> IO[Any]:
        return io.BufferedRandom(Full(path, "a+")) if mode == "ab+" else real(path, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", open_full)


@pytest.mark.parametrize("content", [MODEL, b"small enough to wait in a buffer"], ids=["large", "small"])
def test_a_full_disk_is_one_sentence_leaves_no_half_file_and_asks_nobody_else(
    make_card: CardMaker,
    store_of: StoreMaker,
    hub: Hub,
    from_hub: SourceTable,
    shelf: Shelf,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
) -> None:
    hub.files[HUB_PATH + "model.bin"] = content
    store = store_of(make_card("net", {"model.bin": content}, from_hub, from_wheel(shelf, a=content)))
    with monkeypatch.context() as patch:
        full_disk(patch)
        with pytest.raises(DiskFullError) as caught:
            store.pull(["net"])
    assert str(caught.value).startswith("the disk of ")
    assert str(caught.value).endswith(" is full; free some space and run the command again")
    assert shelf.calls == []
    assert visible(root) == []
    assert parts(root) == []
    store.pull(["net"])
    assert store.state("net") == "installed"


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of 256 KiB, where this machine lets us mount one."""
    place = tmp_path / "tiny"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("mounting a small disk needs root")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_is_really_full_leaves_no_half_file(
    make_card: CardMaker, shelf: Shelf, tiny_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = os.urandom(200_000)
    card = make_card("net", {"model.bin": content}, from_wheel(shelf, a=content))
    store = WeightsStore(tiny_disk, {"net": card}, clients=shelf.clients)
    with pytest.raises(DiskFullError, match="free some space and run the command again"):
        store.pull(["net"])
    assert visible(tiny_disk) == []


def test_too_little_room_is_said_before_anything_is_fetched(
    make_card: CardMaker, store_of: StoreMaker, hub: Hub, from_hub: SourceTable
) -> None:
    hub.files[HUB_PATH + "model.bin"] = MODEL
    card = make_card("net", {"model.bin": MODEL}, from_hub)
    (file,) = card.files
    store = store_of(replace(card, files=(replace(file, bytes=10**16),)))
    with pytest.raises(DiskFullError, match=r"The net needs 10000000000\.0 MB and the disk of .* has .* MB left"):
        store.pull(["net"])
    assert hub.asked == []


def test_a_folder_that_cannot_be_made_is_one_sentence(
    make_card: CardMaker, store_of: StoreMaker, from_hub: SourceTable, root: Path
) -> None:
    root.write_text("a file where the folder should be")
    sentence = pull_error(store_of(make_card("net", {"model.bin": MODEL}, from_hub)), "net")
    assert sentence.endswith(
        "cannot be written (File exists); give this user the right to write there, or set SAYSO_WEIGHTS"
    )


def test_one_card_that_fails_does_not_keep_the_others_away(
    make_card: CardMaker, store_of: StoreMaker, nowhere: SourceTable, shelf: Shelf
) -> None:
    store = store_of(make_card("bad", {"x": b"x"}, nowhere), make_card("good", {"net.json": b"{}"}, both(shelf)))
    sentence = pull_error(store, "bad", "good")
    assert sentence.startswith("The bad could not be fetched")
    assert "good" not in sentence
    assert store.state("good") == "installed"
