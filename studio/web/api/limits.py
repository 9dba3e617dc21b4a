"""Bodies are small: FastAPI reads a JSON body before it asks who sent it, so its size is looked at in front of that."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from studio.web.api.problems import problem

BODY_BYTES_MAX = 1 << 20  # 200 takes with the longest scripts that a person reads


class BodyLimit:
    """ASGI middleware for every path but ``free``, whose handler counts for itself."""

    def __init__(self, app: ASGIApp, *, free: str) -> None:
        self._app = app
        self._free = free

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or say that its body is too large, or of unknown length."""
        if scope["type"] == "http" and not scope["path"].endswith(self._free):
            headers = Headers(scope=scope)
            length = headers.get("content-length", "")
            if "transfer-encoding" in headers:
                answer = problem(411, "send Content-Length with the body", headers={"Connection": "close"})
                await answer(scope, receive, send)
                return
            if length and (not (length.isascii() and length.isdigit()) or int(length) > BODY_BYTES_MAX):
                answer = problem(413, f"a body has {BODY_BYTES_MAX >> 20} MiB at most", headers={"Connection": "close"})
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)
