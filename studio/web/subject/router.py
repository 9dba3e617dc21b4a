"""The routes below /s/{token}. Reading, narrowing, asking, saying no and withdrawing are plain forms.

Opening a link in a mail scanner or a preview changes nothing: the link is used up by the button on its first page, and
then belongs to that browser by a cookie. Answers are never stored by the browser, and tell no other site the address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from fastapi.templating import Jinja2Templates
from starlette.concurrency import run_in_threadpool

from studio.requests.desk import SubjectDesk
from studio.requests.voicing import VoiceDesk
from studio.web.subject.bodies import Reading, body, ranged, received
from studio.web.subject.forms import (
    Fields,
    FormTooLargeError,
    UntickedError,
    counter_of,
    fields,
    part_of,
    text_of,
)
from studio.web.subject.pages import COOKIE, COOKIE_DAYS, HEADERS, Pages, claim_of, client_of, has_checks
from studio.web.subject.voice import add_voice


def subject_router(desk: SubjectDesk, templates: Jinja2Templates, *, voice: VoiceDesk | None = None) -> APIRouter:
    """Build the routes over a desk; ``voice`` takes recordings of the voice, where the studio makes voices."""
    router = APIRouter(prefix="/s/{token}")
    pages = Pages(desk, templates, voice=voice)

    @router.get("")
    def show(request: Request, token: str, lang: str | None = None) -> Response:
        return pages.show(request, token, lang)

    @router.post("/claim")
    def claim(request: Request, token: str) -> Response:
        def act() -> Response:
            secret = desk.claim(token, client=client_of(request))
            answer = pages.back(token)
            answer.set_cookie(
                COOKIE,
                secret,
                max_age=COOKIE_DAYS * 86400,
                path=f"/s/{token}",
                httponly=True,
                samesite="lax",  # strict would lose whoever opens the link from a mail again
                secure=request.url.scheme == "https",
            )
            return answer

        return pages.guarded(request, token, act)

    @router.post("/new-link")
    def new_link(request: Request, token: str) -> Response:
        def act() -> Response:
            desk.send_new_link(token, client=client_of(request))
            return pages.plain(request, token, message="new_link_sent")

        return pages.guarded(request, token, act)

    _add_answers(router, desk, pages)
    _add_recording(router, desk, pages)
    _add_signing(router, desk, pages)
    _add_files(router, desk, pages)
    if voice is not None:
        add_voice(router, voice, pages)
    return router


def _add_answers(router: APIRouter, desk: SubjectDesk, pages: Pages) -> None:
    async def act(request: Request, token: str, do: Callable[[str, Fields], object]) -> Response:
        try:
            form = await fields(request)
        except FormTooLargeError:
            return pages.plain(request, token, message="too_much_text", status=413)
        return await run_in_threadpool(pages.act, request, token, lambda claim: do(claim, form), typed=form)

    @router.post("/narrow")
    async def narrow(request: Request, token: str) -> Response:
        return await act(request, token, lambda claim, form: desk.narrow(token, claim, counter_of(form)))

    @router.post("/ask")
    async def ask(request: Request, token: str) -> Response:
        return await act(
            request, token, lambda claim, form: desk.ask_for_changes(token, claim, text_of(form, "message"))
        )

    @router.post("/decline")
    async def decline(request: Request, token: str) -> Response:
        return await act(request, token, lambda claim, form: desk.decline(token, claim, text_of(form, "reason")))

    @router.post("/agree")
    async def agree(request: Request, token: str) -> Response:
        def go_on(claim: str, form: Fields) -> None:
            view = desk.view(token, claim)
            # The written release for biometric data is the tick: no tick, no statement.
            if view.stage == "asked" and has_checks(view) and text_of(form, "checks") != "agreed":
                raise UntickedError
            desk.agree_to_checks(token, claim)

        return await act(request, token, go_on)

    @router.post("/withdraw")
    async def withdraw(request: Request, token: str) -> Response:
        return await act(request, token, lambda claim, form: desk.withdraw(token, claim, part=part_of(form)))


def _add_recording(router: APIRouter, desk: SubjectDesk, pages: Pages) -> None:
    @router.get("/statement")
    def statement(request: Request, token: str) -> Response:
        return pages.json(request, token, lambda claim: _movements(desk, token, claim))

    @router.post("/statement")
    async def receive(request: Request, token: str, *, upload: bool = False) -> Response:
        limit = await run_in_threadpool(_limit, desk, pages, request, token)
        if isinstance(limit, Response):
            return limit
        async with received(request, bytes_max=limit) as reading:
            if reading.is_too_large:
                words = await run_in_threadpool(pages.words, request, token)
                said = words.page["too_large"].format(limit=limit // 1_000_000)
                return JSONResponse({"error": said}, 413, HEADERS)
            return await run_in_threadpool(
                pages.json, request, token, lambda claim: _receive(desk, token, claim, reading, is_upload=upload)
            )


def _limit(desk: SubjectDesk, pages: Pages, request: Request, token: str) -> int | Response:
    """How many bytes a recording may have; an answer if none is awaited."""
    found: list[int] = []
    answer = pages.json(request, token, lambda claim: found.append(desk.statement(token, claim).max_bytes))
    return found[0] if found else answer


def _receive(desk: SubjectDesk, token: str, claim: str, reading: Reading, *, is_upload: bool) -> Mapping[str, object]:
    lines = desk.receive_statement(token, claim, reading.path, is_upload=is_upload)
    return {"checks": [{"name": line.name, "outcome": line.outcome} for line in lines]}


def _movements(desk: SubjectDesk, token: str, claim: str) -> Mapping[str, object]:
    task = desk.statement(token, claim)
    return {
        "code": task.code,
        "text": task.text,
        "movements": task.movements,
        "expires_at": task.expires_at.isoformat(),
    }


def _add_signing(router: APIRouter, desk: SubjectDesk, pages: Pages) -> None:
    @router.post("/passkey/options")
    def creation(request: Request, token: str) -> Response:
        return pages.json(request, token, lambda claim: desk.passkey_creation(token, claim))

    @router.post("/passkey")
    async def created(request: Request, token: str) -> Response:
        answer = await body(request)
        return await run_in_threadpool(
            pages.json, request, token, lambda claim: desk.passkey_created(token, claim, answer)
        )

    @router.post("/sign/options")
    def signing(request: Request, token: str) -> Response:
        return pages.json(request, token, lambda claim: desk.signing_options(token, claim))

    @router.post("/sign")
    async def sign(request: Request, token: str) -> Response:
        answer = await body(request)
        return await run_in_threadpool(pages.json, request, token, lambda claim: desk.sign(token, claim, answer))

    @router.post("/scripts/{sha256}/options")
    def script(request: Request, token: str, sha256: str) -> Response:
        return pages.json(request, token, lambda claim: desk.script_options(token, claim, sha256))

    @router.post("/scripts/{sha256}")
    async def approve(request: Request, token: str, sha256: str) -> Response:
        answer = await body(request)
        return await run_in_threadpool(
            pages.json, request, token, lambda claim: desk.approve_script(token, claim, sha256, answer)
        )


def _add_files(router: APIRouter, desk: SubjectDesk, pages: Pages) -> None:
    def download(request: Request, token: str, kind: str, media_type: str) -> Response:
        def act() -> Response:
            content, name = desk.receipt(token, claim_of(request), "pdf" if kind == "pdf" else "jsonld")
            headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
            return Response(content, media_type=media_type, headers=headers)

        return pages.guarded(request, token, act)

    @router.get("/receipt.pdf")
    def receipt_pdf(request: Request, token: str) -> Response:
        return download(request, token, "pdf", "application/pdf")

    @router.get("/receipt.jsonld")
    def receipt_data(request: Request, token: str) -> Response:
        return download(request, token, "jsonld", "application/ld+json")

    @router.get("/uses/{take_id}.jpg")
    def picture(request: Request, token: str, take_id: str) -> Response:
        return pages.guarded(
            request,
            token,
            lambda: Response(desk.picture(token, claim_of(request), take_id), media_type="image/jpeg", headers=HEADERS),
        )

    @router.get("/my-statement")
    def my_statement(request: Request, token: str) -> Response:
        return pages.guarded(request, token, lambda: ranged(request, desk, token, claim_of(request)))
