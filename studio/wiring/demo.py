"""The demo's state in a home: a fictional performer who has said yes, and a brief that names her record.

Everything goes the way of a real campaign: the rights holder signs, legal approves, the brief is a file. It is only
this module that holds the pen for all of them, so it works on the performer of ``assets/demo`` and on nobody else.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

from consent.grant import RecordId
from consent.keys import SigningKey
from pipelines.assets import ASSETS
from studio.errors import StoreError
from studio.store.filelock import locked
from studio.wiring.keyring import open_or_make_key
from studio.wiring.root import Wiring

APPROVER = "legal@northlight.example"
_CONSENT_LINE = re.compile(r'^consent = ".*"$', re.MULTILINE)


def write_demo(wiring: Wiring) -> Path:
    """Make sure of the performer's consent; return the brief that asks for it."""
    source = ASSETS / "demo"
    folder = wiring.settings.home / "demo"
    folder.mkdir(mode=0o700, exist_ok=True)
    with locked(wiring.settings.locks_dir / "demo.lock"):
        record_id = _standing_record(wiring, source, folder)
        if record_id is None:
            record_id = _new_record(wiring, source)
            (folder / "record-id").write_text(_fingerprint(source) + " " + record_id, encoding="utf-8")
        brief = (source / "brief.toml").read_text(encoding="utf-8")
        filled, count = _CONSENT_LINE.subn(f'consent = "{record_id}"', brief)
        if count != 1:
            raise StoreError("assets/demo/brief.toml must have one line that begins with: consent = ; reinstall Sayso")
        # Always the pictures that the record names: an older demo's would be refused.
        shutil.copytree(source / "presenters", folder / "presenters", dirs_exist_ok=True)
        shutil.copyfile(source / "logo.png", folder / "logo.png")
        path = folder / "brief.toml"
        path.write_text(filled, encoding="utf-8")
    return path


def _standing_record(wiring: Wiring, source: Path, folder: Path) -> RecordId | None:
    """The record of an earlier demo, unless its terms changed or it does not stand any more."""
    try:
        known, record_id = (folder / "record-id").read_text(encoding="utf-8").split()
    except (FileNotFoundError, ValueError):
        return None
    envelope = wiring.records.find(RecordId(record_id))
    if known != _fingerprint(source) or envelope is None or not envelope.approvals:
        return None
    return RecordId(record_id)


def _new_record(wiring: Wiring, source: Path) -> RecordId:
    key: SigningKey = open_or_make_key(
        wiring.settings.keys_dir / "demo-performer.key", lock_path=wiring.settings.locks_dir / "keys.lock"
    )
    record_id = wiring.acts.new(source / "consent.toml").record_id
    wiring.acts.sign(record_id, key=key)
    wiring.acts.approve(record_id, approver=APPROVER)
    return record_id


def _fingerprint(source: Path) -> str:
    digest = hashlib.sha256()
    for path in (source / "consent.toml", *sorted((source / "presenters").glob("*.png"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()
