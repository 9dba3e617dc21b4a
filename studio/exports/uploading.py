"""Title, description and API fields for the upload: suggestions, but for the disclosure line, which stays first."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.disclosure.channel import ChannelProfile
from pipelines.disclosure.wording import wording_for
from pipelines.release.delivery import Check
from pipelines.release.gate import ReleaseEntry
from studio.jobs.plan import TakePlan


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadTexts:
    """What to paste. ``left_out`` are lines for which the platform has no room; the disclosure is never among them."""

    title: str
    description: str
    wording: str
    left_out: tuple[str, ...]
    checks: tuple[Check, ...]
    locale: str

    def to_json(self, profile: ChannelProfile) -> dict[str, object]:
        """Return ``upload.json``."""
        fields = {f.field: f.value for f in profile.api}
        return {
            "spec_version": 1,
            "channel": profile.id,
            "locale": self.locale,
            "title": self.title,
            "description": self.description,
            "disclosure": {
                "line": self.wording,
                "switch": profile.disclosure_switch,
                "fields": fields,
                "apis": [{"api": f.api, "field": f.field, "value": f.value} for f in profile.api],
            },
            "body": _nested(fields),
            "left_out": list(self.left_out),
        }


def upload_texts(plan: TakePlan, entry: ReleaseEntry, profile: ChannelProfile) -> UploadTexts:
    """Return the texts in the take's own language, with the platform's limits checked."""
    wording = entry.label_text or entry.notice_text or wording_for(plan.locale).text("generated")
    title = plan.title or f"{plan.brand} {plan.product}"
    rules = profile.text
    most = rules.description_max if rules else None
    kept, left_out = [wording], []
    for line in filter(None, (plan.call_to_action, plan.web_address)):
        if most is None or len("\n".join((*kept, line))) <= most:
            kept.append(line)
        else:
            left_out.append(line)
    checks = []
    if rules is not None:
        for what, text, limit in (("title", title, rules.title_max), ("disclosure line", wording, most)):
            if limit is not None:
                checks.append(
                    Check(
                        what=what,
                        found=f"{len(text)} characters",
                        needed=f"at most {limit} characters",
                        holds=len(text) <= limit,
                        required=True,
                        sources=rules.sources,
                    )
                )
    return UploadTexts(
        title=title,
        description="\n".join(kept),
        wording=wording,
        left_out=tuple(left_out),
        checks=tuple(checks),
        locale=plan.locale,
    )


def _nested(fields: dict[str, bool | str]) -> dict[str, object]:
    """Return dotted names as the nested JSON that the API takes: {"status": {"containsSyntheticMedia": true}}."""
    body: dict[str, object] = {}
    for name, value in fields.items():
        *parents, last = name.split(".")
        at = body
        for parent in parents:
            inner = at.setdefault(parent, {})
            assert isinstance(inner, dict)
            at = inner
        at[last] = value
    return body
