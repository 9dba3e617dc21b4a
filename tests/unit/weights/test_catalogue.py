from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pipelines.assets import ASSETS
from pipelines.errors import ProfileInvalidError
from pipelines.weights import Card, load_cards
from pipelines.weights.cards import PackageSource, RepoSource, WebSource

Load = Callable[[str], dict[str, Card]]
SHA = "a" * 64
PACKAGE = f'[packages."net==1.0"]\nregistry = "pypi"\nfile = "net-1.0-py3-none-any.whl"\nsha256 = "{SHA}"\nbytes = 1\n'
CARD = f"""
[[card]]
id = "net"
title = "Net"
kind = "face"
default = true
licence = "Apache-2.0"
commercial_use = true
commercial_source = "section 2"
languages = []
hardware = "none"
files = [
    {{ name = "models/net.onnx", bytes = 3, sha256 = "{SHA}" }},
    {{ name = "net.json", bytes = 3, sha256 = "{SHA}" }},
]
"""
HUB = """
[[card.sources]]
kind = "hub"
host = "https://hub.example"
repo = "us/net"
revision = "0123456789012345678901234567890123456789"
"""
PIECES = (
    '\n[[card.sources]]\nkind = "pypi"\npieces = [{ package = "net==1.0", member = "net/{stem}", skip_bytes = 2 }]\n'
)
GOOD = "version = 1\n" + PACKAGE + CARD + HUB + PIECES


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def run(text: str) -> dict[str, Card]:
        path = tmp_path / "weights.toml"
        path.write_text(text)
        return load_cards(path)

    return run


def test_a_card_knows_its_files_and_where_each_comes_from(load: Load) -> None:
    card = load(GOOD)["net"]
    hub, pypi = card.sources
    assert isinstance(hub, WebSource)
    assert dict(hub.urls)["models/net.onnx"] == (
        "https://hub.example/us/net/resolve/0123456789012345678901234567890123456789/models/net.onnx"
    )
    assert isinstance(pypi, PackageSource)
    (piece,) = dict(pypi.pieces)["models/net.onnx"]
    assert (piece.package.spec, piece.member, piece.skip_bytes) == ("net==1.0", "net/net", 2)
    assert card.bytes_total == 6


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('title = "Net"', 'titel = "Net"', "card.0.title: Field required"),
        ('hardware = "none"', 'hardware = "none"\nspeed = "fast"', "card.0.speed: Extra inputs are not permitted"),
        ("version = 1", "version = 2", "version: Input should be 1"),
        (f'bytes = 3, sha256 = "{SHA}" }},', 'bytes = 3, sha256 = "abc" },', "card.0.files.0.sha256: String should"),
        ('name = "net.json"', 'name = "../net.json"', "card.0.files.1.name: String should"),
        ('name = "net.json"', 'name = "/etc/net.json"', "card.0.files.1.name: String should"),
        ('name = "net.json"', 'name = "a/../../b"', "card.0.files.1.name: String should"),
        ('name = "net.json"', 'name = ".receipts"', "card.0.files.1.name: String should"),
        ('name = "net.json"', 'name = "models/net.onnx"', "card net: a file stands there twice"),
        ('id = "net"', 'id = "../net"', "card.0.id: String should"),
        ('"https://hub.example"', '"http://hub.example"', "card.0.sources.0.hub.host: String should"),
        ('revision = "0123', 'revision = "main', "card.0.sources.0.hub.revision: String should"),
        ("net==1.0", "net>=1.0", "packages.net>=1.0.[key]: String should"),
        ('package = "net==1.0"', 'package = "net==2.0"', "card net: package net==2.0 has no"),
        ('package = "net==1.0"', 'package = "--index-url==1"', "sources.1.pypi.pieces.0.package: String should"),
        ('kind = "hub"', 'kind = "ftp"', "card.0.sources.0: Input tag 'ftp'"),
        ('kind = "pypi"', 'kind = "npm"', "card net: package net==1.0 has no"),
        ('kind = "hub"', 'kind = "hub"\nonly = ["x"]', "card net: only names x, which is no file of the card"),
        ('hardware = "none"', 'hardware = "none"\nenough = ["x"]', "card net: enough names x"),
        ("[[card]]", "[[card", "is not a TOML file"),
    ],
)
def test_a_catalogue_that_contradicts_itself_is_refused_by_file_and_key(
    load: Load, old: str, new: str, told: str
) -> None:
    assert old in GOOD
    with pytest.raises(ProfileInvalidError) as caught:
        load(GOOD.replace(old, new))
    assert "weights.toml" in str(caught.value)
    assert told in str(caught.value)


