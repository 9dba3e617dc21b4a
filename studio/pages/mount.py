"""Mount the pages on the web app. Gradio is closed down as far as it goes; the gate in front decides who enters."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.datastructures import Headers

from studio.pages.desk import Desk

STYLE = Path(__file__).parent / "studio.css"
UPLOAD_MAX = "16mb"


def mount_pages(app: FastAPI, desk: Desk, *, path: str, private_dir: Path, may_use: Callable[[Headers], bool]) -> None:
    """Mount the first page at ``path``.

    ``private_dir`` (0700) takes Gradio's cache; no evidence and no release enters it. ``may_use`` is asked with every
    request that reaches Gradio, its functions and files among them: the gate in front has asked the same.
    """
    # Gradio reads these when it is imported, so they are set before the only import of it.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_RUN_HISTORY"] = "False"
    os.environ["GRADIO_TEMP_DIR"] = str(private_dir)
    import gradio as gr  # noqa: PLC0415 -- after its environment

    from studio.pages.create import build_page  # noqa: PLC0415 -- imports gradio
    from studio.pages.theme import house_theme  # noqa: PLC0415 -- imports gradio

    def inside(request: Request) -> str | None:
        return "studio" if may_use(request.headers) else None  # Gradio wants a name

    async def mount() -> None:
        """Build while a loop runs."""
        gr.mount_gradio_app(
            app,
            build_page(desk),
            path=path,
            auth_dependency=inside,
            show_error=False,
            run_history=False,
            footer_links=[],
            ssr_mode=False,
            pwa=False,
            mcp_server=False,
            enable_monitoring=False,
            max_file_size=UPLOAD_MAX,
            blocked_paths=[str(private_dir.parent)],
            theme=house_theme(),
            css_paths=[STYLE],
        )

    # Where no loop runs, Gradio opens one for each lock it makes and closes none of them.
    asyncio.run(mount())
