"""What an assistant may do here: list, explain, produce, follow. The same actions, scopes and gates as the routes.

No tool makes, signs, approves, widens or withdraws a consent, and none reads evidence: people do that, on their pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Final, TypeAlias

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field
from starlette.requests import Request

from consent.errors import ConsentError
from pipelines.errors import PipelineError
from studio.accounts.tokens import Scope
from studio.campaigns.brief import BriefModel
from studio.errors import StudioError
from studio.store.api_tokens import TokenRow
from studio.store.campaigns import TakeStatus
from studio.web.api.desk import ApiDesk
from studio.web.api.guard import check_scope, token_of
from studio.web.api.orders import order_once, shown
from studio.web.api.problems import ProblemError

INSTRUCTIONS: Final = (
    "Sayso makes localized ads with a person's face and voice inside what that person signed. List the consents that "
    "stand, explain a brief before producing it, and pass a refusal's sentence on to the user as it is: only the "
    "person, or legal, can change what is allowed. Every file carries a visible AI label and a signed manifest."
)
READS: Final = ToolAnnotations(readOnlyHint=True, openWorldHint=False)
MAKES: Final = ToolAnnotations(readOnlyHint=False, destructiveHint=False, openWorldHint=False)
Key: TypeAlias = Annotated[str | None, Field(max_length=128, description="The same key never orders a second time.")]
Ctx: TypeAlias = Context[object, Request]


def tool_server(desk: ApiDesk) -> MCPServer[object]:
    """Build the server, without a transport."""
    server: MCPServer[object] = MCPServer(name="sayso", title="Sayso", instructions=INSTRUCTIONS, log_level="WARNING")
    _add_reading(server, desk)
    _add_making(server, desk)
    return server


def _add_reading(server: MCPServer[object], desk: ApiDesk) -> None:
    @server.tool(title="Consents that stand", annotations=READS)
    def list_consents(context: Ctx) -> list[dict[str, object]]:
        """Every consent that stands now: whose, for which brands, products, languages and channels, until when."""
        _token(context, "campaigns:read")
        return [asdict(line) | {"valid_until": line.valid_until.isoformat()} for line in desk.consents()]

    @server.tool(title="Explain a brief", annotations=READS)
    def explain(brief: BriefModel, context: Ctx) -> dict[str, object]:
        """What consent says to each take of a brief, clause by clause, and what to do about refusals. Makes nothing."""
        _token(context, "campaigns:read")
        with _said():
            return desk.explain(brief).report

    @server.tool(title="How far a campaign is", annotations=READS)
    def campaign_status(campaign: str, context: Ctx) -> dict[str, object]:
        """Each take of a campaign: queued, running, released, refused or failed, with reasons; done once all ended."""
        _token(context, "campaigns:read")
        with _said():
            takes = desk.campaign(campaign).takes
        is_done = all(TakeStatus(take.status).is_final for take in takes)
        return {
            "campaign": campaign,
            "status": "done" if is_done else "running",
            "takes": [shown(take) for take in takes],
        }

    @server.tool(title="One take", annotations=READS)
    def take_status(take: str, context: Ctx) -> dict[str, object]:
        """One take; a released one has the address of its file, which the same token fetches."""
        _token(context, "takes:read")
        with _said():
            return shown(desk.take(take))


def _add_making(server: MCPServer[object], desk: ApiDesk) -> None:
    @server.tool(title="Produce a brief", annotations=MAKES)
    def produce(brief: BriefModel, context: Ctx, idempotency_key: Key = None) -> dict[str, object]:
        """Make every take of a brief that consent allows. Answers at once; campaign_status tells how they end."""
        token = _token(context, "campaigns:write")
        with _said():
            campaign = order_once(desk, token, brief, idempotency_key)
        return {"campaign": campaign, "status": "accepted"}


def _token(context: Ctx, scope: Scope) -> TokenRow:
    request = context.request_context.request
    assert isinstance(request, Request), "the endpoint is HTTP"
    token = token_of(request)
    with _said():
        check_scope(token, scope)
    return token


@contextmanager
def _said() -> Iterator[None]:
    """Errors that carry a sentence for the user become the tool's answer; others stay ours."""
    try:
        yield
    except ProblemError as e:
        raise ToolError(e.detail) from e
    except (StudioError, ConsentError, PipelineError) as e:
        raise ToolError(str(e)) from e
