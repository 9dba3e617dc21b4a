"""A new request for each kind of deal, and its link, which is shown once. Marketers use these pages too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from fastapi.templating import Jinja2Templates

from consent.errors import ConsentError, FileInvalidError
from studio.errors import NotFoundError, StudioError
from studio.requests.links import Link
from studio.requests.templates import Template
from studio.review.desk import ReviewDesk
from studio.review.people import Person
from studio.web.legal.bodies import Body, body_of, laid_out
from studio.web.legal.fields import Group, form_of
from studio.web.legal.forms import Filled, by_field, nested, read_form, texts_of
from studio.web.legal.guard import CONSOLE, AsAnybody, AsLegal
from studio.web.legal.view import page, unprocessed

Form: TypeAlias = tuple[Group, ...]


def new_router(desk: ReviewDesk, templates: Jinja2Templates, *, legal: AsLegal, anybody: AsAnybody) -> APIRouter:
    """Build the routes."""
    router = APIRouter()
    form = form_of(desk)
    as_legal, as_anybody, sent_form = Depends(legal), Depends(anybody), Depends(body_of)

    def blank(request: Request, template: Template, person: Person | None, filled: Filled, error: str = "") -> Response:
        values = {"template": template, "groups": form, "person": person, "filled": filled, "error": error}
        return page(templates, request, "new.html", values)

    def show_link(request: Request, link: Link, request_id: str, person: Person | None) -> Response:
        record = desk.reader.record(request_id)
        values = {"link": link, "request_id": request_id, "record": record, "person": person}
        return page(templates, request, "link.html", values)

    @router.get("/new")
    def choose(request: Request, person: Person | None = as_anybody) -> Response:
        return page(templates, request, "choose.html", {"deals": desk.templates, "person": person})

    @router.get("/new/{deal}")
    def new(request: Request, deal: str, person: Person | None = as_anybody) -> Response:
        template = _template(desk, deal)
        return blank(request, template, person, Filled(texts=texts_of(_defaults(template), form)))

    @router.post("/new/{deal}")
    def create(request: Request, deal: str, person: Person | None = as_anybody, body: Body = sent_form) -> Response:
        template, filled = _template(desk, deal), read_form(body.texts, form)
        if filled.problems:
            return unprocessed(blank(request, template, person, filled))
        by = CONSOLE if person is None else person.email
        try:
            request_id = _draft(desk, template, body, filled, by=by)
            link = desk.acts.send(request_id, by=by, is_mailed=body.text("mail") == "yes")
        except FileInvalidError as e:
            problems, rest = by_field(e, form)
            return unprocessed(blank(request, template, person, filled.with_problems(problems), "\n".join(rest)))
        except (ConsentError, StudioError) as e:
            return unprocessed(blank(request, template, person, filled, str(e)))
        return show_link(request, link, request_id, person)

    @router.post("/{request_id}/link")
    def new_link(request: Request, request_id: str, person: Person = as_legal, body: Body = sent_form) -> Response:
        is_guardian = body.text("party") == "guardian"
        link = desk.acts.send(
            request_id,
            by=person.email,
            party="guardian" if is_guardian else "subject",
            is_mailed=body.text("mail") == "yes",
        )
        return show_link(request, link, request_id, person)

    return router


def _draft(desk: ReviewDesk, template: Template, body: Body, filled: Filled, *, by: str) -> str:
    with laid_out(body.files) as (folder, names):
        terms = {"class": template.subject_class, **nested(filled.values)}
        scope = terms.get("scope")
        terms["scope"] = {**(scope if isinstance(scope, Mapping) else {}), "assets": names}
        return desk.acts.draft(folder, terms, deal=template.deal, by=by).id


def _template(desk: ReviewDesk, deal: str) -> Template:
    found = next((one for one in desk.templates if one.deal == deal), None)
    if found is None:
        raise NotFoundError(f"there is no kind of deal {deal!r}; choose one of those that are listed")
    return found


def _defaults(template: Template) -> dict[str, object]:
    """What the empty form of a deal says."""
    terms: dict[str, object] = {name: dict(table) for name, table in template.defaults.items()}
    terms["scope"] = {"modalities": ["face", "voice"], **template.defaults.get("scope", {})}
    terms["statement"] = template.statement
    return terms
