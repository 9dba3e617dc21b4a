"""Nothing can turn a step off: no argument, no environment variable, no setting."""

from __future__ import annotations

import ast
import inspect
from dataclasses import fields
from pathlib import Path

import pytest

import pipelines.release.disclosing
from pipelines.media import Scene
from pipelines.release.door import ReleaseDoor
from pipelines.release.take import TakeProvenance

PIPELINES = Path(pipelines.release.disclosing.__file__).parents[1]
ROOMS = ("release", "disclosure", "provenance")
SOURCES = [path for room in ROOMS for path in sorted((PIPELINES / room).rglob("*.py"))]


def test_the_door_takes_a_take_and_no_wishes() -> None:
    assert list(inspect.signature(ReleaseDoor.release).parameters) == [
        "self",
        "scene",
        "grant",
        "provenance",
        "progress",
        "cancel",
    ]
    assert {field.name for field in fields(ReleaseDoor)} == {
        "gate",
        "identity",
        "fonts",
        "notice_speaker",
        "clock",
        "library",
        "quarantine",
        "threads",
        "watermark",  # which engine is installed; without one the manifest claims none
    }
    assert {field.name for field in fields(TakeProvenance)} == {
        "request",
        "model_cards",
        "translated_from",
        "producer",
        "voice_profile",
        "face_profile",
        "background_is_painted",
    }
    assert {field.name for field in fields(Scene)} == {"frames", "audio", "captions", "reserved", "locale"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_environment_variable_and_no_argument_line_is_read(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    forbidden = {"environ", "environb", "getenv", "putenv", "argv"}
    found = [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in forbidden]
    imported = [
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in {"os", "sys"}
        for alias in node.names
        if alias.name in forbidden
    ]
    assert found + imported == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_function_here_has_a_switch(path: Path) -> None:
    """A boolean parameter with a default is how steps get skipped; none of these rooms has one."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    switches = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = node.args
            if arguments.kwarg and path.parent.name == "release":
                switches.append(f"{node.name}(**{arguments.kwarg.arg})")
            defaults = [*arguments.defaults, *[d for d in arguments.kw_defaults if d]]
            switches += [node.name for d in defaults if isinstance(d, ast.Constant) and d.value is True]
    assert switches == []


def test_only_labelled_frames_reach_an_encoder() -> None:
    """In the whole package the encoders are called in one function, and fed from ``labelled_frames`` alone."""
    callers = {}
    for path in (PIPELINES / "release").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                names = {c.func.id for c in ast.walk(node) if isinstance(c, ast.Call) and isinstance(c.func, ast.Name)}
                if names & {"encode_video", "write_still", "encode_audio"}:
                    callers[f"{path.stem}.{node.name}"] = names
    assert list(callers) == ["door._encode"]
    assert "labelled_frames" in callers["door._encode"]
    source = inspect.getsource(ReleaseDoor._encode)
    assert source.count("scene.frames.frames()") == 0
