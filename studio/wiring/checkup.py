"""What ``sayso doctor`` looks at. Each finding says what to do if it is not well."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

from pipelines.errors import PipelineError
from studio.errors import UsageError
from studio.wiring.root import Wiring
from studio.wiring.signing import signer_standing

DISK_BYTES_MIN = 2_000_000_000  # weights 0.4 GB, and room for a campaign in quarantine and library

State = Literal["ok", "optional", "missing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at. ``optional`` is absent, but only tests or extras need it."""

    name: str
    state: State
    detail: str


def check_machine(wiring: Wiring) -> tuple[Finding, ...]:
    """Look at everything that takes need."""
    checks: tuple[Callable[[Wiring], Iterator[Finding]], ...] = (
        _python,
        _packages,
        _programs,
        _weights,
        _home,
        _ledger,
        _signer,
    )
    return tuple(finding for check in checks for finding in check(wiring))


def _python(_wiring: Wiring) -> Iterator[Finding]:
    fits = (3, 11) <= sys.version_info[:2] < (3, 14)
    detail = platform.python_version() if fits else f"{platform.python_version()}; needed is 3.11 to 3.13"
    yield Finding(name="python", state="ok" if fits else "missing", detail=detail)


def _packages(_wiring: Wiring) -> Iterator[Finding]:
    for extra, modules in (
        ("studio", ("dbos", "fastapi", "gradio")),
        ("engines", ("cv2", "onnxruntime", "moviepy", "torch")),
    ):
        absent = [name for name in modules if not _is_installed(name)]
        detail = f"absent: {', '.join(absent)}; run: pip install 'sayso[{extra}]'" if absent else "installed"
        yield Finding(name=extra, state="missing" if absent else "ok", detail=detail)


def _programs(_wiring: Wiring) -> Iterator[Finding]:
    if _is_installed("imageio_ffmpeg"):
        from imageio_ffmpeg import get_ffmpeg_exe  # noqa: PLC0415 - part of the engines extra

        try:
            yield Finding(name="ffmpeg", state="ok", detail=get_ffmpeg_exe())
        except RuntimeError as e:
            yield Finding(name="ffmpeg", state="missing", detail=f"{e}; run: pip install imageio-ffmpeg")
    has_espeak = _is_installed("espeakng_loader") or shutil.which("espeak-ng") is not None
    yield Finding(
        name="espeak-ng",
        state="ok" if has_espeak else "missing",
        detail="found" if has_espeak else "absent; run: apt-get install espeak-ng, or pip install espeakng-loader",
    )
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    yield Finding(
        name="chromium",
        state="ok" if chromium else "optional",
        detail=chromium or "absent; only the browser tests need it (apt-get install chromium)",
    )


def _weights(wiring: Wiring) -> Iterator[Finding]:
    weights = wiring.weights
    absent = [card_id for card_id in weights.default_ids if weights.state(card_id) != "installed"]
    detail = f"not installed: {', '.join(absent)}; run: sayso models pull" if absent else f"all in {weights.root}"
    yield Finding(name="weights", state="missing" if absent else "ok", detail=detail)
    try:
        from pipelines.disclosure.fonts import load_fonts  # noqa: PLC0415 - part of the engines extra

        load_fonts(weights)
    except ImportError:
        detail = "cannot be drawn without the engines; run: pip install 'sayso[engines]'"
        yield Finding(name="fonts", state="missing", detail=detail)
    except PipelineError as e:
        yield Finding(name="fonts", state="missing", detail=str(e))
    else:
        yield Finding(name="fonts", state="ok", detail="every script of the labels can be drawn")


def _home(wiring: Wiring) -> Iterator[Finding]:
    home = wiring.settings.home
    free = shutil.disk_usage(home).free
    has_room = free >= DISK_BYTES_MIN
    detail = f"{free / 1e9:.1f} GB free in {home}"
    yield Finding(
        name="disk", state="ok" if has_room else "missing", detail=detail if has_room else f"{detail}; free some space"
    )
    loose = [str(folder) for folder in wiring.settings.folders if folder.stat().st_mode & 0o077]
    yield Finding(
        name="permissions",
        state="missing" if loose else "ok",
        detail=f"others can enter {', '.join(loose)}; run: chmod 700" if loose else f"{home} is its owner's alone",
    )


def _ledger(wiring: Wiring) -> Iterator[Finding]:
    found = wiring.ledger.view_or_error()
    if isinstance(found, Exception):
        yield Finding(name="ledger", state="missing", detail=str(found))
    else:
        yield Finding(name="ledger", state="ok", detail=f"{found.size} entries under a signed checkpoint")


def _signer(wiring: Wiring) -> Iterator[Finding]:
    try:
        standing = signer_standing(wiring.settings, clock=wiring.clock)
    except (PipelineError, UsageError) as e:
        yield Finding(name="signer", state="missing", detail=str(e))
        return
    state: State = "missing" if standing.days_left < 0 else "optional" if standing.ending else "ok"
    until = f"{standing.organisation}, until {standing.expires_at:%Y-%m-%d}"
    yield Finding(name="signer", state=state, detail=standing.ending or until)


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ImportError:  # something in this Python refuses to look for it
        return False
