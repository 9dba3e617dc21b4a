"""POST /mcp: the Model Context Protocol's streamable HTTP, one JSON answer to each request, nothing kept between them.

https://modelcontextprotocol.io/specification. The bearer token is the API's; cookies are never looked at. Each request
brings its own session manager up and down, so the endpoint needs no lifespan and no server remembers a client.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from studio.web.api.desk import ApiDesk
from studio.web.api.guard import find_token
from studio.web.api.problems import ProblemError, problem

PATH: Final = "/mcp"


def mcp_route(desk: ApiDesk) -> Route:
    """Build the route. The protocol's library is imported with the first request: a second that most never need."""
    return Route(PATH, endpoint=_Endpoint(desk), methods=["POST"])


class _Endpoint:
    """An ASGI app: asks for the token, then serves."""

    def __init__(self, desk: ApiDesk) -> None:
        self._desk = desk

    @cached_property
    def _serve(self) -> ASGIApp:
        return _serve(self._desk)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope)
        try:
            request.state.token = find_token(self._desk.tokens, request)
        except ProblemError as e:
            await problem(e.status, e.detail, headers=e.headers)(scope, receive, send)
            return
        await self._serve(scope, receive, send)


def _serve(desk: ApiDesk) -> ASGIApp:
    from mcp.server.transport_security import TransportSecuritySettings  # noqa: PLC0415 - as said above

    from studio.web.api.tools import tool_server  # noqa: PLC0415 - imports the library

    server = tool_server(desk)
    hosts = TransportSecuritySettings(enable_dns_rebinding_protection=False)  # the app in front checks host names

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        app = server.streamable_http_app(
            streamable_http_path=PATH, json_response=True, stateless_http=True, transport_security=hosts
        )
        async with app.router.lifespan_context(app):
            await app(scope, receive, send)

    return serve
