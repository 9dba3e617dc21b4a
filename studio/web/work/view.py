"""One way to answer with a page: the reader's language, who they are, where they are, and headers against scripts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from fastapi import Request
from fastapi.responses import Response
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from studio.catalogues.languages import COOKIE, NAMES, choose_language
from studio.catalogues.translations import translations_of
from studio.web.gate import Sessions
from studio.web.work.guard import Member, member_of
from studio.web.work.words import FILTERS

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


class WorkView:
    """Renders templates below ``work/`` (or another folder of ``templates_dir``) for whoever asks."""

    def __init__(self, templates_dir: Path, *, sessions: Sessions) -> None:
        self._dir = templates_dir
        self._sessions = sessions
        self._in_language = cache(self._open)

    def member(self, request: Request) -> Member:
        """Who asks."""
        return member_of(self._sessions, request)

    def language(self, request: Request) -> str:
        """The language of the answer."""
        return choose_language(request.cookies.get(COOKIE, ""), request.headers.get("accept-language", ""))

    def page(self, request: Request, name: str, values: Mapping[str, object], *, status: int = 200) -> Response:
        """Answer with ``name`` ("work/home.html"): a page that no cache keeps and no script but ours runs on."""
        language = self.language(request)
        shared = {"member": self.member(request), "language": language, "languages": NAMES, "at_path": request.url.path}
        templates = self._in_language(language)
        answer = templates.TemplateResponse(request, name, shared | dict(values), status_code=status)
        answer.headers.update(HEADERS)
        return answer

    def _open(self, language: str) -> Jinja2Templates:
        env = Environment(
            loader=FileSystemLoader(self._dir),
            autoescape=select_autoescape(("html",)),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        words = translations_of(language)
        env.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined] # added by the extension
        env.filters |= {name: make(language, words) for name, make in FILTERS.items()}
        return Jinja2Templates(env=env)
