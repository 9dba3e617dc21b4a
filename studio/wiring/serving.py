"""The studio as a web server: the web app, the pages mounted on it, and takes run in the same process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fastapi import FastAPI

from studio.campaigns.produce import Jobs
from studio.pages.mount import mount_pages
from studio.web.app import WebParts, create_app
from studio.web.gate import Sessions, session_of
from studio.web.public.router import PublicParts
from studio.web.rooms import STAFF
from studio.wiring.api import open_api
from studio.wiring.desk import open_desk
from studio.wiring.keeping import sending
from studio.wiring.root import Wiring

PAGES_PATH = "/studio"
TAKE_OVER_EVERY_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What a server needs: the app, and the path of the start link."""

    app: FastAPI
    start_path: str  # the sign-in page, once an admin has an account
    is_start_link: bool


@contextmanager
def serving(wiring: Wiring, *, announce: Callable[[str], None], hosts: tuple[str, ...]) -> Iterator[Serving]:
    """Wire the web app and run takes until the block ends. ``announce`` shows the path of a new start link."""
    with _running_jobs(wiring) as jobs, sending(wiring.keeping.postman):
        sessions = Sessions(accounts=wiring.accounts)
        app = create_app(
            WebParts(
                library=wiring.settings.library_dir,
                public=PublicParts(verify=wiring.verify, standing=wiring.standing),
                sessions=sessions,
                announce=announce,
                people=wiring.people,
                accounts=wiring.accounts,
                legal=wiring.review,
                subject=wiring.request_room.desk,
                voice=wiring.request_room.voice,
                api=open_api(wiring, jobs),
                home_path=PAGES_PATH + "/",
                allowed_hosts=hosts,
            )
        )
        cache = wiring.settings.home / "pages-cache"
        cache.mkdir(mode=0o700, exist_ok=True)
        mount_pages(
            app,
            open_desk(wiring, jobs),
            path=PAGES_PATH,
            private_dir=cache,
            may_use=lambda headers: sessions.guest(session_of(headers)) in STAFF,
        )
        yield Serving(app=app, start_path=sessions.new_start_path(), is_start_link=not sessions.console_is_closed())


@contextmanager
def _running_jobs(wiring: Wiring) -> Iterator[Jobs]:
    """A worker of this process, unless one runs already in this home."""
    remote = wiring.remote_jobs()
    if remote is not None:
        yield remote
        return
    runner = wiring.start_jobs("worker")
    stop = threading.Event()

    def look_after_the_dead() -> None:
        while not stop.wait(TAKE_OVER_EVERY_S):
            runner.take_over()

    thread = threading.Thread(target=look_after_the_dead, daemon=True)
    thread.start()
    try:
        yield runner
    finally:
        stop.set()
        thread.join()
        runner.close()
