"""Asks the running app, route by route, whom it lets in: python -m tests.attacks.access_matrix.measure FOLDER."""

from __future__ import annotations

import base64
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from starlette.routing import BaseRoute, Mount

from studio.accounts.second_factor import code_at
from studio.accounts.values import Passed
from studio.settings import load_settings
from studio.store.people import Role
from studio.web.gate import COOKIE
from studio.web.rooms import STAFF
from studio.wiring import serving as serving_module
from studio.wiring.serving import serving
from tests.fakes.accounts_home import EMAILS, HERE, PASSWORD
from tests.fakes.api_home import SCOPES, CheapWiring, NoJobs
from tests.fakes.studio_home import StudioHome

ASKERS = ("nobody", "console", "viewer", "marketer", "legal", "admin", "token")
NO = (401, 403, 429)
# These answer for as long as the browser listens: whoever may is not asked, whoever may not is.
STREAMS = re.compile(r"/gradio_api/(heartbeat|queue/data|stream)")
LAST = "/leave"  # ends the session that asks


class Studio:
    """The whole app, as ``sayso serve`` wires it, with nobody to run takes."""

    def __init__(self, app: FastAPI, wiring: CheapWiring, start_path: str) -> None:
        self.app = app
        self.wiring = wiring
        self.clients = {"nobody": self.client(), "console": self.client()}
        assert self.clients["console"].get(start_path).status_code == 303

    def client(self) -> TestClient:
        return TestClient(self.app, base_url="http://localhost", follow_redirects=False, raise_server_exceptions=False)

    def let_people_in(self) -> None:
        """Once an admin has an account, the console's session ends: ask for the console before."""
        accounts = self.wiring.accounts
        for role in get_args(Role):
            link = accounts.invite(EMAILS[role], role=role).path.removeprefix("/start/")
            passed = accounts.entering.accept(link, PASSWORD, origin=HERE)
            assert passed is not None
            if passed.next == "enrol":
                passed = self._enrolled(passed.token)
            self.clients[role] = self.client()
            self.clients[role].cookies.set(COOKIE, passed.token)
        self.clients["token"] = self.client()
        token = self.wiring.tokens.make("matrix", email="console", scopes=SCOPES).token
        self.clients["token"].headers["authorization"] = f"Bearer {token}"

    def _enrolled(self, half: str) -> Passed:
        told = self.wiring.accounts.entering.enrolment(half)
        assert told is not None
        code = code_at(base64.b32decode(told.secret), at=self.wiring.clock())
        passed = self.wiring.accounts.entering.with_code(half, code, origin=HERE)
        assert isinstance(passed, Passed)
        return passed

    def is_let_in(self, asker: str, method: str, path: str, **sent: Any) -> bool:
        answer = self.clients[asker].request(method, path, **sent)
        return answer.status_code not in NO


@contextmanager
def studio(folder: Path) -> Iterator[Studio]:
    home = StudioHome(folder)
    wiring = CheapWiring(load_settings(None, environ=home.environ), environ=home.environ)

    @contextmanager
    def nobody_runs(_wiring: object) -> Iterator[NoJobs]:
        yield NoJobs()

    real = serving_module._running_jobs
    serving_module._running_jobs = nobody_runs  # type: ignore[assignment]
    try:
        with serving(wiring, announce=lambda _path: None, hosts=("localhost",)) as served:
            yield Studio(served.app, wiring, served.start_path)
    finally:
        serving_module._running_jobs = real
        wiring.engine.dispose()


def routes_of(routes: Iterable[BaseRoute], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every method and path that the app answers."""
    for found in iter_route_contexts(routes):
        route = found.route if hasattr(found, "route") else found
        path = prefix + (getattr(found, "path", None) or getattr(route, "path", ""))
        if isinstance(route, Mount):
            if route.routes:
                yield from routes_of(route.routes, prefix + route.path)
            else:
                yield "GET", f"{path}/{{path:path}}"
            continue
        methods = getattr(found, "methods", None) or getattr(route, "methods", None)
        for method in sorted(methods or {"WEBSOCKET"}):
            if method != "HEAD" or "GET" not in methods:
                yield method, path


def measured(asked: Studio) -> list[str]:
    """One line for each route: method, path, and who was let in."""
    routes = sorted(set(routes_of(asked.app.routes)), key=lambda one: (one[1] == LAST, one[1], one[0]))
    let_in: dict[tuple[str, str], list[str]] = {route: [] for route in routes}
    _ask(asked, routes, ("nobody", "console"), let_in)
    asked.let_people_in()
    _ask(asked, routes, ASKERS[2:], let_in)
    return [f"{method} {path} {' '.join(let_in[method, path]) or '-'}" for method, path in routes]


def _ask(
    asked: Studio, routes: list[tuple[str, str]], askers: tuple[str, ...], let_in: dict[tuple[str, str], list[str]]
) -> None:
    for method, path in routes:
        for asker in askers:
            may_listen = STREAMS.search(path) is not None and asker in STAFF
            address = re.sub(r"\{[^}]*\}", "x", path)
            if may_listen or method == "WEBSOCKET" or asked.is_let_in(asker, method, address):
                let_in[method, path].append(asker)


def functions_of(asked: Studio) -> dict[int, str]:
    """Gradio's functions by number."""
    mounted = next(route for route in asked.app.routes if isinstance(route, Mount) and route.path == "/studio")
    blocks = mounted.app.get_blocks()  # type: ignore[attr-defined]
    return {number: str(function.api_name) for number, function in blocks.fns.items()}


if __name__ == "__main__":
    with studio(Path(sys.argv[1])) as made:
        print("\n".join(measured(made)))
        print(functions_of(made), file=sys.stderr)
