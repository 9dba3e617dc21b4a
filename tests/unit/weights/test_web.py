from __future__ import annotations

import io
import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import Message
from pathlib import Path

import pytest

from pipelines.errors import WeightsError
from pipelines.weights.cards import CardFile
from pipelines.weights.faults import SourceError
from pipelines.weights.web import TRIES, UnreachableError, _NoDowngrade, fetch
from tests.unit.weights.conftest import Hub

Get = Callable[..., list[int]]
pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

CONTENT = bytes(range(256)) * 4_000  # a megabyte, so that a cut falls inside


@pytest.fixture
def get(hub: Hub, tmp_path: Path, as_file: Callable[[str, bytes], CardFile]) -> Get:
    hub.files["/model.bin"] = CONTENT

    def run(*, url: str | None = None, wanted: bytes = CONTENT) -> list[int]:
        heard: list[int] = []
        fetch(
            url or f"{hub.address}/model.bin",
            as_file("model.bin", wanted),
            part=tmp_path / "parts" / "part",
            target=tmp_path / "home" / "model.bin",
            on_bytes=heard.append,
        )
        return heard

    return run


def files_below(folder: Path) -> dict[str, int]:
    return {str(p.relative_to(folder)): p.stat().st_size for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_file_arrives_whole_and_nothing_else_stays(get: Get, tmp_path: Path) -> None:
    heard = get()
    assert (tmp_path / "home" / "model.bin").read_bytes() == CONTENT
    assert heard == sorted(heard)
    assert heard[-1] == len(CONTENT)
    assert files_below(tmp_path / "parts") == {}


def test_a_cut_connection_is_taken_up_where_it_ended(get: Get, hub: Hub, tmp_path: Path) -> None:
    hub.cut_after, hub.cuts_left = 300_000, 1
    get()
    assert (tmp_path / "home" / "model.bin").read_bytes() == CONTENT
    assert hub.asked == [("/model.bin", None), ("/model.bin", "bytes=300000-")]


def test_a_connection_that_is_always_cut_says_how_far_it_came_and_keeps_it_for_the_next_pull(
    get: Get, hub: Hub, tmp_path: Path
) -> None:
    hub.cut_after, hub.cuts_left = 100_000, TRIES
    with pytest.raises(SourceError) as caught:
        get()
    host = hub.address.removeprefix("http://")
    assert str(caught.value) == (
        f"the connection to {host} was cut after 0.3 MB of 1.0 MB of model.bin; "
        "what is there is kept and the next pull goes on from it"
    )
    assert not (tmp_path / "home").exists()
    hub.asked.clear()
    get()
    assert hub.asked == [("/model.bin", "bytes=300000-")]
    assert (tmp_path / "home" / "model.bin").read_bytes() == CONTENT


def test_a_host_that_hangs_up_without_an_answer_is_asked_again_and_then_given_up(get: Get, hub: Hub) -> None:
    hub.hangs_up = True
    with pytest.raises(SourceError, match=r"was cut after 0\.0 MB of 1\.0 MB"):
        get()
    assert len(hub.asked) == TRIES


def test_a_server_that_ignores_ranges_is_read_from_the_start(get: Get, hub: Hub, tmp_path: Path) -> None:
    hub.cut_after, hub.cuts_left, hub.ignores_ranges = 300_000, 1, True
    get()
    assert (tmp_path / "home" / "model.bin").read_bytes() == CONTENT


def test_a_stale_part_costs_one_more_download_and_no_wrong_file(get: Get, hub: Hub, tmp_path: Path) -> None:
    part = tmp_path / "parts" / "part"
    part.parent.mkdir()
    part.write_bytes(b"of another file" * 1_000)
    get()
    assert (tmp_path / "home" / "model.bin").read_bytes() == CONTENT


def test_a_part_as_long_as_the_file_but_wrong_is_replaced(get: Get, tmp_path: Path) -> None:
    part = tmp_path / "parts" / "part"
    part.parent.mkdir()
    part.write_bytes(b"x" * len(CONTENT))
    get()
    assert (tmp_path / "home" / "model.bin").read_bytes() == CONTENT


def test_a_part_longer_than_the_file_is_thrown_away(get: Get, tmp_path: Path) -> None:
    part = tmp_path / "parts" / "part"
    part.parent.mkdir()
    part.write_bytes(b"x" * (len(CONTENT) + 1))
    get()
    assert (tmp_path / "home" / "model.bin").read_bytes() == CONTENT


def test_a_file_that_became_shorter_on_the_hub_is_asked_for_again_and_then_refused(
    get: Get, hub: Hub, tmp_path: Path
) -> None:
    part = tmp_path / "parts" / "part"
    part.parent.mkdir()
    part.write_bytes(CONTENT[:500_000])
    hub.files["/model.bin"] = CONTENT[:400_000]
    with pytest.raises(SourceError, match="was cut after"):
        get()
    assert ("/model.bin", None) in hub.asked
    assert not (tmp_path / "home").exists()


def test_wrong_bytes_are_thrown_away(get: Get, hub: Hub, tmp_path: Path) -> None:
    hub.files["/model.bin"] = b"y" * len(CONTENT)
    with pytest.raises(SourceError) as caught:
        get()
    assert "has SHA-256" in str(caught.value)
    assert "where its card says" in str(caught.value)
    assert files_below(tmp_path / "parts") == {}
    assert not (tmp_path / "home").exists()


def test_a_file_larger_than_its_card_is_not_read_to_the_end(get: Get, hub: Hub, tmp_path: Path) -> None:
    hub.files["/model.bin"] = CONTENT * 20
    with pytest.raises(SourceError, match="is larger than the 1024000 bytes on its card"):
        get()
    assert files_below(tmp_path / "parts") == {}


def test_a_missing_file_says_what_the_host_answered(get: Get, hub: Hub) -> None:
    with pytest.raises(SourceError, match=r"answers 404 Not Found for model\.bin"):
        get(url=f"{hub.address}/elsewhere")


def test_a_host_that_does_not_listen_is_unreachable(get: Get) -> None:
    with socket.socket() as taken:  # bound and not listening: connecting to it is refused
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(UnreachableError, match=r"cannot be reached \(Connection refused\)"):
            get(url=f"http://127.0.0.1:{taken.getsockname()[1]}/model.bin")


def test_a_redirect_to_the_content_network_is_followed(get: Get, hub: Hub, tmp_path: Path) -> None:
    hub.redirects["/resolve"] = f"{hub.address}/model.bin"
    get(url=f"{hub.address}/resolve")
    assert (tmp_path / "home" / "model.bin").read_bytes() == CONTENT


def test_a_redirect_away_from_tls_is_refused() -> None:
    request = urllib.request.Request("https://hub.example/model.bin")
    with pytest.raises(urllib.error.URLError, match="not HTTPS"):
        _NoDowngrade().redirect_request(request, io.BytesIO(), 302, "Found", Message(), "http://cdn.example/model.bin")


def test_a_folder_that_may_not_be_written_is_one_sentence(get: Get, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    with pytest.raises(WeightsError, match="cannot be written"):
        get()
