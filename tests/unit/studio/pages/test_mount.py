"""Mounting the pages leaves nothing open behind."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from fastapi import FastAPI

from studio.pages.desk import Desk
from studio.pages.mount import mount_pages


def test_every_event_loop_that_mounting_opens_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("gradio")
    opened: list[asyncio.AbstractEventLoop] = []
    new = asyncio.events.new_event_loop

    def counting() -> asyncio.AbstractEventLoop:
        opened.append(new())
        return opened[-1]

    monkeypatch.setattr(asyncio.events, "new_event_loop", counting)
    monkeypatch.setattr(asyncio, "new_event_loop", counting)
    desk = Desk(
        subjects=tuple,
        order=lambda _order: "",
        takes=lambda _campaign: (),
        recent=tuple,
        cancel=lambda _campaign: None,
        locales=(),
        examples={},
    )
    mount_pages(FastAPI(), desk, path="/studio", private_dir=tmp_path / "private", may_use=lambda _headers: True)
    assert opened
    assert all(loop.is_closed() for loop in opened)
