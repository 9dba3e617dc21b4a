"""Asking: a new request for each kind of deal, its link (shown once), and the next version of one that was sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from consent.errors import ConsentError, FileInvalidError
from consent.grant import RecordId
from studio.errors import NotFoundError, StudioError
from studio.requests.links import Link
from studio.requests.templates import Template
from studio.review.desk import ReviewDesk
from studio.review.people import Person
from studio.web.legal.bodies import Body, body_of, laid_out
from studio.web.legal.fields import groups
from studio.web.legal.forms import changed, defaults_of, nested, problem_path, read_form, texts_of
from studio.web.legal.guard import AsAnybody, AsLegal
from studio.web.legal.view import page


def asking_router(
    desk: ReviewDesk, templates: Jinja2Templates, *, legal: AsLegal, anybody: AsAnybody
) -> APIRouter:
    """Build the routes; those of a new request are for marketers too."""
    router = APIRouter(prefix="/legal")
    form = groups(channels=desk.channels, topics=desk.topics, languages=desk.languages)
    Legal = Annotated[Person, Depends(legal)]  # noqa: N806 -- a type, made from the dependency
    Anybody = Annotated[str, Depends(anybody)]  # noqa: N806 -- as above
    Form = Annotated[Body, Depends(body_of)]  # noqa: N806 -- as above

    def template_of(deal: str) -> Template:
        found = next((one for one in desk.templates if one.deal == deal), None)
        if found is None:
            raise NotFoundError(f"there is no kind of deal {deal!r}; choose one of those that are listed")
        return found

    def new_form(request: Request, template: Template, by: str, **more: object) -> Response:
        values = {"texts": defaults_of(_tables(template), form), "problems": {}, "error": "", "by": by, **more}
        return page(templates, request, "new.html", template=template, groups=form, **values)

    def link_page(request: Request, link: Link, request_id: str, by: str) -> Response:
        record = desk.reader.record(request_id)
        return page(templates, request, "link.html", link=link, request_id=request_id, record=record, by=by)

    @router.get("/new")
    def choose(request: Request, by: Anybody) -> Response:
        return page(templates, request, "choose.html", templates_of_deals=desk.templates, by=by)

    @router.get("/new/{deal}")
    def new(request: Request, deal: str, by: Anybody) -> Response:
        return new_form(request, template_of(deal), by)

    @router.post("/new/{deal}")
    def create(request: Request, deal: str, by: Anybody, body: Form) -> Response:
        template = template_of(deal)
        filled = read_form(body.texts, form)
        if filled.problems:
            return _unprocessed(new_form(request, template, by, texts=filled.texts, problems=filled.problems))
        try:
            with laid_out(body.files) as (folder, names):
                terms = {"class": template.subject_class, **nested(filled.values)}
                scope = terms.get("scope")
                terms["scope"] = {**(scope if isinstance(scope, Mapping) else {}), "assets": names}
                drafted = desk.acts.draft(folder, terms, deal=template.deal, by=by)
            link = desk.acts.send(drafted.id, by=by, is_mailed=body.text("mail") == "yes")
        except FileInvalidError as e:
            problems, rest = _by_field(e, form)
            return _unprocessed(
                new_form(request, template, by, texts=filled.texts, problems=problems, error="\n".join(rest))
            )
        except (ConsentError, StudioError) as e:
            return _unprocessed(new_form(request, template, by, texts=filled.texts, error=str(e)))
        return link_page(request, link, drafted.id, by)

    @router.post("/{request_id}/link")
    def new_link(request: Request, request_id: str, person: Legal, body: Form) -> Response:
        party = "guardian" if body.text("party") == "guardian" else "subject"
        link = desk.acts.send(
            request_id, by=person.email, party=party, is_mailed=body.text("mail") == "yes"
        )
        return link_page(request, link, request_id, person.email)

    def version_form(request: Request, request_id: str, person: Person, **more: object) -> Response:
        case = desk.reader.case(request_id)
        values = {"texts": texts_of(case.record, form), "problems": {}, "error": "", "changes": None, "message": "", **more}
        return page(templates, request, "version.html", case=case, person=person, groups=form, **values)

    @router.get("/{request_id}/version")
    def version(request: Request, request_id: str, person: Legal) -> Response:
        return version_form(request, request_id, person)

    @router.post("/{request_id}/version")
    def file_version(request: Request, request_id: str, person: Legal, body: Form) -> Response:
        filled, message = read_form(body.texts, form), body.text("message")
        typed = {"texts": filled.texts, "message": message}
        if filled.problems:
            return _unprocessed(version_form(request, request_id, person, problems=filled.problems, **typed))
        record_id = RecordId(body.text("record"))
        try:
            values = changed(_changeable(filled.values, form), desk.reader.record(request_id))
            if body.text("step") != "file":
                _, changes = desk.acts.preview(request_id, record_id=record_id, changes=values)
                return version_form(request, request_id, person, changes=changes, **typed)
            desk.acts.new_version(request_id, record_id=record_id, changes=values, message=message, by=person.email)
        except (ConsentError, StudioError) as e:
            where = problem_path(str(e).split(":")[0], form)
            problems = {where: str(e).split(":", 1)[1].strip()} if where else {}
            error = "" if where else str(e)
            return _unprocessed(
                version_form(request, request_id, person, problems=problems, error=error, **typed)
            )
        return RedirectResponse(f"/legal/{request_id}?done=version", 303)

    return router


def _unprocessed(answer: Response) -> Response:
    answer.status_code = 422
    return answer
