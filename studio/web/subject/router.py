"""The routes below /s/{token}. Reading, narrowing, asking, saying no and withdrawing are plain forms.

Opening a link in a mail scanner or a preview changes nothing: the link is used up by the button on its first page, and
then belongs to that browser by a cookie. Answers are never stored by the browser, and tell no other site the address.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, Response
from fastapi.templating import Jinja2Templates
from starlette.concurrency import run_in_threadpool

from studio.requests.desk import Counter, SubjectDesk
from studio.web.subject.bodies import Reading, body, ranged, received
from studio.web.subject.pages import COOKIE, COOKIE_DAYS, HEADERS, Pages, claim_of, client_of

PARTS: Final = ("modalities", "languages", "territories", "channels", "brands", "products")


def subject_router(desk: SubjectDesk, templates: Jinja2Templates) -> APIRouter:
    """Build the routes over a desk."""
    router = APIRouter(prefix="/s/{token}")
    pages = Pages(desk, templates)

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
    return router


def _add_answers(router: APIRouter, desk: SubjectDesk, pages: Pages) -> None:
    @router.post("/narrow")
    async def narrow(request: Request, token: str) -> Response:
        form = await request.form()
        texts = {name: tuple(str(value) for value in form.getlist(name)) for name in form}
        return pages.act(request, token, lambda claim: desk.narrow(token, claim, _counter(texts)))

    @router.post("/ask")
    def ask(request: Request, token: str, message: Annotated[str, Form()] = "") -> Response:
        return pages.act(request, token, lambda claim: desk.ask_for_changes(token, claim, message))

    @router.post("/decline")
    def decline(request: Request, token: str, reason: Annotated[str, Form()] = "") -> Response:
        return pages.act(request, token, lambda claim: desk.decline(token, claim, reason))

    @router.post("/agree")
    def agree(request: Request, token: str) -> Response:
        return pages.act(request, token, lambda claim: desk.agree_to_checks(token, claim))

    @router.post("/withdraw")
    async def withdraw(request: Request, token: str) -> Response:
        form = await request.form()
        part = {name: tuple(str(value) for value in form.getlist(name)) for name in PARTS if name in form}
        is_part = form.get("what") == "part"
        return pages.act(request, token, lambda claim: desk.withdraw(token, claim, part=part if is_part else None))


def _counter(texts: Mapping[str, tuple[str, ...]]) -> Counter:
    """Read the form of the smaller version. A list that is not in it stays; one without ticks is told by its mark."""

    def chosen(name: str) -> tuple[str, ...] | None:
        return texts.get(name, ()) if f"has_{name}" in texts else None

    def lines(name: str) -> tuple[str, ...]:
        written = "\n".join(texts.get(name, ())).splitlines()
        return tuple(dict.fromkeys(line.strip() for line in written if line.strip()))

    def one(name: str) -> str | None:
        return next((value.strip() for value in texts.get(name, ()) if value.strip()), None)

    takes = one("max_takes")
    return Counter(
        modalities=chosen("modalities"),
        languages=chosen("languages"),
        territories=chosen("territories"),
        channels=chosen("channels"),
        brands=chosen("brands"),
        products=chosen("products"),
        valid_until=one("valid_until"),
        max_takes=int(takes) if takes is not None and takes.isdecimal() else None,
        script_approval="per_script" if "script_approval" in texts else None,
        more_prohibited_topics=lines("topics"),
        more_prohibited_words=lines("words"),
        paid_media=False if "has_paid_media" in texts and "paid_media" not in texts else None,
    )


def _add_recording(router: APIRouter, desk: SubjectDesk, pages: Pages) -> None:
    @router.get("/statement")
    def statement(request: Request, token: str) -> Response:
        return pages.json(request, token, lambda claim: _movements(desk, token, claim))

    @router.post("/statement")
    async def receive(request: Request, token: str, *, upload: bool = False) -> Response:
        limit = await pages.limit(request, token)
        if isinstance(limit, Response):
            return limit
        async with received(request, bytes_max=limit) as reading:
            if reading.is_too_large:
                words = pages.words(request, token)
                return JSONResponse({"error": words["too_large"].format(limit=limit >> 20)}, 413, HEADERS)
            return await run_in_threadpool(
                pages.json, request, token, lambda claim: _receive(desk, token, claim, reading, is_upload=upload)
            )


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
        return pages.json(request, token, lambda claim: desk.passkey_created(token, claim, answer))

    @router.post("/sign/options")
    def signing(request: Request, token: str) -> Response:
        return pages.json(request, token, lambda claim: desk.signing_options(token, claim))

    @router.post("/sign")
    async def sign(request: Request, token: str) -> Response:
        answer = await body(request)
        return pages.json(request, token, lambda claim: desk.sign(token, claim, answer))

    @router.post("/scripts/{sha256}/options")
    def script(request: Request, token: str, sha256: str) -> Response:
        return pages.json(request, token, lambda claim: desk.script_options(token, claim, sha256))

    @router.post("/scripts/{sha256}")
    async def approve(request: Request, token: str, sha256: str) -> Response:
        answer = await body(request)
        return pages.json(request, token, lambda claim: desk.approve_script(token, claim, sha256, answer))


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
