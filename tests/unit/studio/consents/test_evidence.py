"""Contracts that lay in clear are moved into the vault, whole or not at all."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import datetime
from pathlib import Path

import pytest

from consent.grant import RecordId
from consent.keys import SigningKey
from studio.consents.evidence import move_evidence
from studio.vault.item import Kind, VaultItem
from tests.fakes.keeping import KeepingStudio


class InClear:
    """Keeps evidence as it was kept once: in clear, by its hash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(
        self, source: Path | bytes, *, record_id: RecordId, kind: Kind, name: str, media_type: str, at: datetime
    ) -> VaultItem:
        content = source if isinstance(source, bytes) else source.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        (self.folder / sha256).write_bytes(content)
        return VaultItem(
            id="0" * 32,
            record_id=record_id,
            kind=kind,
            name=name,
            media_type=media_type,
            size_bytes=len(content),
            sha256=sha256,
            kept_at=at,
            erased_at=None,
        )


@pytest.fixture
def studio(tmp_path: Path) -> KeepingStudio:
    return KeepingStudio(tmp_path)


def in_clear(studio: KeepingStudio) -> RecordId:
    """A record approved as before there was a vault: its contract lies in the home."""
    acts = dataclasses.replace(studio.acts, keeper=InClear(studio.home.folder / "home" / "evidence"))
    record_id = acts.new(studio.home.folder / "consent.toml").record_id
    acts.sign(record_id, key=SigningKey.generate())
    acts.approve(record_id, approver="legal@example.com", evidence=studio.home.folder / "contract.pdf")
    return record_id


def test_contracts_are_moved_and_stay_what_they_were(studio: KeepingStudio) -> None:
    record_id = in_clear(studio)
    folder = studio.home.folder / "home" / "evidence"
    (name,) = [path.name for path in folder.iterdir()]
    assert move_evidence(folder, studio.wiring.records, studio.vault) == ()
    assert list(folder.iterdir()) == []
    (item,) = studio.vault.items(record_id)
    assert (item.sha256, item.kind, item.name) == (name, "contract", "contract.pdf")
    assert studio.vault.bytes(item.id) == b"%PDF-1.4 a contract"
    assert move_evidence(folder, studio.wiring.records, studio.vault) == ()


def test_a_file_that_is_not_what_its_name_says_stays(studio: KeepingStudio) -> None:
    record_id = in_clear(studio)
    folder = studio.home.folder / "home" / "evidence"
    (path,) = folder.iterdir()
    path.write_bytes(b"another contract")
    (folder / ("0" * 64)).write_bytes(b"cited by nobody")
    assert set(move_evidence(folder, studio.wiring.records, studio.vault)) == {path, folder / ("0" * 64)}
    assert studio.vault.items(record_id) == ()
    assert path.is_file()


def test_a_new_contract_never_lies_in_clear(studio: KeepingStudio, tmp_path: Path) -> None:
    record_id = studio.consent()
    assert studio.kinds(record_id) == {"contract"}
    assert list((tmp_path / "home" / "evidence").iterdir()) == []
