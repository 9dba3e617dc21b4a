from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from consent.grant import TakeId
from consent.keys import SigningKey
from pipelines.errors import InputInvalidError
from pipelines.release.records import NoRecords, PublicRelease
from pipelines.release.take import Release
from pipelines.release.verdict import VerdictKind
from pipelines.release.verify import TrustedLedger, prove_inclusion, verify_file
from tests.fakes.doors import House
from tests.fakes.media_files import ffmpeg
from tests.fakes.studio import ORIGIN

pytestmark = pytest.mark.weights


@pytest.fixture
def released(house: House) -> Release:
    return house.release()


def test_a_release_is_authentic_with_everything_it_rests_on(house: House, released: Release) -> None:
    verdict = house.verify(released.path)
    data = json.loads(json.dumps(verdict.to_json()))
    assert data["verdict"] == "authentic"
    assert set(data) >= {"verdict", "manifest", "label", "fingerprint", "consent", "ledger"}
    assert data["consent"]["status"] == "active"
    assert data["consent"]["assurance"] == "contract"
    assert data["ledger"]["included"] is True
    assert data["label"] == {"text": released.label_text, "notice": None, "seen": True}
    assert data["fingerprint"]["take"] == "take-1"
    assert "AI" in data["summary"]


def test_without_engines_it_still_tells(house: House, released: Release) -> None:
    verdict = house.verify(released.path, with_engines=False)
    assert verdict.verdict is VerdictKind.AUTHENTIC
    assert verdict.fingerprint["checked"] is False


def test_a_withdrawn_consent_is_said_at_once_and_first(house: House, released: Release) -> None:
    house.studio.revoke()
    verdict = house.verify(released.path)
    assert verdict.verdict is VerdictKind.REVOKED
    assert verdict.summary.startswith("The person has withdrawn")
    assert verdict.ledger["included"] is True


def test_a_suspended_consent_is_said(house: House, released: Release) -> None:
    house.studio.suspend()
    verdict = house.verify(released.path)
    assert (verdict.verdict, verdict.consent["status"]) == (VerdictKind.AUTHENTIC, "suspended")
    assert "suspended" in verdict.summary


def test_a_stripped_copy_of_a_withdrawn_release_says_both(house: House, released: Release, tmp_path: Path) -> None:
    house.studio.revoke()
    ffmpeg("-i", released.path, "-c", "copy", tmp_path / "copy.mp4")
    verdict = house.verify(tmp_path / "copy.mp4")
    assert verdict.verdict is VerdictKind.STRIPPED
    assert "withdrawn" in verdict.summary


def test_names_and_endings_mean_nothing(house: House, released: Release, tmp_path: Path) -> None:
    renamed = tmp_path / "holiday.png"
    renamed.write_bytes(released.path.read_bytes())
    verdict = house.verify(renamed)
    assert verdict.verdict is VerdictKind.AUTHENTIC
    assert verdict.media_type == "video/mp4"


def test_a_machine_without_records_does_not_call_it_authentic(house: House, released: Release) -> None:
    verdict = verify_file(
        released.path,
        trust_anchors_pem=house.door.identity.trust_anchors_pem,
        ledger=house.studio.trusted_ledger,
        records=NoRecords(),
        at=house.studio.clock(),
        examiner=None,
    )
    assert verdict.verdict is VerdictKind.UNKNOWN
    assert "no such release is on record" in verdict.summary


def forged(house: House, name: str) -> PublicRelease:
    release = house.studio.release_of_take("take-1")
    assert release is not None
    match name:
        case "a leaf of another entry":
            return replace(release, leaf=house.studio.leaves[0])
        case "another index":
            return replace(release, index=release.index - 1)
        case "a shortened proof":
            return replace(release, proof=release.proof[:-1] if release.proof else (b"x" * 32,))
        case "a checkpoint of another key":
            other = house.studio.view.appended([], key=SigningKey.generate())
            return replace(release, checkpoint=other.checkpoint)
        case "an entry about another file":
            return replace(release, entry=replace(release.entry, file_sha256="0" * 64))
        case _:
            return replace(release, checkpoint="junk")


