"""The voice page below /s/{token}/voice: a sentence, a button, and what to do better, one sentence after the other."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from studio.requests.voicing import BYTES_MAX, VoiceDesk
from studio.web.subject.bodies import Reading, received
from studio.web.subject.pages import HEADERS, Pages, claim_of


def add_voice(router: APIRouter, desk: VoiceDesk, pages: Pages) -> None:
    """Add the routes to the subject's router."""

    @router.get("/voice")
    def show(request: Request, token: str) -> Response:
        def act() -> Response:
            return pages.voice(request, token, desk.task(token, claim_of(request)))

        return pages.guarded(request, token, act)

    @router.post("/voice/{number}")
    async def receive(request: Request, token: str, number: int) -> Response:
        """Take one recording."""
        # Asked before a byte is read: whoever may not record sends nothing.
        refused = await run_in_threadpool(_refusal, desk, pages, request, token)
        if refused is not None:
            return refused
        async with received(request, bytes_max=BYTES_MAX) as reading:
            if reading.is_too_large:
                words = await run_in_threadpool(pages.words, request, token)
                return JSONResponse({"error": words.page["too_large"].format(limit=BYTES_MAX // 10**6)}, 413, HEADERS)
            return await run_in_threadpool(
                pages.json, request, token, lambda claim: _receive(desk, token, claim, number, reading)
            )

    @router.delete("/voice/{number}")
    def delete(request: Request, token: str, number: int) -> Response:
        return pages.json(request, token, lambda claim: desk.delete(token, claim, number))


def _refusal(desk: VoiceDesk, pages: Pages, request: Request, token: str) -> Response | None:
    is_open: list[object] = []
    answer = pages.json(request, token, lambda claim: is_open.append(desk.task(token, claim)))
    return None if is_open else answer


def _receive(desk: VoiceDesk, token: str, claim: str, number: int, reading: Reading) -> Mapping[str, object]:
    return {"faults": desk.receive(token, claim, number, reading.path), "kept": desk.task(token, claim).kept}
