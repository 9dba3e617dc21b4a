"""Every route of the running app, and every function behind Gradio, lets in exactly those whom the table names."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from tests.attacks.access_matrix.measure import Studio, functions_of, measured, studio

pytestmark = [
    pytest.mark.slow,
    # Gradio leaves event loops open behind some of its routes; each is found by the collector in whatever test follows.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
TABLE = Path(__file__).with_name("matrix.txt")
FUNCTIONS = {
    "choose",
    "choose_1",
    "show_scripts",
    "show_scripts_1",
    "show_scripts_2",
    "render",
    "recent",
    "recent_1",
    "stop",
    "show",
    "show_1",
    "str",
}
OUTSIDERS = ("nobody", "viewer", "token")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Studio, list[str]]]:
    pytest.importorskip("gradio")
    with studio(tmp_path_factory.mktemp("matrix")) as made:
        yield made, measured(made)


def test_the_table_is_what_the_app_does(asked: tuple[Studio, list[str]]) -> None:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    assert sorted(asked[1]) == sorted(lines)


def test_every_function_of_gradio_is_known(asked: tuple[Studio, list[str]]) -> None:
    assert set(functions_of(asked[0]).values()) == FUNCTIONS


@pytest.mark.parametrize("asker", OUTSIDERS)
def test_no_function_answers_an_outsider(asked: tuple[Studio, list[str]], asker: str) -> None:
    made, _ = asked
    for number, name in functions_of(made).items():
        body = {"data": [], "fn_index": number, "session_hash": "x"}
        for path in ("queue/join", f"run/{name}", f"api/{name}", f"call/{name}", "run/predict"):
            assert not made.is_let_in(asker, "POST", f"/studio/gradio_api/{path}", json=body), (name, path)


@pytest.mark.parametrize("asker", ["nobody", "viewer", "token", "marketer", "legal", "admin"])
@pytest.mark.parametrize("root", ["keys", "vault", "work", "evidence", "pages-cache"])
def test_no_file_of_the_home_comes_through_gradio(asked: tuple[Studio, list[str]], asker: str, root: str) -> None:
    made, _ = asked
    secret = made.wiring.settings.home / root / "secret.txt"
    secret.parent.mkdir(exist_ok=True)
    secret.write_text("secret")
    for path in (f"file={secret}", f"file/{secret}", f"file={secret.parent}/../{root}/secret.txt"):
        assert made.clients[asker].get(f"/studio/gradio_api/{path}").status_code in {401, 403, 404}


@pytest.mark.enable_socket
def test_the_python_client_is_refused(asked: tuple[Studio, list[str]]) -> None:
    client = pytest.importorskip("gradio_client")
    server = uvicorn.Server(uvicorn.Config(asked[0].app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.05)
    url = f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}/studio/"
    try:
        with pytest.raises(Exception, match=r"401|sign in|Could not"):
            client.Client(url, verbose=False, analytics_enabled=False)
    finally:
        server.should_exit = True
        thread.join()
