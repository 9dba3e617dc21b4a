"""The command line as scripts see it: exit codes, JSON on stdout, one sentence on stderr."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from studio.cli.app import app
from tests.fakes.studio_home import StudioHome


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StudioHome:
    made = StudioHome(tmp_path)
    for name in ("SAYSO_DATABASE_URL", "SAYSO_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SAYSO_HOME", made.environ["SAYSO_HOME"])
    monkeypatch.setenv("SAYSO_WEIGHTS", made.environ["SAYSO_WEIGHTS"])
    return made


def sayso(*words: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, result.stdout, result.stderr


def all_commands() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []

    def walk(command: object, path: tuple[str, ...]) -> None:
        children = getattr(command, "commands", None)
        if children is None:
            found.append(path)
        else:
            for name, one in children.items():
                walk(one, (*path, name))

    walk(typer.main.get_command(app), ())
    return found


@pytest.mark.parametrize("command", all_commands(), ids=" ".join)
def test_every_command_has_an_example_json_and_home(command: tuple[str, ...]) -> None:
    code, out, _ = sayso(*command, "--help")
    assert code == 0
    assert f"Example: sayso {' '.join(command)}" in " ".join(out.split())
    assert "--json" in out
    assert "--home" in out


def test_help_starts_fast() -> None:
    heavy = "numpy dbos torch cv2 sqlalchemy alembic c2pa onnxruntime rich.progress"
    program = f"import sys, studio.cli.app; print([m for m in '{heavy}'.split() if m in sys.modules])"
    started = time.monotonic()
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
    assert time.monotonic() - started < 10, "a loaded machine is slow, but not this slow"


def test_whole_way_of_a_record(home: StudioHome) -> None:
    key = home.folder / "subject.key"
    code, out, _ = sayso("keys", "new", "--out", key, "--json")
    assert (code, key.stat().st_mode & 0o777) == (0, 0o600)
    assert json.loads(out)["key_id"].startswith("ed25519:")
    code, out, _ = sayso("consent", "new", "--from", home.folder / "consent.toml")
    record = out.strip()
    assert code == 0
    assert sayso("consent", "sign", record, "--key", key)[0] == 0
    evidence = home.folder / "contract.pdf"
    for approver in ("a@example.com", "b@example.com"):
        code, out, _ = sayso("consent", "approve", record, "--as", approver, "--evidence", evidence, "--json")
        assert code == 0
    assert json.loads(out)["assurance"] == "contract"
    code, out, _ = sayso("consent", "show", record, "--json")
    shown = json.loads(out)
    assert (code, shown["status"], shown["record"]["scope"]["max_takes"]) == (0, "active", 20)
    code, out, _ = sayso("ledger", "verify", "--json")
    assert (code, json.loads(out)["ok"], json.loads(out)["size"]) == (0, True, 4)
    code, out, _ = sayso("ledger", "checkpoint")
    assert (code, out.split("\n")[1]) == (0, "4")
    code, out, _ = sayso("consent", "revoke", record, "--reason", "the subject asked", "--json")
    assert (code, json.loads(out)["take_down"]) == (0, {})
    assert json.loads(out)["notices"] == {"sent": 0, "failed": 0, "held": 2}, "no way to send is set up"
    assert json.loads(sayso("consent", "list", "--json")[1])["records"][0]["status"] == "withdrawn"


WRONG_USES = {
    "no such record": ("consent", "show", "0123456789"),
    "no such brief": ("produce", "absent.toml"),
    "no such key": ("consent", "sign", "0123456789", "--key", "absent.key"),
    "no such option": ("produce", "brief.toml", "--no-label"),
    "no such command": ("destroy",),
    "no such file": ("verify", "absent.mp4"),
}


@pytest.mark.parametrize("words", WRONG_USES.values(), ids=WRONG_USES.keys())
def test_wrong_use_exits_2_without_traceback(home: StudioHome, words: tuple[str, ...]) -> None:
    code, out, err = sayso(*words)
    assert code == 2, err
    assert out == ""
    assert err.strip()
    assert "Traceback" not in err


def test_unknown_key_in_a_brief_exits_2_and_names_the_line(home: StudioHome) -> None:
    path = home.brief(home.standing_consent(home.wiring()))
    path.write_text("label = false\n" + path.read_text())
    code, _, err = sayso("produce", path, "--json")
    assert code == 2
    assert "brief.toml:1: label: unknown key" in err


def test_tampered_ledger_exits_1(home: StudioHome) -> None:
    wiring = home.wiring()
    home.standing_consent(wiring)
    with wiring.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM ledger_entries WHERE position = 3")
    code, _, err = sayso("ledger", "verify")
    assert code == 1
    assert "restore" in err


def test_witness_of_a_lost_database_exits_1(home: StudioHome) -> None:
    home.standing_consent(home.wiring())
    for file in (home.folder / "home").glob("sayso.sqlite*"):
        file.unlink()
    assert sayso("ledger", "verify")[0] == 1


def test_export_writes_the_dossier(home: StudioHome) -> None:
    record = home.standing_consent(home.wiring())
    code, out, _ = sayso("consent", "export", record[:10], "--out", home.folder / "d.zip", "--json")
    assert (code, json.loads(out)["id"]) == (0, record)
    assert (home.folder / "d.zip").is_file()


def test_unknown_file_exits_4(home: StudioHome) -> None:
    stranger = home.folder / "stranger.png"
    stranger.write_bytes((home.folder / "portrait.png").read_bytes())
    code, out, err = sayso("verify", stranger, "--json")
    assert code == 4, err
    assert json.loads(out)["verdict"] == "unknown"
