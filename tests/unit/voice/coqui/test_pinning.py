"""From a zip as Coqui keeps it to a voice that speaks: made into a card, pulled by its hash, opened, heard."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bench.pin_coqui import card_text, wanted
from pipelines.errors import InputInvalidError, ProfileInvalidError, WeightsError
from pipelines.voice.engine import open_engine
from pipelines.weights import WeightsStore, load_cards
from tests.unit.voice.coqui.conftest import clock, make_grant

INSIDE = "tts_models--de--thorsten--vits"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        return


@pytest.fixture
def archive(tiny: Path, tmp_path: Path) -> Path:
    """A zip laid out as those of Coqui's releases."""
    path = tmp_path / "served" / "model.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.write(tiny / "coqui-vits-de" / "model.pth", f"{INSIDE}/model_file.pth")
        made.write(tiny / "coqui-vits-de" / "config.json", f"{INSIDE}/config.json")
        made.writestr(f"{INSIDE}/README.md", "not needed")
        made.writestr(f"__MACOSX/{INSIDE}/config.json", "not meant")
    return path


@pytest.fixture
def address(archive: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(archive.parent)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/model.zip"
    server.shutdown()
    thread.join()
    server.server_close()


def store_of(text: str, tmp_path: Path) -> WeightsStore:
    catalogue = tmp_path / "weights.toml"
    catalogue.write_text(f"version = 1\n{text}", encoding="utf-8")
    return WeightsStore(tmp_path / "weights", load_cards(catalogue))


@pytest.mark.enable_socket
def test_a_pinned_zip_is_pulled_and_speaks(archive: Path, address: str, tmp_path: Path) -> None:
    store = store_of(card_text(replace(wanted("de"), address=address), archive), tmp_path)
    card = store.card("coqui-vits-de")
    assert (card.licence, card.languages, card.commercial_use) == ("Apache-2.0", ("de",), True)
    assert sorted(file.name for file in card.files) == ["config.json", "model.pth"]
    store.pull(["coqui-vits-de"])
    assert store.state("coqui-vits-de") == "installed"
    engine = open_engine("coqui-vits-de", store, clock=clock)
    speech = engine.speak("Hallo.", locale="de-DE", grant=make_grant("Hallo.", "de-DE"), seed=1)
    assert speech.audio.duration_s > 0.4


@pytest.mark.enable_socket
def test_a_zip_that_changed_since_it_was_pinned_is_refused(archive: Path, address: str, tmp_path: Path) -> None:
    store = store_of(card_text(replace(wanted("de"), address=address), archive), tmp_path)
    with zipfile.ZipFile(archive, "a") as made:
        made.writestr("more", "bytes")
    with pytest.raises(WeightsError, match="could not be fetched"):
        store.pull(["coqui-vits-de"])
    assert store.state("coqui-vits-de") == "missing"


def test_a_zip_without_a_checkpoint_makes_no_card(tmp_path: Path) -> None:
    path = tmp_path / "model.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("config.json", "{}")
    with pytest.raises(InputInvalidError, match=r"holds config\.json; one"):
        card_text(wanted("de"), path)


def test_every_model_and_part_can_be_pinned_by_name(archive: Path) -> None:
    assert 'url = "https://github.com/' in card_text(wanted("nl"), archive)
    assert 'kind = "voice-conversion"' in card_text(wanted("freevc24"), archive)
    assert 'id = "coqui-vits-it-male"' in card_text(wanted("it-male"), archive)
    with pytest.raises(InputInvalidError, match="choose one of: de, nl"):
        wanted("klingon")


@pytest.mark.parametrize(
    ("old", "new"),
    [('url = "', '# "'), ('registry = "zip"', 'registry = "pypi"'), ('url = "https', 'url = "http'),
     ('thorsten--vits.zip"', 'thorsten--vits.whl"')],
)  # fmt: skip
def test_a_zip_has_an_https_address_and_nothing_else_has_one(archive: Path, tmp_path: Path, old: str, new: str) -> None:
    text = card_text(wanted("de"), archive)
    assert old in text
    with pytest.raises(ProfileInvalidError):
        store_of(text.replace(old, new, 1), tmp_path)
