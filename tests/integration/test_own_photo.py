"""A user's own photograph in every kind of file: refused on a key alone, released on a contract, revoked afterwards.

The photograph is scikit-image's astronaut, a public-domain portrait; what is made of it stays in a temporary folder.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.real_studio import CONSENT, SAYSO, Studio, take_toml

pytestmark = [pytest.mark.weights, pytest.mark.slow]
TEXT = "Good coffee is ready in ten seconds."
FORMATS = {
    "960x540": "video/mp4",
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "540x540.png": "image/png",
    "540x540.jpg": "image/jpeg",
}


@pytest.fixture(scope="module")
def replica(tmp_path_factory: pytest.TempPathFactory, weights_home: Path) -> Studio:
    """A real person's record, signed with a key and approved once: not enough yet."""
    import os

    from skimage import data

    folder, home = tmp_path_factory.mktemp("own"), tmp_path_factory.mktemp("home")
    Image.fromarray(np.asarray(data.astronaut())).save(folder / "amara.png")
    text = CONSENT.replace("synthetic_performer", "replica").replace('name = "Amara"', 'name = "Test Subject"')
    (folder / "consent.toml").write_text(text, encoding="utf-8")
    (folder / "contract.pdf").write_bytes(b"%PDF-1.4\n% a contract\n")
    environ = {
        **os.environ,
        "SAYSO_HOME": str(home),
        "SAYSO_WEIGHTS": str(weights_home),
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }
    studio = Studio(home=home, folder=folder, record_id="", environ=environ)
    assert SAYSO
    assert studio.sayso("keys", "new", "--out", "subject.key").returncode == 0
    record_id = json.loads(studio.sayso("consent", "new", "--from", "consent.toml", "--json").stdout)["id"]
    assert studio.sayso("consent", "sign", record_id, "--key", "subject.key").returncode == 0
    assert studio.sayso("consent", "approve", record_id, "--as", "legal@example.com").returncode == 0
    return Studio(home=home, folder=folder, record_id=record_id, environ=environ)


def takes() -> str:
    return "\n".join(take_toml("en-US", "US-NY", one, TEXT) for one in FORMATS)


def test_photograph_on_a_key_alone_is_refused(replica: Studio) -> None:
    done = replica.sayso("produce", str(replica.brief("early.toml", takes())), "--out", "early", "--json")
    assert done.returncode == 3, done.stderr
    printed = json.loads(done.stdout)["takes"]
    assert {take["status"] for take in printed} == {"refused"}
    assert all("evidence_missing" in {r["code"] for r in take["reasons"]} for take in printed)
    assert not list((replica.folder / "early").glob("*"))


@pytest.fixture(scope="module")
def released(replica: Studio) -> dict[str, Path]:
    """Two people approve a contract; then every format is made."""
    for who in ("legal@example.org", "counsel@example.org"):
        done = replica.sayso("consent", "approve", replica.record_id, "--as", who, "--evidence", "contract.pdf")
        assert done.returncode == 0, done.stderr
    done = replica.sayso("produce", str(replica.brief("brief.toml", takes())), "--out", "out", "--json")
    assert done.returncode == 0, done.stderr + done.stdout
    return {take["format"]: Path(take["path"]) for take in json.loads(done.stdout)["takes"]}


@pytest.mark.parametrize("format_", FORMATS)
def test_each_kind_of_release_verifies_twice(replica: Studio, released: dict[str, Path], format_: str) -> None:
    import encypher_c2pa

    path = replica.folder / released[format_]
    done = replica.sayso("verify", str(path), "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["verdict"]) == (0, "authentic"), answer
    anchors = (replica.home / "keys" / "signer" / "authority.cert.pem").read_text(encoding="ascii")
    second = encypher_c2pa.verify(
        str(path), FORMATS[format_], trust_pem=anchors, no_default_trust=True, telemetry=False, online=False
    )
    text = json.dumps(second, default=str).lower()
    assert "trusted" in text
    assert "untrusted" not in text


def test_no_release_names_the_person_or_the_record(replica: Studio, released: dict[str, Path]) -> None:
    for path in released.values():
        data = (replica.folder / path).read_bytes()
        assert b"Test Subject" not in data
        assert b"studio@example.org" not in data
        assert replica.record_id.encode() not in data
        assert not re.search(rb"amara\.png", data)


def test_withdrawal_is_said_at_once_and_stops_new_takes(replica: Studio, released: dict[str, Path]) -> None:
    assert replica.sayso("consent", "revoke", replica.record_id, "--reason", "changed my mind").returncode == 0
    for path in released.values():
        done = replica.sayso("verify", str(replica.folder / path), "--json")
        assert (done.returncode, json.loads(done.stdout)["verdict"]) == (4, "revoked")
    done = replica.sayso("produce", str(replica.brief("late.toml", takes())), "--out", "late", "--json")
    assert done.returncode == 3
    assert {r["code"] for take in json.loads(done.stdout)["takes"] for r in take["reasons"]} >= {"revoked"}
