"""Ordering once for each idempotency key, and a take as programs are shown it: the same for routes and tools."""

from __future__ import annotations

import hashlib
import json

from studio.campaigns.brief import BriefModel
from studio.campaigns.result import TakeResult
from studio.store.api_tokens import TokenRow
from studio.store.campaigns import TakeStatus
from studio.web.api.desk import ApiDesk
from studio.web.api.problems import ProblemError
from studio.web.gate import API


def order_once(desk: ApiDesk, token: TokenRow, brief: BriefModel, key: str | None) -> str:
    """Open the campaign, but once for each idempotency key of a token; returns the campaign's id.

    Raises:
        ProblemError: the key came with another brief, or its first request is still at work.
    """
    if key is None:
        return _order(desk, token, brief)
    said = json.dumps(brief.model_dump(mode="json", exclude_unset=True), sort_keys=True)
    digest = hashlib.sha256(said.encode()).hexdigest()
    known = desk.requests.begin_request(token.id, key, body_sha256=digest, at=desk.tokens.clock())
    if known is not None:
        if known.body_sha256 != digest:
            raise ProblemError(422, "this Idempotency-Key came with another brief before; take a new key")
        if known.campaign_id is None:
            raise ProblemError(409, "the first request with this Idempotency-Key is at work; ask again in a moment")
        return known.campaign_id
    campaign_id = None
    try:
        campaign_id = _order(desk, token, brief)
    finally:
        desk.requests.end_request(token.id, key, campaign_id=campaign_id)
    return campaign_id


def _order(desk: ApiDesk, token: TokenRow, brief: BriefModel) -> str:
    campaign_id = desk.produce(brief)
    desk.tokens.accounts.note("campaign_ordered", actor=token.email, about=campaign_id, origin=f"token {token.id}")
    return campaign_id


def shown(take: TakeResult) -> dict[str, object]:
    """One take, without the paths of the studio's machine."""
    said = take.to_json()
    del said["path"]  # nobody's business
    said["file"] = f"{API}/takes/{take.id}/file" if take.status == TakeStatus.RELEASED.value else None
    return said
