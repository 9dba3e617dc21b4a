from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.weights import registry
from pipelines.weights.cards import Package
from pipelines.weights.faults import DiskFullError, SourceError
from pipelines.weights.registry import Clients, bring
from tests.unit.weights.conftest import Shelf

Fetch = Callable[..., tuple[Path, list[int]]]


@pytest.fixture
def fetch(shelf: Shelf, tmp_path: Path) -> Fetch:
    def run(package: Package, *, clients: Clients | None = None) -> tuple[Path, list[int]]:
        heard: list[int] = []
        folder = tmp_path / "fetched"
        return bring(package, folder=folder, clients=clients or shelf.clients, on_bytes=heard.append), heard

    return run


def files_below(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


def test_a_wheel_is_downloaded_alone_and_never_built(fetch: Fetch, shelf: Shelf) -> None:
    package = shelf.wheel("net==1.0", {"a": b"a"})
    path, heard = fetch(package)
    assert path.read_bytes() == (shelf.folder / package.file).read_bytes()
    assert heard[-1] == package.bytes
    assert files_below(path.parent) == [package.file]
    (call,) = shelf.calls
    assert call[0] == "download"
    assert {"--no-deps", "--only-binary=:all:", "--no-input"} <= set(call)
    assert "--platform" not in call


def test_a_wheel_for_another_machine_is_asked_for_by_its_tags(fetch: Fetch, shelf: Shelf) -> None:
    fetch(shelf.wheel("net==1.0", {"a": b"a"}, tag="cp311-cp311-manylinux_2_28_x86_64"))
    (call,) = shelf.calls
    wanted = ["--implementation", "cp", "--python-version", "311", "--abi", "cp311"]
    wanted += ["--platform", "manylinux_2_28_x86_64"]
    start = call.index("--implementation")
    assert call[start : start + 8] == wanted


def test_a_tarball_is_packed_without_scripts(fetch: Fetch, shelf: Shelf) -> None:
    fetch(shelf.tarball("net@1.0", {"package/a": b"a"}))
    (call,) = shelf.calls
    assert call[0] == "pack"
    assert "--ignore-scripts" in call


def test_a_package_that_is_there_is_not_asked_for_again(fetch: Fetch, shelf: Shelf) -> None:
    package = shelf.wheel("net==1.0", {"a": b"a"})
    fetch(package)
    _, heard = fetch(package)
    assert len(shelf.calls) == 1
    assert heard == [package.bytes]


def test_a_spoilt_package_is_fetched_again(fetch: Fetch, shelf: Shelf) -> None:
    package = shelf.wheel("net==1.0", {"a": b"a"})
    path, _ = fetch(package)
    path.write_bytes(b"x" * package.bytes)
    fetch(package)
    assert path.read_bytes() == (shelf.folder / package.file).read_bytes()


def refused(fetch: Fetch, package: Package, *, clients: Clients | None = None) -> str:
    with pytest.raises(SourceError) as caught:
        fetch(package, clients=clients)
    return str(caught.value)


def test_a_source_distribution_is_refused(fetch: Fetch, shelf: Shelf, tmp_path: Path) -> None:
    package = shelf.wheel("net==1.0", {"a": b"a"})
    (shelf.folder / "net-1.0.tar.gz").write_bytes(b"setup.py inside")
    shelf.bring("net==1.0", "net-1.0.tar.gz")
    assert refused(fetch, package) == "net==1.0 came as net-1.0.tar.gz and not as net-1.0-py3-none-any.whl"
    assert files_below(tmp_path / "fetched") == []


def test_a_package_with_another_hash_is_never_opened(fetch: Fetch, shelf: Shelf, tmp_path: Path) -> None:
    package = replace(shelf.wheel("net==1.0", {"a": b"a"}), sha256="0" * 64)
    assert "where its card says 000000000000…" in refused(fetch, package)
    assert files_below(tmp_path / "fetched") == []


def test_a_client_that_brings_nothing_is_found_out(fetch: Fetch, shelf: Shelf) -> None:
    package = shelf.wheel("net==1.0", {"a": b"a"})
    shelf.bring("net==1.0")
    assert "came as nothing" in refused(fetch, package)


def test_an_absent_client_is_named(fetch: Fetch, shelf: Shelf, tmp_path: Path) -> None:
    package = shelf.tarball("net@1.0", {"package/a": b"a"})
    clients = replace(shelf.clients, npm=(str(tmp_path / "no-npm"),))
    assert refused(fetch, package, clients=clients) == "npm is not installed"


@pytest.mark.parametrize(
    ("registry_name", "says", "told"),
    [
        ("pip", "WARNING: x\nERROR: No matching distribution found for net", "No matching distribution found for net"),
        ("pip", "python: No module named pip", "python: No module named pip"),
        ("pip", "", "it ended with code 3"),
        ("npm", "npm error code E404\nnpm error 404 Not Found\nnpm error A complete log of this run", "code E404"),
    ],
)
def test_a_client_that_fails_is_quoted(fetch: Fetch, shelf: Shelf, registry_name: str, says: str, told: str) -> None:
    package = shelf.wheel("net==1.0", {"a": b"a"}) if registry_name == "pip" else shelf.tarball("net@1.0", {"a": b"a"})
    shelf.complain(package.spec, says, rc=3)
    assert refused(fetch, package) == f"{registry_name} could not bring {package.spec} ({told})"


@pytest.mark.parametrize("says", ["OSError: [Errno 28] No space left on device", "npm error code ENOSPC"])
def test_a_client_that_finds_no_room_stops_the_pull(fetch: Fetch, shelf: Shelf, tmp_path: Path, says: str) -> None:
    package = shelf.wheel("net==1.0", {"a": b"a"})
    shelf.complain("net==1.0", says)
    with pytest.raises(DiskFullError, match="is full; free some space"):
        fetch(package)
    assert files_below(tmp_path / "fetched") == []


def test_a_slow_client_tells_how_far_it_is(
    fetch: Fetch, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_LOOK_EVERY_S", 0.01)
    package = shelf.wheel("net==1.0", {"a": bytes(range(200))})
    slow = tmp_path / "slow.py"
    slow.write_text(
        "import sys, time, runpy\nfrom pathlib import Path\n"
        "dest = Path(sys.argv[sys.argv.index('--dest') + 1])\n"
        "(dest.parent / 'half').write_bytes(b'x' * 30)\ntime.sleep(0.3)\n"
        "sys.argv = sys.argv[1:]\nrunpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    clients = replace(shelf.clients, pip=(sys.executable, str(slow), *shelf.clients.pip[1:]))
    _, heard = fetch(package, clients=clients)
    assert 30 in heard
    assert max(heard) == package.bytes
    assert heard[-1] == package.bytes


def test_a_pull_that_is_interrupted_ends_the_client(
    fetch: Fetch, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_LOOK_EVERY_S", 0.01)
    package = shelf.wheel("net==1.0", {"a": b"a"})
    endless = tmp_path / "endless.py"
    endless.write_text("import time\ntime.sleep(60)\n")
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def remember(*args: Any, **kwargs: Any) -> subprocess.Popen[bytes]:
        started.append(real(*args, **kwargs))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", remember)

    def stop(_bytes: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(
            package,
            folder=tmp_path / "fetched",
            clients=Clients(pip=(sys.executable, str(endless)), npm=()),
            on_bytes=stop,
        )
    (process,) = started
    assert process.poll() is not None
    assert files_below(tmp_path / "fetched") == []
