"""What the API acts through; the composition root fills it with the actions behind the command line and the pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from studio.accounts.tokens import Tokens
from studio.campaigns.brief import BriefModel
from studio.campaigns.result import ProduceResult, TakeResult
from studio.store.api_tokens import TokenStore


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiDesk:
    """The actions. Each raises ``NotFoundError`` for what this home does not have."""

    tokens: Tokens
    requests: TokenStore
    produce: Callable[[BriefModel], str]  # opens a campaign (gate 1), hands its takes over, returns its id
    campaign: Callable[[str], ProduceResult]
    take: Callable[[str], TakeResult]
    file: Callable[[str], Path]  # of a released take
