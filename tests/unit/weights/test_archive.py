from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from pipelines.weights.archive import open_archive
from pipelines.weights.cards import Package, Piece
from pipelines.weights.faults import SourceError
from tests.unit.weights.conftest import Shelf


def piece(package: Package, member: str, *, inner: str | None = None, skip_bytes: int = 0) -> Piece:
    return Piece(package=package, member=member, inner=inner, skip_bytes=skip_bytes)


def read(shelf: Shelf, wanted: Piece) -> bytes:
    with open_archive(wanted.package, shelf.folder / wanted.package.file) as archive:
        return b"".join(archive.chunks(wanted))


def zipped(members: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


def test_a_member_of_a_wheel_is_read_by_its_exact_name(shelf: Shelf) -> None:
    package = shelf.wheel("net==1.0", {"net/model.bin": b"weights", "net/__init__.py": b"raise SystemExit"})
    assert read(shelf, piece(package, "net/model.bin")) == b"weights"


def test_a_member_of_a_tarball_is_read_by_its_exact_name(shelf: Shelf) -> None:
    package = shelf.tarball("net@1.0", {"package/a.bin": b"a", "package/b.bin": b"b"})
    assert read(shelf, piece(package, "package/b.bin")) == b"b"


def test_a_member_of_a_zip_inside_a_wheel_is_read_without_its_header(shelf: Shelf) -> None:
    package = shelf.wheel("net==1.0", {"voices.npz": zipped({"v.npy": b"HEADERnumbers"})})
    assert read(shelf, piece(package, "voices.npz", inner="v.npy", skip_bytes=6)) == b"numbers"


def test_skipping_more_than_there_is_gives_nothing(shelf: Shelf) -> None:
    package = shelf.wheel("net==1.0", {"a": b"abc"})
    assert read(shelf, piece(package, "a", skip_bytes=9)) == b""


@pytest.mark.parametrize(
    ("member", "inner"), [("model.bin", None), ("voices.npz", "w.npy"), ("../net/model.bin", None)]
)
def test_an_absent_member_is_named(shelf: Shelf, member: str, inner: str | None) -> None:
    package = shelf.wheel("net==1.0", {"net/model.bin": b"", "voices.npz": zipped({"v.npy": b""})})
    with pytest.raises(SourceError, match=r"net-1\.0-py3-none-any\.whl has no member"):
        read(shelf, piece(package, member, inner=inner))


def test_a_link_in_a_tarball_is_not_followed(shelf: Shelf) -> None:
    package = shelf.tarball("net@1.0", {}, links={"package/model.bin": "/etc/hostname"})
    with pytest.raises(SourceError, match="is not a plain file"):
        read(shelf, piece(package, "package/model.bin"))


def test_a_member_that_climbs_out_is_bytes_and_writes_nothing(shelf: Shelf, tmp_path: Path) -> None:
    package = shelf.wheel("net==1.0", {"../../climbed": b"out"})
    before = sorted(tmp_path.rglob("*"))
    assert read(shelf, piece(package, "../../climbed")) == b"out"
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("spec", ["net==1.0", "net@1.0"])
def test_a_damaged_archive_is_named(shelf: Shelf, spec: str) -> None:
    package = shelf.wheel(spec, {"a": b"a"}) if "==" in spec else shelf.tarball(spec, {"a": b"a"})
    path = shelf.folder / package.file
    path.write_bytes(b"not an archive")
    with pytest.raises(SourceError, match="is damaged"):
        read(shelf, piece(package, "a"))


def test_damage_inside_a_member_is_found(shelf: Shelf) -> None:
    package = shelf.wheel("net==1.0", {"a": b"a" * 5_000})
    path = shelf.folder / package.file
    content = bytearray(path.read_bytes())
    content[40] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(SourceError, match="is damaged"):
        read(shelf, piece(package, "a"))
