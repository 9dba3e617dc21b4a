"""Acts on a link turned into pages and JSON, in the language of whoever reads."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from fastapi import Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from studio.requests.desk import ActRefusedError, LinkRefusedError, SubjectDesk, SubjectView
from studio.requests.voicing import VoiceDesk, VoiceTask
from studio.web.subject.forms import PARTS, Fields, UntickedError
from studio.web.subject.words import hints, refusal_text
from studio.wordings.local import Local
from studio.wordings.record_text import RecordWordings
from studio.wordings.texts import Wording, languages, nearest, wording

COOKIE: Final = "sayso_link"
LANGUAGE_COOKIE: Final = "sayso_language"
COOKIE_DAYS: Final = 400  # the longest that browsers keep one
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Permissions-Policy": (
        "camera=(self), microphone=(self), publickey-credentials-get=(self), publickey-credentials-create=(self)"
    ),
}
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{20,128}")
STATUS: Final = {"too_many_tries": 429, "used_elsewhere": 403}


def claim_of(request: Request) -> str:
    """The secret of the browser that used the link up; empty if this is none."""
    return request.cookies.get(COOKIE, "")


def client_of(request: Request) -> str:
    """Who asks, for the limit on tries."""
    return request.client.host if request.client else "unknown"


def _asked(request: Request) -> str | None:
    return request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)


def _accepted(request: Request) -> str:
    return request.headers.get("accept-language", "en").split(",")[0].split(";")[0].strip() or "en"


def has_checks(view: SubjectView) -> bool:
    """Whether this person speaks a statement, which is compared with their face and voice."""
    return view.party == "subject" and view.record.biometric_checks is not None


def _labels(view: SubjectView, words: Wording) -> dict[str, object]:
    """How the values and fields of the scope are called, for the forms."""
    headings = {key: heading for key, (heading, _) in words.record.items()}
    named = {"brands": words.page["brands_field"], "products": words.page["products_field"]}
    return {
        "headings": {**headings, **named},
        "labels": RecordWordings().names(view.record, language=words.language),
        "summary": RecordWordings().summary(view.record, language=words.language),
        "has_checks": has_checks(view),
        "hints": hints(view.last_checks, words.page),
        "parts": PARTS,
    }


class Pages:
    """Turns acts into pages and JSON, in the reader's language."""

    def __init__(self, desk: SubjectDesk, templates: Jinja2Templates, *, voice: VoiceDesk | None = None) -> None:
        self._desk = desk
        self._templates = templates
        self._voice = voice

    def show(self, request: Request, token: str, lang: str | None) -> Response:
        """The first page, or, in the browser that opened the link, what it shows now."""
        if not claim_of(request):
            return self.guarded(request, token, lambda: self._greet(request, token, lang))
        return self.guarded(request, token, lambda: self._view(request, token, lang))

    def _greet(self, request: Request, token: str, lang: str | None) -> Response:
        spoken = self._desk.peek(token, client=client_of(request))
        return self._page(request, token, "greeting.html", language=lang or _asked(request) or spoken)

    def _view(
        self, request: Request, token: str, lang: str | None, *, trouble: str = "", typed: Fields | None = None
    ) -> Response:
        view = self._desk.view(token, claim_of(request), language=lang or _asked(request))
        task = self._desk.statement(token, claim_of(request)) if view.stage == "statement" else None
        words = wording(nearest(view.shown.language))
        more = {
            "trouble": trouble,
            "typed": typed or {},
            "view": view,
            "task": task,
            "is_signed": view.is_signed,
            "records_voice": self._voice is not None and self._voice.is_open(token, claim_of(request)),
            **_labels(view, words),
        }
        status = 409 if trouble else 200
        answer = self._page(request, token, "view.html", language=words.language, status=status, **more)
        if lang is not None:
            answer.set_cookie(
                LANGUAGE_COOKIE,
                nearest(lang),
                path=f"/s/{token}",
                httponly=True,
                samesite="lax",
                secure=request.url.scheme == "https",
            )
        return answer

    def plain(self, request: Request, token: str, *, message: str, status: int = 200) -> Response:
        """One sentence of the page's wording."""
        language = _asked(request) or _accepted(request)
        text = wording(nearest(language)).page[message]
        return self._page(request, token, "message.html", language=language, status=status, message=message, text=text)

    def _page(
        self, request: Request, token: str, template: str, *, language: str, status: int = 200, **values: object
    ) -> Response:
        words = wording(nearest(language))
        choices = [(one, wording(one).name) for one in languages()]
        context = {
            "token": token,
            "t": words.page,
            "v": words.voice,
            "say": Local(words),
            "language": words.language,
            "choices": choices,
            **values,
        }
        return self._templates.TemplateResponse(
            request, f"subject/{template}", context, status_code=status, headers=HEADERS
        )

    def voice(self, request: Request, token: str, task: VoiceTask) -> Response:
        """The page on which the voice is recorded, in the language that this reader reads."""
        return self._page(request, token, "voice.html", language=self.words(request, token).language, task=task)

    def back(self, token: str) -> Response:
        """Show the page again, so that reloading it does nothing twice."""
        return RedirectResponse(f"/s/{token}", 303, HEADERS)

    def words(self, request: Request, token: str) -> Wording:
        """The page's texts in the language that this reader reads."""
        return wording(nearest(_asked(request) or self._language_of(request, token)))

    def _language_of(self, request: Request, token: str) -> str:
        """The subject's own language, for whoever may know it; what the browser asks for, for anybody else."""
        try:
            if claim_of(request):
                return self._desk.view(token, claim_of(request)).record.subject.language
            return self._desk.peek(token, client=client_of(request))
        except (LinkRefusedError, ActRefusedError):
            return _accepted(request)

    def act(
        self, request: Request, token: str, do: Callable[[str], object], *, typed: Fields | None = None
    ) -> Response:
        """Do something and show the page again; a refusal stands at its top, and what was typed is not lost."""

        def run() -> Response:
            try:
                do(claim_of(request))
            except ActRefusedError as e:
                trouble = refusal_text(e, self.words(request, token))
            except UntickedError:
                trouble = self.words(request, token).page["tick_first"]
            else:
                return self.back(token)
            return self._view(request, token, None, trouble=trouble, typed=typed)

        return self.guarded(request, token, run)

    def guarded(self, request: Request, token: str, run: Callable[[], Response]) -> Response:
        """Answer, or say why the link opens nothing."""
        if not TOKEN.fullmatch(token):
            return self.plain(request, token, message="link_unknown", status=404)
        try:
            return run()
        except LinkRefusedError as e:
            return self.plain(request, token, message=f"link_{e.problem}", status=STATUS.get(e.problem, 404))
        except ActRefusedError as e:
            words = self.words(request, token)
            text, language = refusal_text(e, words), words.language
            return self._page(request, token, "message.html", language=language, status=409, message="", text=text)

    def json(self, request: Request, token: str, do: Callable[[str], object]) -> Response:
        """Answer a script of the page."""
        try:
            said = do(claim_of(request))
        except ActRefusedError as e:
            text = refusal_text(e, self.words(request, token))
            return JSONResponse({"error": text, "key": e.message_key}, 409, HEADERS)
        except LinkRefusedError as e:
            page = wording(nearest(_asked(request) or _accepted(request))).page
            return JSONResponse({"error": page[f"link_{e.problem}"]}, STATUS.get(e.problem, 404), HEADERS)
        return JSONResponse(said if said is not None else {"done": True}, headers=HEADERS)
