from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from pipelines.errors import WeightsError
from pipelines.weights import WeightsStore
from tests.unit.weights.conftest import (
    MODEL,
    CardMaker,
    Shelf,
    SourceTable,
    StoreMaker,
    both,
    pull_error,
    visible,
)

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def test_a_damaged_file_is_found_refused_and_repaired_alone(installed: WeightsStore, root: Path) -> None:
    (root / "net" / "model.bin").write_bytes(b"!" * len(MODEL))
    untouched = (root / "net" / "net.json").stat().st_mtime_ns
    assert str(installed.status("net")) == "damaged (model.bin)"
    with pytest.raises(WeightsError, match=r"model\.bin of The net is damaged; run: sayso models pull net"):
        installed.path("net", "model.bin")
    installed.pull(["net"])
    assert installed.state("net") == "installed"
    assert (root / "net" / "net.json").stat().st_mtime_ns == untouched


def test_damage_that_hides_its_time_is_found_by_verify(installed: WeightsStore, root: Path) -> None:
    path = root / "net" / "model.bin"
    before = path.stat()
    path.write_bytes(b"!" * len(MODEL))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert [str(status) for status in installed.verify(["net"])] == ["damaged (model.bin)"]


def test_a_file_is_hashed_once_and_not_at_every_look(installed: WeightsStore, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.weights import receipts

    hashed = []
    monkeypatch.setattr(receipts, "sha256_of", hashed.append)
    assert installed.state("net") == "installed"
    assert hashed == []


@pytest.mark.parametrize(
    "content", ["", "{", '{"version": 2, "files": {}}', '{"version": 1, "files": {"net.json": 3}}']
)
def test_a_lost_receipt_costs_a_hash_and_no_trust(installed: WeightsStore, root: Path, content: str) -> None:
    (root / ".receipts" / "net.json").write_text(content)
    assert installed.state("net") == "installed"


def test_the_oldest_receipt_is_still_read(installed: WeightsStore, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.weights import receipts

    place, files = root / "net", installed.card("net").files
    lines = [
        f'"{f.name}": {{"sha256": "{f.sha256}", "bytes": {f.bytes}, "mtime_ns": {(place / f.name).stat().st_mtime_ns}}}'
        for f in files
    ]
    (root / ".receipts" / "net.json").write_text('{"version": 1, "files": {' + ", ".join(lines) + "}}")
    monkeypatch.setattr(receipts, "sha256_of", lambda _path: pytest.fail("the receipt was not believed"))
    assert installed.state("net") == "installed"


def test_a_card_that_asks_for_other_bytes_than_before_is_damaged(
    installed: WeightsStore, make_card: CardMaker, store_of: StoreMaker, shelf: Shelf
) -> None:
    newer = store_of(make_card("net", {"model.bin": MODEL[::-1], "net.json": b"{}"}, both(shelf)))
    assert newer.state("net") == "damaged"


def test_a_store_that_may_not_be_written_can_be_read(
    installed: WeightsStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.weights import receipts

    (root / ".receipts" / "net.json").unlink()

    def refuse(**_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(receipts.tempfile, "mkstemp", refuse)
    assert installed.state("net") == "installed"


def test_a_file_that_ships_with_sayso_is_used_where_it_lies(
    make_card: CardMaker, store_of: StoreMaker, tmp_path: Path, root: Path
) -> None:
    shipped = tmp_path / "assets" / "driver" / "mouth.npz"
    shipped.parent.mkdir(parents=True)
    shipped.write_bytes(MODEL)
    store = store_of(make_card("mouth", {"mouth.npz": MODEL}, {"kind": "repo", "path": "driver/{name}"}))
    assert store.path("mouth", "mouth.npz") == shipped
    store.pull(["mouth"])
    assert visible(root) == []
    shipped.write_bytes(b"other")
    assert pull_error(store, "mouth") == (
        "mouth.npz of The mouth ships with Sayso and is not what it should be; reinstall Sayso"
    )


def test_unknown_cards_and_files_are_named_with_the_known_ones(installed: WeightsStore) -> None:
    with pytest.raises(WeightsError, match="no model card has the id nett; the ids are net"):
        installed.path("nett", "model.bin")
    with pytest.raises(WeightsError, match=r"the card net has no file model; it has model\.bin, net\.json"):
        installed.path("net", "model")


def test_cards_that_forbid_commercial_use_and_unknown_cards_are_named_by_the_gate(
    make_card: CardMaker, store_of: StoreMaker, nowhere: SourceTable
) -> None:
    free = make_card("free", {"a": b"a"}, nowhere)
    bound = make_card("bound", {"a": b"a"}, nowhere, commercial_use=False)
    store = store_of(free, bound)
    assert store.not_commercial(["free"]) == frozenset()
    assert store.not_commercial(["free", "bound", "unheard-of"]) == {"bound", "unheard-of"}


def test_default_cards_are_the_ones_that_are_marked(
    make_card: CardMaker, store_of: StoreMaker, nowhere: SourceTable
) -> None:
    store = store_of(make_card("yes", {"a": b"a"}, nowhere), make_card("no", {"a": b"a"}, nowhere, default=False))
    assert store.default_ids == ("yes",)
