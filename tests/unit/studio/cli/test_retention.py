"""The commands that destroy on time and show what was not sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from studio.cli import retention
from studio.consents.destruction import read_certificate
from tests.fakes.keeping import RETENTION, KeepingStudio

ENDED = ("valid_until = 2035-01-01", "valid_until = 2026-02-01")


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KeepingStudio:
    made = KeepingStudio(tmp_path)
    for name in ("SAYSO_DATABASE_URL", "SAYSO_DEBUG", "SAYSO_SMTP_URL", "SAYSO_WEBHOOK_URL", "SAYSO_VAULT_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SAYSO_HOME", made.home.environ["SAYSO_HOME"])
    return made


def consent(*words: str | Path) -> tuple[int, str, str]:
    app = typer.Typer()
    retention.add_to(app)
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, result.stdout, result.stderr


def test_a_sweep_says_what_it_did(studio: KeepingStudio) -> None:
    record_id = studio.consent(ENDED)
    studio.keep_all_kinds(record_id)
    code, out, _ = consent("sweep", "--json")
    assert code == 0
    assert json.loads(out)["destroyed"] == {record_id: 5}
    code, out, _ = consent("sweep")
    assert (code, out) == (0, "notices: 0 sent, 0 failed, 0 wait for a way to send\n")


def test_notices_that_were_not_sent_are_shown(studio: KeepingStudio) -> None:
    studio.acts.revoke(studio.consent(), reason="x")
    code, out, _ = consent("notices")
    assert code == 0
    assert "SAYSO_SMTP_URL is not set" in out
    code, out, _ = consent("notices", "--again", "--json")
    assert [one["recipient"] for one in json.loads(out)["unsent"]] == ["subject@example.org", "privacy@example.com"]


def test_certificates_are_written(studio: KeepingStudio, tmp_path: Path) -> None:
    record_id = studio.consent()
    out = tmp_path / "certificate.json"
    code, _, err = consent("certificate", record_id, "--out", out)
    assert code == 2
    assert "nothing of" in err
    studio.acts.revoke(record_id, reason="x")
    code, _, err = consent("certificate", record_id, "--out", out)
    assert code == 0, err
    (line,) = out.read_bytes().splitlines()
    read_certificate(line).check(studio.wiring.controller_key().public_key)


def test_a_certificate_is_written_for_people_in_their_language(
    studio: KeepingStudio, tmp_path: Path, weights_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAYSO_WEIGHTS", str(weights_home))
    record_id = studio.consent(('language = "en"', 'language = "de"'), more=RETENTION)
    studio.keep_all_kinds(record_id)
    studio.acts.revoke(record_id, reason="x")
    code, out, err = consent("certificate", record_id, "--out", tmp_path / "certificate.pdf", "--json")
    assert code == 0, err
    assert json.loads(out)["paths"] == [str(tmp_path / "certificate.pdf")]
    assert b"/Lang (de)" in (tmp_path / "certificate.pdf").read_bytes()

    envelope = studio.wiring.records.find(record_id)
    assert envelope is not None
    studio.later(days=31)
    for _ in range(2):  # the proof goes too, with a certificate of its own; then the record
        studio.keeping.sweeper.sweep(studio.now)
    code, _, err = consent("certificate", record_id, "--out", tmp_path / "certificate.PDF")
    assert (code, "no consent record" in err) == (2, True)
    code, out, err = consent("certificate", str(envelope.public_hash), "--out", tmp_path / "certificate.PDF")
    assert (code, out.split()) == (0, [str(tmp_path / f"certificate-{number}.PDF") for number in (1, 2)]), err
    assert all(path.read_bytes().startswith(b"%PDF-") for path in tmp_path.glob("certificate-*.PDF"))
