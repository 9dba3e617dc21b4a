"""A model hub on 127.0.0.1 that can misbehave, a shelf that stands for the registries, and cards that name both."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import WeightsError
from pipelines.weights import Card, WeightsStore, load_cards
from pipelines.weights.cards import CardFile, Package
from pipelines.weights.registry import Clients

# What pip and npm do, reduced to what matters here: bring an archive for a spec, or complain. It writes down how it was
# called. The shelf's index maps a spec to the file names to bring, or to {"says": …, "rc": …}.
_FAKE_CLIENT = """
import json, shutil, sys
from pathlib import Path
shelf, args = Path(sys.argv[1]), sys.argv[2:]
with (shelf / "calls").open("a") as calls:
    calls.write(json.dumps(args) + "\\n")
dest = Path(args[args.index("--dest" if "--dest" in args else "--pack-destination") + 1])
order = json.loads((shelf / "index.json").read_text())[args[-1]]
if isinstance(order, dict):
    print(order["says"], file=sys.stderr)
    raise SystemExit(order["rc"])
for name in order:
    shutil.copy(shelf / name, dest / name)
"""


@dataclass
class Hub:
    """Files by path, and how to spoil the answers. ``asked`` are the requests' paths and ranges."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    cut_after: int | None = None  # bytes sent per answer before the connection ends
    cuts_left: int = 0
    ignores_ranges: bool = False
    hangs_up: bool = False  # before it answers
    redirects: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def hub() -> Iterator[Hub]:
    state = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            state.asked.append((self.path, wanted))
            if state.hangs_up:
                self.close_connection = True
                return
            if self.path in state.redirects:
                self.send_response(302)
                self.send_header("Location", state.redirects[self.path])
                self.end_headers()
                return
            body = state.files.get(self.path)
            if body is None:
                self.send_error(404)
                return
            start = 0
            if wanted and not state.ignores_ranges:
                start = int(wanted.removeprefix("bytes=").removesuffix("-"))
                if start >= len(body):
                    self.send_error(416)
                    return
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            else:
                self.send_response(200)
            rest = body[start:]
            self.send_header("Content-Length", str(len(rest)))
            self.end_headers()
            if state.cuts_left:
                state.cuts_left -= 1
                rest = rest[: state.cut_after]
                self.close_connection = True
            with suppress(ConnectionError):  # who has heard enough hangs up
                self.wfile.write(rest)

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Shelf:
    """Archives that the fake clients bring."""

    folder: Path
    clients: Clients
    packages: dict[str, dict[str, Any]] = field(default_factory=dict)

    def wheel(self, spec: str, members: Mapping[str, bytes], *, tag: str = "py3-none-any") -> Package:
        name, version = spec.split("==")
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members.items():
                archive.writestr(member, content)
        return self._put("pypi", spec, f"{name.replace('-', '_')}-{version}-{tag}.whl", held.getvalue())

    def tarball(self, spec: str, members: Mapping[str, bytes], *, links: Mapping[str, str] | None = None) -> Package:
        name, version = spec.split("@")
        held = io.BytesIO()
        with tarfile.open(fileobj=held, mode="w:gz") as archive:
            for member, content in members.items():
                info = tarfile.TarInfo(member)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            for member, target in (links or {}).items():
                info = tarfile.TarInfo(member)
                info.type, info.linkname = tarfile.SYMTYPE, target
                archive.addfile(info)
        return self._put("npm", spec, f"{name}-{version}.tgz", held.getvalue())

    def bring(self, spec: str, *names: str) -> None:
        """Let the client bring these files for the spec, whatever the card says."""
        self._order(spec, list(names))

    def complain(self, spec: str, says: str, *, rc: int = 1) -> None:
        self._order(spec, {"says": says, "rc": rc})

    @property
    def calls(self) -> list[list[str]]:
        log = self.folder / "calls"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def _put(self, registry: str, spec: str, file: str, content: bytes) -> Package:
        (self.folder / file).write_bytes(content)
        entry = {
            "registry": registry,
            "file": file,
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
        }
        self.packages[spec] = entry
        self._order(spec, [file])
        return Package(spec=spec, **entry)

    def _order(self, spec: str, order: object) -> None:
        index = self.folder / "index.json"
        known = json.loads(index.read_text()) if index.exists() else {}
        index.write_text(json.dumps({**known, spec: order}))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    folder = tmp_path / "shelf"
    folder.mkdir()
    (folder / "client.py").write_text(_FAKE_CLIENT)
    command = (sys.executable, str(folder / "client.py"), str(folder))
    return Shelf(folder=folder, clients=Clients(pip=command, npm=command))


