from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from studio.cli.app import app
from tests.fakes.exporting import ExportingHome

pytestmark = pytest.mark.weights


def test_the_command_exports_says_advice_and_refuses_as_consent_does(
    tmp_path: Path, weights_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = ExportingHome.open(tmp_path, weights_home)
    plan = house.plan("wav", channel="web")
    house.release(plan)
    monkeypatch.setenv("SAYSO_HOME", str(house.wiring.settings.home))
    monkeypatch.setenv("SAYSO_WEIGHTS", str(weights_home))
    out = str(tmp_path / "out")
    done = CliRunner().invoke(app, ["export", plan.take_id, "--out", out, "--json"])
    assert done.exit_code == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["take"], said["channel"]) == (plan.take_id, "web")
    assert {p.name for p in Path(said["path"]).iterdir()} == {*said["files"], "checksums.txt", "package.json"}
    done = CliRunner().invoke(app, ["export", plan.take_id, "--out", out, "--zip"])
    assert done.stdout.splitlines()[0].endswith(".zip")
    house.wiring.acts.revoke(house.record_id, reason="no more")  # type: ignore[arg-type] # an id as text
    done = CliRunner().invoke(app, ["export", plan.take_id, "--out", str(tmp_path / "later")])
    assert done.exit_code == 3
    assert "revoked" in done.stderr
