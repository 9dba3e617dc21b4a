"""A dossier is checked by a stranger with one script, and no byte of it can be changed."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import subprocess
import sys
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
import rfc8785

from consent.assessment import Answer, Answers
from consent.evidence import CheckOutcome, Evidence, make_report
from consent.grant import RecordId, Sha256Hex
from consent.keys import SigningContext
from consent.signatures import script_payload, subject_payload
from studio.consents.subject_acts import SubjectActs
from studio.wiring.root import Wiring
from tests.fakes.authenticator import Authenticator
from tests.fakes.studio_home import CONSENT, StudioHome

REPO = Path(__file__).resolve().parents[4]
STATEMENT = Sha256Hex("5a" * 32)
SCRIPT = REPO / "docs" / "verify-a-dossier.py"


@dataclass(frozen=True)
class Answered:
    code: int
    said: str


def verify(dossier: Path, *options: str) -> Answered:
    """Run the script as a stranger would: by itself, away from the repo."""
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(dossier), *options],
        capture_output=True,
        text=True,
        check=False,
        cwd=dossier.parent,
    )
    return Answered(done.returncode, done.stdout + done.stderr)


@pytest.fixture
def home(tmp_path: Path) -> StudioHome:
    return StudioHome(tmp_path)


@pytest.fixture
def wiring(home: StudioHome) -> Wiring:
    return home.wiring()


def dossier_of(home: StudioHome, wiring: Wiring, record_id: RecordId, *, with_evidence: bool = False) -> Path:
    out = home.folder / "dossier.zip"
    wiring.dossiers.export(record_id, out=out, with_evidence=with_evidence)
    return out


def between_people(home: StudioHome, wiring: Wiring, *, kind: str = "ES256") -> RecordId:
    """A record with everything: a passkey, a report, an assessment, a script, a partial withdrawal."""
    text = CONSENT.replace('class = "synthetic_performer"', 'class = "synthetic_performer"\ndeal = "paid_talent"')
    (home.folder / "consent.toml").write_text(
        text.replace("max_takes = 20", 'max_takes = 20\nscript_approval = "per_script"')
    )
    envelope = wiring.acts.new(home.folder / "consent.toml")
    record_id, device, at = envelope.record_id, Authenticator.of_kind(kind), wiring.clock()
    name = envelope.public_hash
    assert name is not None
    subject = SubjectActs(records=wiring.records, ledger=wiring.ledger, clock=wiring.clock)
    statement = Evidence(
        kind="statement", name="s.webm", sha256=STATEMENT, media_type="video/webm", attached_at=at, capture="live"
    )
    checks = [
        CheckOutcome(name="one_face", outcome="passed", score=1.0, threshold=0.9, source="a test", reason="Ça va."),
        CheckOutcome(name="speaker_match", outcome="failed", score=0.123456, source="a test", reason="too far"),
    ]
    report = make_report(
        record=record_id,
        public_hash=name,
        statement_sha256=STATEMENT,
        capture="live",
        code_issued_at=at,
        checked_at=at,
        checks=checks,
        key=wiring.controller_key(),
    )
    subject.report(record_id, report=report, statement=statement)
    payload = subject_payload(record=record_id, public_hash=name, at=at, statement_sha256=STATEMENT)
    subject.sign(record_id, signature=device.sign(payload, SigningContext.SUBJECT, at=at), statement_sha256=STATEMENT)
    answer = Answer(level="low", text="Nothing of the kind: „Kaffee“")
    answers = Answers(
        dignity=answer,
        sensitive_context=answer,
        vulnerable_audiences=answer,
        deception_risk=answer,
        brand_fit=answer,
    )
    wiring.acts.assess(record_id, answers=answers, by="legal@example.com")
    wiring.acts.approve(record_id, approver="legal@example.com", evidence=home.folder / "contract.pdf")
    script = script_payload(record=record_id, public_hash=name, script_sha256=STATEMENT, approver="subject", at=at)
    subject.approve_script(
        record_id, signature=device.sign(script, SigningContext.SCRIPT, at=at), script_sha256=STATEMENT
    )
    subject.restrict(record_id, part={"languages": ("fr",)})
    return record_id


@pytest.mark.parametrize("kind", ["ES256", "EdDSA", "RS256"])
def test_a_stranger_can_check_everything(home: StudioHome, wiring: Wiring, kind: str) -> None:
    record_id = between_people(home, wiring, kind=kind)
    out = dossier_of(home, wiring, record_id, with_evidence=True)
    assert out.stat().st_mode & 0o777 == 0o600
    answer = verify(
        out,
        "--controller-key",
        wiring.controller_key().public_key.hex,
        "--ledger-key",
        wiring.ledger.public_key.hex,
    )
    assert answer.code == 0, answer.said
    assert record_id in answer.said
    assert "record_created, checked, signed, assessed, approved, script_approved, restricted" in answer.said
    with zipfile.ZipFile(out) as dossier:
        assert [name for name in dossier.namelist() if name.startswith("evidence/")]


def test_a_draft_is_a_dossier_too(home: StudioHome, wiring: Wiring) -> None:
    record_id = wiring.acts.new(home.folder / "consent.toml").record_id
    assert verify(dossier_of(home, wiring, record_id)).code == 0


def with_guardian(home: StudioHome, wiring: Wiring) -> RecordId:
    guardian = '[guardian]\nname = "Test Parent"\ncontact = "parent@example.org"\n[scope]'
    (home.folder / "consent.toml").write_text(CONSENT.replace("[scope]", guardian))
    envelope = wiring.acts.new(home.folder / "consent.toml")
    record_id, name, at = envelope.record_id, envelope.public_hash, wiring.clock()
    assert name is not None
    subject = SubjectActs(records=wiring.records, ledger=wiring.ledger, clock=wiring.clock)
    payload = subject_payload(record=record_id, public_hash=name, at=at)
    subject.sign(record_id, signature=Authenticator().sign(payload, SigningContext.SUBJECT, at=at))
    parent = Authenticator().sign(payload, SigningContext.GUARDIAN, at=at)
    subject.sign_as_guardian(record_id, signature=parent)
    return record_id


def test_a_guardians_signature_is_checked_too(home: StudioHome, wiring: Wiring, tmp_path: Path) -> None:
    out = dossier_of(home, wiring, with_guardian(home, wiring))
    answer = verify(out)
    assert answer.code == 0, answer.said
    assert "guardian_signed" in answer.said
    mine = files_in(out)
    envelope = json.loads(mine["envelope.json"])
    envelope["guardian_signature"]["signed_at"] = "2026-01-01T00:00:00Z"
    answer = verify(resealed(wiring, {**mine, "envelope.json": rfc8785.dumps(envelope)}, tmp_path / "changed.zip"))
    assert (answer.code, "guardian" in answer.said) == (1, True), answer.said


def test_a_partial_withdrawal_cannot_be_left_out(home: StudioHome, wiring: Wiring, tmp_path: Path) -> None:
    """A company that hides what was taken back shows a wider consent than it has."""
    mine = files_in(dossier_of(home, wiring, between_people(home, wiring)))
    envelope = json.loads(mine["envelope.json"])
    assert envelope["restrictions"]
    envelope["restrictions"] = []
    answer = verify(resealed(wiring, {**mine, "envelope.json": rfc8785.dumps(envelope)}, tmp_path / "changed.zip"))
    assert (answer.code, "taken back" in answer.said) == (1, True), answer.said


@pytest.mark.parametrize(
    "part", ["reports", "assessments", "approvals", "script_approvals", "restrictions", "guardian_signature"]
)
def test_what_the_ledger_does_not_hold_is_not_believed(
    home: StudioHome, wiring: Wiring, tmp_path: Path, part: str
) -> None:
    """A part with a good signature counts only from the day on which it was written down."""
    record = with_guardian if part == "guardian_signature" else between_people
    mine = files_in(dossier_of(home, wiring, record(home, wiring)))
    kind = {"reports": "checked", "assessments": "assessed", "approvals": "approved", "restrictions": "restricted"}
    word = kind.get(part, "guardian_signed" if part == "guardian_signature" else "script_approved")
    entries = json.loads(mine["ledger.json"])["entries"]
    kept = [one for one in entries if json.loads(base64.b64decode(one["entry"]))["kind"] != word]
    assert len(kept) == len(entries) - 1
    changed = {**mine, "ledger.json": json.dumps({"entries": kept}).encode()}
    answer = verify(resealed(wiring, changed, tmp_path / "changed.zip"))
    assert (answer.code, word in answer.said) == (1, True), answer.said


def test_evidence_under_another_name_is_caught(home: StudioHome, wiring: Wiring, tmp_path: Path) -> None:
    record_id = between_people(home, wiring)
    mine = files_in(dossier_of(home, wiring, record_id, with_evidence=True))
    name = next(name for name in mine if name.startswith("evidence/"))
    answer = verify(resealed(wiring, {**mine, name: b"another contract"}, tmp_path / "changed.zip"))
    assert (answer.code, name in answer.said) == (1, True), answer.said


def test_a_record_whose_salt_is_erased_says_so(home: StudioHome, wiring: Wiring, tmp_path: Path) -> None:
    mine = files_in(dossier_of(home, wiring, home.standing_consent(wiring)))
    envelope = {**json.loads(mine["envelope.json"]), "salt": None}
    answer = verify(resealed(wiring, {**mine, "envelope.json": rfc8785.dumps(envelope)}, tmp_path / "changed.zip"))
    assert (answer.code, "salt" in answer.said) == (1, True), answer.said


def test_a_record_under_contract_with_key_files(home: StudioHome, wiring: Wiring) -> None:
    answer = verify(dossier_of(home, wiring, home.standing_consent(wiring)))
    assert answer.code == 0, answer.said


def test_the_same_state_gives_the_same_bytes(home: StudioHome, wiring: Wiring) -> None:
    record_id = home.standing_consent(wiring)
    with zipfile.ZipFile(dossier_of(home, wiring, record_id)) as dossier:
        first = {
            name: dossier.read(name) for name in dossier.namelist() if "receipt" not in name and "manifest" not in name
        }
    with zipfile.ZipFile(dossier_of(home, wiring, record_id)) as dossier:
        assert first.items() <= {name: dossier.read(name) for name in dossier.namelist()}.items()


def test_another_companys_dossier_is_not_taken_for_this_ones(home: StudioHome, wiring: Wiring) -> None:
    out = dossier_of(home, wiring, home.standing_consent(wiring))
    for option, word in (("--controller-key", "company"), ("--ledger-key", "ledger")):
        answer = verify(out, option, "00" * 32)
        assert (answer.code, "NOT VERIFIED" in answer.said, word in answer.said) == (1, True, True)


def test_any_byte_that_is_changed_is_caught(home: StudioHome, wiring: Wiring) -> None:
    """Bytes all over the file, among them every byte of the zip's own directory, each in its own run of the checks."""
    raw = dossier_of(home, wiring, between_people(home, wiring)).read_bytes()
    spec = importlib.util.spec_from_file_location("verify_a_dossier", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    directory = raw.index(b"PK\x01\x02")
    places = [*range(0, directory, 97), *range(directory, len(raw), 3), *range(64), len(raw) - 1]
    assert len(places) > 300
    unseen = [
        place for place in places if not is_caught(module, raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
    ]
    assert unseen == []
    for other in (b"", raw[:-1], raw + b"\0", b"\0" + raw, raw * 2, raw[: len(raw) // 2]):
        assert is_caught(module, other)


def is_caught(module: ModuleType, raw: bytes) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a broken zip may name a file twice; the script's answer is what counts
        try:
            module.verify(raw, None, None)
        except SystemExit:
            return True
        except module.UNREADABLE:
            return True
    return False


SWAPS: dict[str, str] = {
    "the record": "record.json",
    "the envelope": "envelope.json",
    "the ledger's entries": "ledger.json",
    "the checkpoint": "checkpoint.txt",
}


@pytest.mark.parametrize("name", SWAPS.values(), ids=SWAPS.keys())
def test_parts_of_another_dossier_do_not_fit_in(home: StudioHome, wiring: Wiring, tmp_path: Path, name: str) -> None:
    """Even the company itself, which can sign a new manifest, cannot put another's part into a dossier unseen."""
    mine = files_in(dossier_of(home, wiring, between_people(home, wiring)))
    (tmp_path / "other").mkdir()
    other_home = StudioHome(tmp_path / "other")
    other_wiring = other_home.wiring()
    other = files_in(dossier_of(other_home, other_wiring, other_home.standing_consent(other_wiring)))
    answer = verify(resealed(wiring, {**mine, name: other[name]}, tmp_path / "mixed.zip"))
    assert (answer.code, "NOT VERIFIED" in answer.said) == (1, True), answer.said


def resealed(wiring: Wiring, files: dict[str, bytes], out: Path) -> Path:
    """Write a dossier under a manifest that fits it, as only the company can."""
    parts = {name: content for name, content in files.items() if name != "manifest.json"}
    manifest = json.loads(files["manifest.json"])["manifest"]
    manifest["files"] = {name: hashlib.sha256(content).hexdigest() for name, content in parts.items()}
    signature = wiring.controller_key().sign(rfc8785.dumps(manifest), SigningContext.DOSSIER).hex()
    parts["manifest.json"] = rfc8785.dumps({"manifest": manifest, "signature": signature})
    with zipfile.ZipFile(out, "w") as dossier:
        for name in sorted(parts):
            dossier.writestr(zipfile.ZipInfo(name), parts[name])
    return out


def files_in(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as dossier:
        return {name: dossier.read(name) for name in dossier.namelist()}


def test_what_is_no_dossier_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"no zip")
    assert verify(tmp_path / "x.zip").said.startswith("NOT VERIFIED")
    assert verify(tmp_path / "missing.zip").code == 1


def test_a_withdrawn_consent_is_not_just_called_verified(home: StudioHome, wiring: Wiring) -> None:
    record_id = home.standing_consent(wiring)
    assert "do not rely" not in verify(dossier_of(home, wiring, record_id)).said
    wiring.acts.revoke(record_id, reason="x")
    answer = verify(dossier_of(home, wiring, record_id))
    assert answer.code == 0, answer.said
    assert answer.said.startswith("Genuine, and REVOKED: do not rely on it: record " + record_id)
    assert "Verified" not in answer.said


def test_a_passkey_of_another_site_than_its_page_is_caught(home: StudioHome, wiring: Wiring, tmp_path: Path) -> None:
    """No browser makes such a signature; software can, and everything else about it fits."""
    device = Authenticator(origin="https://localhost.evil.example")
    envelope = wiring.acts.new(home.folder / "consent.toml")
    name, at = envelope.public_hash, wiring.clock()
    assert name is not None
    payload = subject_payload(record=envelope.record_id, public_hash=name, at=at)
    forged = device.sign(payload, SigningContext.SUBJECT, at=at).model_dump(mode="json")
    mine = files_in(dossier_of(home, wiring, envelope.record_id))
    stored = {**json.loads(mine["envelope.json"]), "subject_signature": forged}
    answer = verify(resealed(wiring, {**mine, "envelope.json": rfc8785.dumps(stored)}, tmp_path / "changed.zip"))
    assert (answer.code, "does not lie within" in answer.said) == (1, True), answer.said


def test_two_files_of_one_name_are_caught(home: StudioHome, wiring: Wiring) -> None:
    out = dossier_of(home, wiring, home.standing_consent(wiring))
    with warnings.catch_warnings(), zipfile.ZipFile(out, "a") as dossier:
        warnings.simplefilter("ignore")
        dossier.writestr("record.json", b"{}")
    answer = verify(out)
    assert (answer.code, "two files of one name" in answer.said) == (1, True), answer.said
