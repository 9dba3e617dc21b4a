"""What the API acts through; the composition root fills it with the actions behind the command line and the pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from studio.accounts.tokens import Tokens
from studio.campaigns.brief import BriefModel
from studio.campaigns.check import CheckResult
from studio.campaigns.result import ProduceResult, TakeResult
from studio.store.api_tokens import TokenStore


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentLine:
    """A consent that stands, and what it covers."""

    record_id: str
    subject: str
    subject_class: str
    assurance: str
    brands: tuple[str, ...]
    products: tuple[str, ...]
    languages: tuple[str, ...]
    channels: tuple[str, ...]
    valid_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiDesk:
    """The actions. Each raises ``NotFoundError`` for what this home does not have."""

    tokens: Tokens
    requests: TokenStore
    produce: Callable[[BriefModel], str]  # opens a campaign (gate 1), hands its takes over, returns its id
    campaign: Callable[[str], ProduceResult]
    take: Callable[[str], TakeResult]
    file: Callable[[str], Path]  # of a released take
    consents: Callable[[], tuple[ConsentLine, ...]]  # those that stand now
    explain: Callable[[BriefModel], CheckResult]  # what consent says to each take, without making any