@pytest.mark.parametrize(
    "name",
    [
        "a leaf of another entry",
        "another index",
        "a shortened proof",
        "a checkpoint of another key",
        "an entry about another file",
        "junk",
    ],
)
def test_a_ledger_that_does_not_prove_it_is_no_proof(
    house: House, released: Release, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    release = forged(house, name)
    assert prove_inclusion(release, house.studio.trusted_ledger)["included"] is False
    monkeypatch.setattr(house.studio, "release_of_take", lambda _take: release)
    verdict = house.verify(released.path, with_engines=False)
    assert verdict.verdict is VerdictKind.UNKNOWN
    assert verdict.ledger["included"] is False


def test_exact_bytes_on_the_ledger_outlive_the_signers_authority(
    house: House, released: Release, tmp_path: Path
) -> None:
    from pipelines.provenance.identity import SigningIdentity

    renewed = SigningIdentity.open_or_create(tmp_path / "renewed", clock=house.door.clock)
    verdicts = {}
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(released.path.read_bytes() + b"\0\0\0\x08free")
    for path in (released.path, copy):
        verdicts[path] = verify_file(
            path,
            trust_anchors_pem=renewed.trust_anchors_pem,
            ledger=house.studio.trusted_ledger,
            records=house.studio,
            at=house.studio.clock(),
            examiner=None,
        )
    assert verdicts[released.path].verdict is VerdictKind.AUTHENTIC
    assert "certificate has ended or was replaced" in verdicts[released.path].summary
    assert verdicts[released.path].manifest["state"] == "untrusted"
    assert verdicts[copy].verdict is VerdictKind.UNKNOWN


def test_a_ledger_that_cannot_be_read_makes_everything_unknown(
    house: House, released: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    from consent.errors import LedgerTamperedError

    def unreadable(_take: str) -> None:
        raise LedgerTamperedError("entries and checkpoint contradict each other")

    monkeypatch.setattr(house.studio, "release_of_take", unreadable)
    verdict = house.verify(released.path)
    assert verdict.verdict is VerdictKind.UNKNOWN
    assert verdict.ledger == {"included": False, "reason": "entries and checkpoint contradict each other"}


def test_another_origin_is_another_ledger(house: House, released: Release) -> None:
    release = house.studio.release_of_take("take-1")
    assert release is not None
    other = TrustedLedger(origin=ORIGIN + "2", public_key=house.studio.ledger_key.public_key)
    assert prove_inclusion(release, other)["included"] is False


@pytest.fixture
def strange(tmp_path: Path) -> dict[str, Path]:
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "huge").open("wb") as file:
        file.truncate((4 << 30) + 1)  # sparse: takes no space
    return {name: tmp_path / name for name in ("empty", "folder", "pipe", "huge", "absent")}


@pytest.mark.parametrize("name", ["empty", "folder", "pipe", "huge", "absent"])
def test_what_is_no_file_to_check_is_refused_clearly(house: House, strange: dict[str, Path], name: str) -> None:
    with pytest.raises(InputInvalidError):
        house.verify(strange[name])


HOSTILE = {
    "text": b"hello",
    "a playlist that names an address": b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:1/x.ts\n",
    "an MP4 of one giant box": b"\0\0\0\x18ftypisom\0\0\0\0isomiso2" + b"\xff\xff\xff\xffmoov" + b"\0" * 64,
    "a PNG of many pixels": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x20\0\0\0\x20\0\x08\x06\0\0\0" + b"\0" * 64,
    "a PNG bomb": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff\x08\x06\0\0\0" + b"\0" * 64,
    "a WAV that lies about its size": b"RIFF\xff\xff\xff\xffWAVEfmt \xff\xff\xff\xff" + b"\0" * 64,
    "an ID3 tag without end": b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + b"\0" * 64,
    "a JPEG of one byte": b"\xff\xd8\xff",
    "a WebM head": b"\x1a\x45\xdf\xa3" + b"\0" * 64,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_get_an_answer(house: House, tmp_path: Path, name: str) -> None:
    path = tmp_path / "file.mp4"
    path.write_bytes(HOSTILE[name])
    verdict = house.verify(path)
    assert verdict.verdict is VerdictKind.UNKNOWN
    assert verdict.ledger == {"included": False}
    assert verdict.to_json()["consent"] == {"status": "unknown"}


def test_sound_tells_takes_of_one_presenter_apart(house: House, tmp_path: Path) -> None:
    """The same pictures twice with other words: a stripped copy is found as the take whose words it speaks."""
    from tests.fakes.scenes import babble, film

    for number in (1, 2, 3):
        scene = replace(film(frame_count=50), audio=babble(2.0, seed=number))
        house.release(scene, request=house.studio.request(take_id=TakeId(f"take-{number}")))
    ffmpeg("-i", house.door.library / "take-2" / "take-2.mp4", "-c:a", "aac", "-b:a", "64k", tmp_path / "copy.mp4")
    verdict = house.verify(tmp_path / "copy.mp4")
    assert (verdict.verdict, verdict.take_id) == (VerdictKind.STRIPPED, "take-2")
    assert verdict.fingerprint["sound_fits"] is True
    assert verdict.fingerprint["candidates"] == 3


def test_verify_imports_no_engine() -> None:
    """It works in the base install: a fresh interpreter loads no numpy, cv2, av or torch for it."""
    code = (
        "import sys, pipelines.release.verify, pipelines.provenance.reading\n"
        "heavy = ('numpy', 'cv2', 'av', 'torch', 'PIL', 'iscc_core', 'scipy', 'moviepy')\n"
        "print([m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
