"""The routes below /api/v1.

POST /campaigns            a brief as JSON: what sayso produce does; 202 and the campaign's id   campaigns:write
GET  /campaigns/ID         how far it is: each take with its status and reasons                   campaigns:read
GET  /takes/ID             one take                                                               takes:read
GET  /takes/ID/file        the released file                                                      takes:read
POST /verify               what a file is                                                         verify
POST /mcp                  the same for assistants, through the Model Context Protocol           as each tool needs
GET  /openapi.json         this, for machines; no token
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI, Header, Request
from fastapi.responses import FileResponse, JSONResponse, Response

from pipelines.release.verdict import Verdict
from studio.campaigns.brief import BriefModel
from studio.store.campaigns import TakeStatus
from studio.web.api.desk import ApiDesk
from studio.web.api.guard import guard_of, token_of
from studio.web.api.limits import BodyLimit
from studio.web.api.mcp_endpoint import mcp_route
from studio.web.api.orders import order_once, shown
from studio.web.api.problems import ProblemError, answer_problems
from studio.web.gate import API
from studio.web.public.router import Checks, PublicParts

KEY_CHARS_MAX = 128
Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=KEY_CHARS_MAX)]


def api_app(desk: ApiDesk, public: PublicParts) -> FastAPI:
    """Build the app that is mounted at /api/v1."""
    app = FastAPI(
        title="Sayso",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        root_path_in_servers=True,
    )
    app.add_middleware(BodyLimit, free="/verify")
    answer_problems(app)
    _add_campaigns(app, desk)
    _add_takes(app, desk)
    _add_verify(app, desk, public)
    app.router.routes.append(mcp_route(desk))
    return app


def _add_campaigns(app: FastAPI, desk: ApiDesk) -> None:
    writer, reader = guard_of(desk.tokens, "campaigns:write"), guard_of(desk.tokens, "campaigns:read")

    @app.post("/campaigns", status_code=202, dependencies=[Depends(writer)])
    def produce(request: Request, brief: BriefModel, idempotency_key: Key = None) -> dict[str, object]:
        """Make every take of a brief that consent allows."""
        campaign_id = order_once(desk, token_of(request), brief, idempotency_key)
        return {"campaign": campaign_id, "status": "accepted", "url": f"{API}/campaigns/{campaign_id}"}

    @app.get("/campaigns/{campaign_id}", dependencies=[Depends(reader)])
    def campaign(campaign_id: str) -> dict[str, object]:
        """How far a campaign is."""
        takes = desk.campaign(campaign_id).takes
        is_done = all(TakeStatus(take.status).is_final for take in takes)
        return {
            "campaign": campaign_id,
            "status": "done" if is_done else "running",
            "takes": [shown(take) for take in takes],
        }


def _add_takes(app: FastAPI, desk: ApiDesk) -> None:
    reader = Depends(guard_of(desk.tokens, "takes:read"))

    @app.get("/takes/{take_id}", dependencies=[reader])
    def take(take_id: str) -> dict[str, object]:
        """One take."""
        return shown(desk.take(take_id))

    @app.get("/takes/{take_id}/file", dependencies=[reader], response_class=FileResponse)
    def file(take_id: str) -> Response:
        """The released file, as it left the door."""
        path = desk.file(take_id)
        return FileResponse(path, filename=path.name)


def _add_verify(app: FastAPI, desk: ApiDesk, public: PublicParts) -> None:
    checks = Checks(public)

    @app.post("/verify", dependencies=[Depends(guard_of(desk.tokens, "verify"))])
    async def verify(request: Request) -> Response:
        """What a file is; the file is the body, or a form's."""
        found = await checks.check(request)
        if isinstance(found, Verdict):
            return JSONResponse(found.to_json())
        raise ProblemError(found.status, found.sentence, headers=found.headers)
