"""docs/api.md and docs/accounts.md say what is true: the curl examples run, and every command stands there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from studio.cli import users
from studio.notices.webhook import signature
from studio.web.api.router import api_app
from studio.wiring.api import open_api
from tests.fakes.api_home import SCOPES, ApiHome

DOCS = Path(__file__).resolve().parents[5] / "docs"
API = (DOCS / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```bash\n(.*?)```", API, re.DOTALL)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[ApiHome, str]]:
    home = ApiHome(tmp_path)
    server = uvicorn.Server(uvicorn.Config(home.app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.05)
    yield home, f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()
    home.close()


@pytest.mark.enable_socket
def test_curl_examples_run_in_their_order(served: tuple[ApiHome, str], tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("no curl on this machine")
    home, url = served
    given = {"STUDIO": url, "TOKEN": home.token(), "CONSENT": home.record, "no_proxy": "localhost"}
    said: list[str] = []
    for example in EXAMPLES:
        done = subprocess.run(
            ["bash", "-ec", example],
            env={**os.environ, **given},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (example, done.stdout, done.stderr)
        said.append(done.stdout)
        if "CAMPAIGN" not in given:
            given["CAMPAIGN"] = json.loads(done.stdout)["campaign"]
            given["TAKE"] = home.jobs.enqueued[0]
            home.release(given["TAKE"])
    assert len(EXAMPLES) == 7
    assert json.loads(said[1])["status"] == "done"
    assert (tmp_path / "ad.mp4").read_bytes() == b"a released file"
    assert json.loads(said[4])["verdict"] == "unknown"
    assert home.record in said[6]


def test_every_route_and_scope_is_documented(tmp_path: Path) -> None:
    home = ApiHome(tmp_path)
    paths = api_app(open_api(home.wiring, home.jobs), home.public).openapi()["paths"]
    for path, methods in paths.items():
        shown = re.sub(r"\{[^}]*\}", "ID", path)
        assert all(f"`{method.upper()} {shown}`" in API for method in methods), path
    assert all(f"`{scope}`" in API for scope in SCOPES)
    home.close()


def test_every_command_of_users_is_documented() -> None:
    text = (DOCS / "accounts.md").read_text(encoding="utf-8")
    for command in users.app.registered_commands:
        name = command.name or str(command.callback.__name__)  # type: ignore[union-attr]
        assert f"sayso users {name}" in text, name


def test_documented_check_of_a_webhook_accepts_ours_alone() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", API, re.DOTALL)
    made: dict[str, object] = {}
    exec(compile(example, "docs/api.md", "exec"), made)
    check = made["is_ours"]
    assert callable(check)
    signed = signature(b"{}", timestamp="1", secret="0123456789abcdef")
    assert check(b"{}", "1", signed, "0123456789abcdef")
    assert not check(b"{ }", "1", signed, "0123456789abcdef")
    assert not check(b"{}", "2", signed, "0123456789abcdef")
