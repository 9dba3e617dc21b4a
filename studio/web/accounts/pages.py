"""What the pages of accounts look like: templates, their policy, and the sentences on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from fastapi import Request
from fastapi.responses import Response
from fastapi.templating import Jinja2Templates

from studio.accounts.second_factor import Enrolment
from studio.accounts.values import NotPassed
from studio.errors import UsageError
from studio.store.people import Role

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
WORKS_AS: dict[Role, str] = {
    "legal": "legal: you read consents beside their evidence, and approve them.",
    "marketer": "a marketer: you write scripts and make takes inside what people have agreed to.",
    "admin": "an admin: you invite people and take care of the studio. You approve nothing.",
    "viewer": "a viewer: you may open the files that were released, when somebody sends you their address.",
}
DIFFERENT = "The two passwords differ; type the same one twice."


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPages:
    """Renders pages."""

    templates: Jinja2Templates

    def show(self, request: Request, name: str, *, status: int = 200, **values: object) -> Response:
        """One page, never kept by a cache."""
        answer = self.templates.TemplateResponse(request, f"accounts/{name}.html", values, status_code=status)
        answer.headers["Content-Security-Policy"] = POLICY
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def enrol(self, request: Request, told: Enrolment, *, email: str, sentence: str, status: int) -> Response:
        """The second factor, to be set up."""
        import segno  # noqa: PLC0415 - of the studio extra; only this page draws

        groups = " ".join(told.secret[i : i + 4] for i in range(0, len(told.secret), 4))
        picture = segno.make(told.uri, error="m").svg_data_uri(scale=4, border=2)
        return self.show(
            request, "enrol", status=status, email=email, secret=groups, picture=picture, sentence=sentence
        )

    def gone(self, request: Request) -> Response:
        """A link that does not work (any more)."""
        words = "It was used, has run out, or was replaced by a newer one. Ask whoever sent it for another."
        return self.show(request, "message", status=403, headline="This link does not work", words=words)


def why_not(answer: NotPassed, *, otherwise: str, at: datetime) -> tuple[str, int]:
    """The sentence for whoever did not pass, and the status."""
    if answer.until is None:
        return otherwise, 401
    minutes = max(ceil((answer.until - at).total_seconds() / 60), 1)
    span = "a minute" if minutes == 1 else f"{minutes} minutes"
    return f"Too many tries. Nothing is taken now; try again in {span}.", 429


def sentence_of(error: UsageError) -> str:
    """What was wrong with what a person typed, as a sentence."""
    said = str(error)
    return said[:1].upper() + said[1:] + "."
