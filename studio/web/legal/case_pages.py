"""The queue, and one request beside its evidence: every act of legal is a form of that page."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import get_args

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from consent.errors import ConsentError
from consent.grant import RecordId
from studio.errors import StudioError, UsageError
from studio.review.desk import ReviewDesk
from studio.review.people import Person
from studio.review.queue import Filter, Shown, count, pick
from studio.review.words import DEALS
from studio.web.legal.assessing import LEVELS, QUESTIONS, read_answers
from studio.web.legal.bodies import Body, body_of, laid_out
from studio.web.legal.guard import AsLegal
from studio.web.legal.media import ranged
from studio.web.legal.view import page, unprocessed

AGES = (0, 2, 7, 30)
DONE = {
    "assess": "Your assessment is signed and on record.",
    "approve": "Your approval is signed and on record.",
    "answer": "Your answer is with the person.",
    "again": "The person is asked to record and sign again.",
    "suspend": "Suspended: nothing can be made until it is resumed.",
    "resume": "Resumed: it may be used again.",
    "revoke": "Withdrawn for ever. What ran was stopped, and copies are destroyed.",
    "version": "The new version is filed; the person's link shows it.",
    "unlink": "The link has ended.",
}
Act = Callable[[ReviewDesk, str, Body, str], None]


def case_router(desk: ReviewDesk, templates: Jinja2Templates, legal: AsLegal) -> APIRouter:
    """Build the routes of the queue and of one request."""
    router = APIRouter()
    as_legal, sent_form = Depends(legal), Depends(body_of)

    def show(request: Request, request_id: str, person: Person, **more: object) -> Response:
        values = {
            "person": person,
            "case": desk.reader.case(request_id),
            "now": desk.clock(),
            "questions": QUESTIONS,
            "levels": LEVELS,
            "typed": {},
        }
        return page(templates, request, "case.html", {**values, **more})

    @router.get("/")
    def queue(request: Request, person: Person = as_legal) -> Response:
        wanted = _filter(request.query_params.get)
        lines, now = desk.reader.lines(), desk.clock()
        values = {
            "person": person,
            "lines": pick(lines, wanted, at=now),
            "counts": count(lines),
            "wanted": wanted,
            "deals": DEALS,
            "ages": AGES,
            "now": now,
        }
        return page(templates, request, "queue.html", values)

    @router.get("/{request_id}")
    def case(request: Request, request_id: str, person: Person = as_legal) -> Response:
        done = DONE.get(request.query_params.get("done", ""), "")
        return show(request, request_id, person, done=done)

    @router.get("/{request_id}/media/{item_id}")
    def media(request: Request, request_id: str, item_id: str, person: Person = as_legal) -> Response:
        item = desk.reader.file(request_id, item_id)
        if item.kind == "statement":
            desk.acts.watched(item.record_id, by=person.email)
        return ranged(
            request.headers.get("range"),
            size=item.size_bytes,
            media_type=item.media_type,
            name=item.name,
            read=lambda start, end: desk.recordings.read(item, start=start, end=end),
        )

    @router.post("/{request_id}/{act}")
    def do(request: Request, request_id: str, act: str, person: Person = as_legal, body: Body = sent_form) -> Response:
        handler = _ACTS.get(act)
        if handler is None:
            return unprocessed(show(request, request_id, person, error="there is no such act; use this page's buttons"))
        try:
            handler(desk, request_id, body, person.email)
        except (ConsentError, StudioError) as e:
            return unprocessed(show(request, request_id, person, error=str(e), typed=body.texts, failed=act))
        return RedirectResponse(f"/legal/{request_id}?done={act}", 303)

    return router


def _assess(desk: ReviewDesk, request_id: str, body: Body, by: str) -> None:
    desk.acts.assess(request_id, record_id=_record(body), answers=read_answers(body.texts), by=by)


def _approve(desk: ReviewDesk, request_id: str, body: Body, by: str) -> None:
    if body.text("read") != "yes":
        raise UsageError("tick that you have read the consent and looked at its evidence")
    with laid_out(body.files[:1]) as (folder, names):
        evidence = folder / names[0] if names else None
        desk.acts.approve(request_id, record_id=_record(body), by=by, evidence=evidence)


def _answer(desk: ReviewDesk, request_id: str, body: Body, by: str) -> None:
    desk.acts.answer(request_id, record_id=_record(body), message=body.text("message"), by=by)


def _again(desk: ReviewDesk, request_id: str, body: Body, by: str) -> None:
    desk.acts.ask_again(request_id, record_id=_record(body), message=body.text("message"), by=by)


def _suspend(desk: ReviewDesk, request_id: str, body: Body, by: str) -> None:
    desk.acts.suspend(request_id, reason=body.text("reason"), by=by)


def _resume(desk: ReviewDesk, request_id: str, body: Body, by: str) -> None:
    desk.acts.resume(request_id, reason=body.text("reason"), by=by)


def _revoke(desk: ReviewDesk, request_id: str, body: Body, by: str) -> None:
    if body.text("sure") != "yes":
        raise UsageError("tick that you mean it: a withdrawal is for ever")
    desk.acts.revoke(request_id, reason=body.text("reason"), by=by)


def _unlink(desk: ReviewDesk, request_id: str, body: Body, by: str) -> None:
    desk.acts.revoke_link(request_id, body.text("link"), by=by)


_ACTS: dict[str, Act] = {
    "assess": _assess,
    "approve": _approve,
    "answer": _answer,
    "again": _again,
    "suspend": _suspend,
    "resume": _resume,
    "revoke": _revoke,
    "unlink": _unlink,
}


def _record(body: Body) -> RecordId:
    return RecordId(body.text("record"))


def _filter(query: Callable[[str, str], str]) -> Filter:
    """The filter of a query; what is not understood is left out."""
    wanted = Filter(deal=query("deal", "") if query("deal", "") in DEALS else "", flagged=query("flagged", "") == "yes")
    shown = next((one for one in get_args(Shown) if one == query("show", "")), None)
    days = query("days", "")
    if shown is not None:
        wanted = replace(wanted, shown=shown)
    return replace(wanted, older_than_days=int(days)) if re.fullmatch(r"\d{1,4}", days, re.ASCII) else wanted
