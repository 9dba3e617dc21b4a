"""The next version of a request: the form, what it changes, and only then the filing of exactly that."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from consent.errors import ConsentError
from consent.grant import RecordId
from studio.errors import StudioError
from studio.review.case import Change
from studio.review.desk import ReviewDesk
from studio.review.people import Person
from studio.web.legal.bodies import Body, body_of
from studio.web.legal.fields import Group, form_of
from studio.web.legal.forms import Filled, changed, problem_path, read_form, terms_of, texts_of
from studio.web.legal.guard import AsLegal
from studio.web.legal.view import page, unprocessed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What the form shows above its fields."""

    filled: Filled
    error: str = ""
    changes: tuple[Change, ...] | None = None
    seen: str = ""
    message: str = ""


def version_router(desk: ReviewDesk, templates: Jinja2Templates, legal: AsLegal) -> APIRouter:
    """Build the routes."""
    router = APIRouter()
    form = form_of(desk)
    as_legal, sent_form = Depends(legal), Depends(body_of)

    def show(request: Request, request_id: str, person: Person, shown: _Shown) -> Response:
        case = desk.reader.case(request_id)
        values = {"case": case, "person": person, "groups": form, "filled": shown.filled, "shown": shown}
        return page(templates, request, "version.html", values)

    @router.get("/{request_id}/version")
    def version(request: Request, request_id: str, person: Person = as_legal) -> Response:
        texts = texts_of(terms_of(desk.reader.record(request_id)), form)
        return show(request, request_id, person, _Shown(filled=Filled(texts=texts)))

    @router.post("/{request_id}/version")
    def file_version(request: Request, request_id: str, person: Person = as_legal, body: Body = sent_form) -> Response:
        filled, message = read_form(body.texts, form), body.text("message")
        if filled.problems:
            return unprocessed(show(request, request_id, person, _Shown(filled=filled, message=message)))
        try:
            changes = _file(desk, request_id, body, _changeable(filled.values, form), by=person.email)
        except (ConsentError, StudioError) as e:
            problems, error = _complaint(str(e), form)
            shown = _Shown(filled=filled.with_problems(problems), error=error, message=message)
            return unprocessed(show(request, request_id, person, shown))
        if changes is None:
            return RedirectResponse(f"/legal/{request_id}?done=version", 303)
        seen, lines = changes
        return show(request, request_id, person, _Shown(filled=filled, changes=lines, seen=seen, message=message))

    return router


def _file(
    desk: ReviewDesk, request_id: str, body: Body, values: Mapping[str, object], *, by: str
) -> tuple[str, tuple[Change, ...]] | None:
    """File the version if it is what was shown (then None), else return what there is to show."""
    record_id = RecordId(body.text("record"))
    wanted = changed(values, desk.reader.record(request_id))
    seen = hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()
    if body.text("step") == "file" and body.text("seen") == seen:
        desk.acts.new_version(request_id, record_id=record_id, changes=wanted, message=body.text("message"), by=by)
        return None
    _, changes = desk.acts.preview(request_id, record_id=record_id, changes=wanted)
    return seen, changes


def _changeable(values: Mapping[str, object], form: tuple[Group, ...]) -> dict[str, object]:
    fixed = {one.path for group in form for one in group.fields if one.is_fixed}
    return {path: value for path, value in values.items() if path not in fixed}


def _complaint(message: str, form: tuple[Group, ...]) -> tuple[dict[str, str], str]:
    """A complaint about one field goes to that field."""
    key, _, rest = message.partition(":")
    path = problem_path(key, form)
    return ({path: rest.strip()}, "") if path and rest else ({}, message)