CardMaker = Callable[..., Card]
SourceTable = dict[str, object]
StoreMaker = Callable[..., WeightsStore]

MODEL = bytes(range(256)) * 1_000
REVISION = "0123456789012345678901234567890123456789"
HUB_PATH = f"/us/net/resolve/{REVISION}/"


@pytest.fixture
def make_card(tmp_path: Path, shelf: Shelf) -> CardMaker:
    """Build a card the way the product does: through a catalogue on disk."""

    def make(card_id: str, files: Mapping[str, bytes], *sources: dict[str, object], **fields: object) -> Card:
        entry = {
            "id": card_id,
            "title": f"The {card_id}",
            "kind": "face",
            "default": True,
            "licence": "Apache-2.0",
            "commercial_use": True,
            "commercial_source": "section 2",
            "languages": [],
            "hardware": "none",
            "files": [
                {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
                for name, content in files.items()
            ],
            "sources": list(sources),
            **fields,
        }
        path = tmp_path / f"{card_id}.toml"
        path.write_text(to_toml({"version": 1, "packages": shelf.packages, "card": [entry]}))
        return load_cards(path)[card_id]

    return make


def to_toml(value: Mapping[str, object]) -> str:
    """Write a catalogue; JSON's strings, numbers, booleans and lists are TOML's too, and tables can be inline."""

    def inline(item: object) -> str:
        if isinstance(item, Mapping):
            return "{" + ", ".join(f"{json.dumps(key)} = {inline(v)}" for key, v in item.items()) + "}"
        if isinstance(item, list):
            return "[" + ", ".join(inline(v) for v in item) + "]"
        return json.dumps(item)

    return "\n".join(f"{key} = {inline(item)}" for key, item in value.items())


def file_of(name: str, content: bytes) -> CardFile:
    return CardFile(name=name, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))


@pytest.fixture
def as_file() -> Callable[[str, bytes], CardFile]:
    return file_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "weights"


@pytest.fixture
def store_of(root: Path, shelf: Shelf, tmp_path: Path) -> StoreMaker:
    def make(*cards: Card, clients: Clients | None = None) -> WeightsStore:
        return WeightsStore(
            root, {card.id: card for card in cards}, assets=tmp_path / "assets", clients=clients or shelf.clients
        )

    return make


@pytest.fixture
def from_hub(hub: Hub) -> SourceTable:
    return {"kind": "hub", "host": hub.address, "repo": "us/net", "revision": REVISION}


@pytest.fixture
def nowhere() -> SourceTable:
    """A hub that cannot be reached: nothing listens on the port that tests never use."""
    return {"kind": "hub", "host": "http://127.0.0.1:1", "repo": "us/net", "revision": REVISION}


def from_wheel(shelf: Shelf, **members: bytes) -> SourceTable:
    """A wheel whose parts, joined in the order given, are the file."""
    shelf.wheel("net==1.0", members)
    return {"kind": "pypi", "pieces": [{"package": "net==1.0", "member": name} for name in members]}


def both(shelf: Shelf) -> SourceTable:
    shelf.wheel("net==1.0", {"model.bin": MODEL, "net.json": b"{}"})
    return {"kind": "pypi", "pieces": [{"package": "net==1.0", "member": "{name}"}]}


@pytest.fixture
def installed(make_card: CardMaker, store_of: StoreMaker, shelf: Shelf) -> WeightsStore:
    store = store_of(make_card("net", {"model.bin": MODEL, "net.json": b"{}"}, both(shelf)))
    store.pull(["net"])
    return store


def visible(root: Path) -> list[str]:
    """What a reader of the store could mistake for weights: everything but the store's own dot files."""
    found = (p.relative_to(root) for p in root.rglob("*") if p.is_file())
    return sorted(str(p) for p in found if not p.parts[0].startswith("."))


def parts(root: Path) -> list[str]:
    return [str(p.relative_to(root)) for p in (root / ".fetch").rglob("*") if p.is_file()]


def pull_error(store: WeightsStore, *ids: str) -> str:
    with pytest.raises(WeightsError) as caught:
        store.pull(ids)
    return str(caught.value)