def test_a_file_without_a_source_is_refused(load: Load) -> None:
    with pytest.raises(ProfileInvalidError, match=r"card net: no source gives models/net\.onnx"):
        load("version = 1\n" + CARD + HUB + 'only = ["net.json"]\n')


def test_a_card_that_stands_there_twice_is_refused(load: Load) -> None:
    with pytest.raises(ProfileInvalidError, match="card net stands there twice"):
        load("version = 1\n" + CARD + HUB + CARD + HUB)


def test_an_absent_catalogue_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ProfileInvalidError, match=r"cannot be read \(No such file or directory\); restore it"):
        load_cards(tmp_path / "weights.toml")


SHIPPED = load_cards(ASSETS / "weights.toml")


def test_the_default_cards_are_the_ones_that_the_engines_ask_for() -> None:
    engines = {"kokoro-82m", "kokoro-voices", "whisper-base", "face-detection-short-range", "face-landmark"}
    engines |= {"selfie-segmentation", "font-noto-sans", "font-noto-devanagari", "font-noto-arabic"}
    engines |= {"font-cjk-sc", "font-cjk-jp", "font-cjk-kr"}
    assert engines <= {card.id for card in SHIPPED.values() if card.default}


@pytest.mark.parametrize("card", SHIPPED.values(), ids=SHIPPED.keys())
def test_a_shipped_card_is_complete(card: Card) -> None:
    assert card.licence
    assert len(card.commercial_source) > 20, "say where the licence's word on commercial use is written"
    assert card.hardware
    assert all(len(file.sha256) == 64 and file.bytes > 0 for file in card.files)
    if card.default:
        assert card.commercial_use, "the demo campaign is commercial"
        given = {name for source in card.sources if not isinstance(source, WebSource) for name in source.names}
        needed = set(card.enough) or {file.name for file in card.files}
        assert needed <= given, "a default card must come from a registry or the repository too"


@pytest.mark.parametrize("card", SHIPPED.values(), ids=SHIPPED.keys())
def test_a_shipped_card_asks_hubs_before_registries_and_only_by_https(card: Card) -> None:
    for name in {file.name for file in card.files}:
        kinds = [source.kind for source in card.sources if name in source.names]
        web_first = sorted(kinds, key=lambda kind: kind not in {"hub", "url"})
        assert kinds == web_first
    for source in card.sources:
        if isinstance(source, WebSource):
            assert {urlsplit(url).scheme for _, url in source.urls} == {"https"}


def test_the_voices_come_from_the_hub_then_npm_then_five_from_pypi() -> None:
    card = SHIPPED["kokoro-voices"]
    assert [(source.kind, len(source.names)) for source in card.sources] == [("hub", 54), ("npm", 54), ("pypi", 5)]
    assert set(card.enough) == set(card.sources[-1].names)


@pytest.mark.parametrize("card", SHIPPED.values(), ids=SHIPPED.keys())
def test_files_that_ship_with_sayso_have_the_hash_on_their_card(card: Card) -> None:
    for source in card.sources:
        if isinstance(source, RepoSource):
            for name, path in source.paths:
                content = (ASSETS / path).read_bytes()
                entry = next(file for file in card.files if file.name == name)
                found = hashlib.sha256(content).hexdigest()
                assert (entry.sha256, entry.bytes) == (found, len(content)), f"write them into the card of {card.id}"
