"""What legal's templates share: dates and states in words, and one way to answer with a page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from fastapi import Request
from fastapi.responses import Response
from fastapi.templating import Jinja2Templates

from studio.review.history import action_title
from studio.review.words import DEALS, OUTCOMES, titled

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}

PHASES: Final = {
    "draft": "Draft",
    "with_person": "With the person",
    "question": "Asks for changes",
    "review": "To review",
    "in_force": "In force",
    "suspended": "Suspended",
    "ended": "Ended",
    "damaged": "Cannot be read",
}
TONES: Final = {
    "review": "maybe",
    "question": "maybe",
    "in_force": "yes",
    "suspended": "no",
    "damaged": "no",
}
STATUSES: Final = {
    "pending_legal": "waiting for legal",
    "not_yet_valid": "approved, not begun yet",
    "active": "in force",
    "draft": "not signed",
}
ASSURANCES: Final = {
    "verified": "Verified: recorded live, checked, signed with a passkey",
    "contract": "Contract: rests on documents and two approvals",
    "key_only": "Key only: a signature and one approval",
}
SHOWN: Final = {
    "waiting": "Waits for you",
    "with_person": "With the person",
    "in_force": "In force",
    "ended": "Ended",
    "all": "All",
}


def day(at: datetime) -> str:
    """A date and time as people write it; always UTC, as everything that is signed."""
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def ago(at: datetime, now: datetime) -> str:
    """How long ago something was."""
    span = now - at
    if span < timedelta(minutes=1):
        return "now"
    if span < timedelta(hours=1):
        return f"{int(span.total_seconds() // 60)} min"
    if span < timedelta(days=1):
        return f"{int(span.total_seconds() // 3600)} h"
    return f"{span.days} d"


def who(actor: str) -> str:
    """An actor in words."""
    return {"subject": "the person", "guardian": "the guardian", "studio": "Sayso", "console": "the console"}.get(
        actor, actor
    )


def seconds(duration_s: float | None) -> str:
    """A duration."""
    return "" if duration_s is None else f"{duration_s:.0f} s"


def legal_templates(folder: Path) -> Jinja2Templates:
    """Open the templates, with what they say in words."""
    templates = Jinja2Templates(folder)
    templates.env.filters |= {
        "day": day,
        "who": who,
        "seconds": seconds,
        "action": action_title,
        "deal": lambda word: titled(DEALS, word),
        "outcome": lambda word: titled(OUTCOMES, word),
        "phase": lambda word: titled(PHASES, word),
        "tone": lambda word: TONES.get(word, "plain"),
        "status": lambda word: titled(STATUSES, str(word)).lower(),
        "assurance": lambda word: ASSURANCES.get(word, "None yet"),
    }
    templates.env.globals |= {"ago": ago, "SHOWN": SHOWN}
    templates.env.trim_blocks = True
    templates.env.lstrip_blocks = True
    return templates


def page(
    templates: Jinja2Templates, request: Request, name: str, values: Mapping[str, object], *, status: int = 200
) -> Response:
    """Answer with a page that no cache keeps and no script but ours runs on."""
    answer = templates.TemplateResponse(request, f"legal/{name}", dict(values), status_code=status)
    answer.headers.update(HEADERS)
    return answer


def unprocessed(answer: Response) -> Response:
    """The same page, for a form that could not be taken."""
    answer.status_code = 422
    return answer
